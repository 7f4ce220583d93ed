import type { TestName } from '../../upstream/behaviour.ts';

interface Tried {
  /** Stable, and unique among all. */
  readonly id: string;
  /** The advisories, or the commit, in which it was told. Empty where it is of our own threat model. */
  readonly told: readonly string[];
  /** What somebody tries. */
  readonly tries: string;
}

interface Refused extends Tried {
  /** What becomes of it here. */
  readonly outcome: string;
  /** The tests that show it. */
  readonly tests: readonly TestName[];
}

interface Impossible extends Tried {
  /** Why there is nothing here that could be attacked in this way. */
  readonly impossible: string;
}

/** An attack on what releases from Git: refused, with the tests that show it, or of a kind that has no place here. */
export type Attack = Refused | Impossible;
