/** A test, by the words that stand in its file: its title, or those of its row where it is one of a table. */
export interface TestName {
  /** From the repository's root. */
  readonly file: string;
  readonly title: string;
}

interface AsUpstream {
  /** Stable, and unique among all. */
  readonly id: string;
  /** What External Secrets' own tests ask for. */
  readonly says: string;
  readonly test: TestName;
}

interface Otherwise extends AsUpstream {
  /** What ours does instead, which is what the test shows. */
  readonly differs: string;
  readonly because: string;
}

/** One behaviour that External Secrets' own tests show, and the test of ours that shows what becomes of it here. */
export type Behaviour = AsUpstream | Otherwise;

/** Names the tests of one file. */
export function testsIn(file: string): (title: string) => TestName {
  return (title) => ({ file, title });
}

/** The contracts that several groups of behaviours are shown by; each runs on the local cluster and on a real API server. */
export const contracts = {
  cases: testsIn('test/contract/upstream-cases.contract.ts'),
  controllers: testsIn('test/contract/secret-controllers.contract.ts'),
  deletion: testsIn('test/contract/secret-deletion.contract.ts'),
  fanOut: testsIn('test/contract/fan-out.contract.ts'),
  manifests: testsIn('test/contract/generic-targets.contract.ts'),
  policies: testsIn('test/contract/secret-policies.contract.ts'),
  sources: testsIn('test/contract/secret-sources.contract.ts'),
  stores: testsIn('test/contract/upstream-store-cases.contract.ts'),
  templates: testsIn('test/contract/secret-templates.contract.ts'),
} as const;
