import type { ChartManifest } from './chart-manifest.ts';

export type HookEvent = 'pre-install' | 'post-install' | 'pre-delete' | 'post-delete' | 'pre-upgrade' | 'post-upgrade' | 'pre-rollback' | 'post-rollback' | 'test';

/** A document that runs at an event instead of being installed. */
export interface ChartHook extends ChartManifest {
  readonly events: readonly HookEvent[];
  /** Of the hooks of an event, lower ones run first. */
  readonly weight: number;
  /** As they are written, in lower case: `hook-succeeded`, `hook-failed`, `before-hook-creation`. */
  readonly deletePolicies: readonly string[];
  /** `hook-succeeded`, `hook-failed`. */
  readonly outputLogPolicies: readonly string[];
}

const annotation = 'helm.sh/hook';

const events: ReadonlyMap<string, HookEvent> = new Map([
  ...(['pre-install', 'post-install', 'pre-delete', 'post-delete', 'pre-upgrade', 'post-upgrade', 'pre-rollback', 'post-rollback', 'test'] as const).map((event) => [event, event] as const),
  // of Helm 2
  ['test-success', 'test'] as const,
]);

/** The hook that a document is; `none` where it is no hook, `unknown` where one of its events is none: Helm leaves it out altogether. */
export function hookOf(manifest: ChartManifest): ChartHook | 'none' | 'unknown' {
  const said = manifest.annotations.get(annotation);
  if (said === undefined) return 'none';
  const found = listOf(said).map((name) => events.get(name));
  const known = found.filter((event) => event !== undefined);
  if (known.length < found.length) return 'unknown';
  return {
    ...manifest,
    events: known,
    weight: weightOf(manifest.annotations.get(`${annotation}-weight`) ?? ''),
    deletePolicies: listOf(manifest.annotations.get(`${annotation}-delete-policy`)),
    outputLogPolicies: listOf(manifest.annotations.get(`${annotation}-output-log-policy`)),
  };
}

export function isTest({ events: of }: ChartHook): boolean {
  return of.includes('test');
}

/** The hooks of an event in the order in which they run. */
export function hooksOf(hooks: readonly ChartHook[], event: HookEvent): readonly ChartHook[] {
  return hooks.filter((hook) => hook.events.includes(event)).toSorted((left, right) => left.weight - right.weight || compare(left.name, right.name));
}

function listOf(said: string | undefined): readonly string[] {
  return said === undefined ? [] : said.split(',').map((part) => part.trim().toLowerCase());
}

/** Zero for what is no integer. */
function weightOf(said: string): number {
  return /^[+-]?[0-9]+$/.test(said) && Number.isSafeInteger(Number(said)) ? Number(said) : 0;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
