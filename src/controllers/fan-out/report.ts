import { isDeepStrictEqual } from 'node:util';
import type { ClusterDeclaration, NamespaceFailure } from '../../api/cluster-declaration.ts';
import { clusterDeclarationReasons } from '../../api/names.ts';
import type { EventNote, Outcome, Reconciled } from '../../runtime/outcome.ts';
import type { DeclarationKind } from './declaration-kind.ts';

/** What came of the namespaces of one declaration; all lists in the order of the names. */
export interface SpreadResult {
  readonly provisioned: readonly string[];
  readonly failed: readonly SpreadFailure[];
  /** Meant by name, and not there. */
  readonly absent: readonly string[];
  /** What was written, as a sentence's parts: `created in a, b`. */
  readonly done: readonly string[];
}

export interface SpreadFailure extends NamespaceFailure {
  /** Milliseconds until it is worth another attempt, undefined where the backoff says; `never`: an event must come first. */
  readonly retry: number | undefined | 'never';
}

/** Between looks that nothing but time causes, where the declaration does not say; as External Secrets has it. */
const defaultInterval = 3_600_000;

/** How many namespaces a condition or an event names. */
const mostNamed = 10;

/** What the runtime reports: the status of External Secrets, and a condition that says which namespaces failed, and why. */
export function reportSpread<Spec>({ spec }: ClusterDeclaration<Spec>, { nameField, kinds }: DeclarationKind<Spec>, { provisioned, failed, absent, done }: SpreadResult): Reconciled {
  const status = {
    [nameField]: spec.childName,
    provisionedNamespaces: orNull(provisioned),
    failedNamespaces: orNull(failed.map(({ namespace, reason }) => ({ namespace, reason }))),
  };
  const note: EventNote = { type: 'Normal', reason: 'Updated', message: `${kinds.child.kind} "${spec.childName}" ${done.join(', ')}` };
  return { outcome: outcomeOf(spec.refreshInterval, { provisioned, failed, absent }), status, events: done.length === 0 ? [] : [note] };
}

/**
 * Whether the status says the same already, as External Secrets writes it: without a message where all is well, and without the
 * generation that we add.
 */
export function isToldByAnother<Spec>({ spec, status }: ClusterDeclaration<Spec>, { provisioned, failed, done }: SpreadResult): boolean {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  const isTold = ready?.status === 'True' && ready.message === '' && ready.observedGeneration === undefined;
  return isTold && failed.length === 0 && done.length === 0 && status.childName === spec.childName && status.failedNamespaces.length === 0 && isDeepStrictEqual(status.provisionedNamespaces, provisioned);
}

/** External Secrets leaves empty lists out. */
function orNull<T>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}

function outcomeOf(interval: number = defaultInterval, { provisioned, failed, absent }: Omit<SpreadResult, 'done'>): Outcome {
  const missing = absent.length === 0 ? '' : `; not there: ${listed(absent)}`;
  if (failed.length === 0) {
    const message = provisioned.length === 0 ? 'no namespace matches' : `provisioned in ${count(provisioned.length)}`;
    return { kind: 'synced', reason: clusterDeclarationReasons.synced, message: `${message}${missing}`, ...(interval === 0 ? {} : { requeueAfter: interval }) };
  }
  const reasons = listed(failed.map(({ namespace, reason }) => `${namespace}: ${reason}`), '; ');
  const message = `one or more namespaces failed, ${failed.length} of ${provisioned.length + failed.length}: ${reasons}${missing}`;
  const retries = failed.flatMap(({ retry }) => (retry === 'never' ? [] : [retry]));
  if (retries.length === 0) return { kind: 'stalled', reason: clusterDeclarationReasons.failed, message };
  const waits = retries.flatMap((retry) => retry ?? []);
  return { kind: 'failed', reason: clusterDeclarationReasons.failed, message, ...(waits.length === retries.length ? { retryAfter: Math.min(...waits) } : {}) };
}

function count(namespaces: number): string {
  return namespaces === 1 ? '1 namespace' : `${namespaces} namespaces`;
}

/** Some names of a list that may be long. */
export function listed(names: readonly string[], separator = ', '): string {
  const more = names.length > mostNamed ? [`and ${names.length - mostNamed} more`] : [];
  return [...names.slice(0, mostNamed), ...more].join(separator);
}
