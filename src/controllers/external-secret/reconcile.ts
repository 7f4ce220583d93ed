import type { ExternalSecret } from '../../api/external-secret.ts';
import { keyOf } from '../../api/object.ts';
import type { Outcome, Reconciled } from '../../runtime/outcome.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { decide } from './decide.ts';
import { finalize, type FinalizeOptions, isHeldBack } from './finalize.ts';
import { inResourceWords } from './generic/condition-words.ts';
import type { ExternalSecretEntry, Observed } from './observe.ts';
import { observe } from './observe.ts';
import { isToldByAnother, report, statusAfterSync } from './report.ts';
import { requestOf } from './refresh-due.ts';
import { areServed, providerOf } from './sources.ts';
import type { LastSync } from './sync-memory.ts';
import type { SyncOptions } from './sync.ts';
import { mark, sync } from './sync.ts';

/** How long a store may go without a verdict before its ExternalSecrets say so. */
const judgementGrace = 5_000;

export interface ReconcileOptions extends SyncOptions, FinalizeOptions {}

/** Observe, decide, act: one ExternalSecret. Undefined: there is nothing to report. */
export async function reconcileExternalSecret(entry: ExternalSecretEntry, options: ReconcileOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const reconciled = await reconcileTarget(entry, options, signal);
  return reconciled === undefined || !entry.parsed.ok ? reconciled : { ...reconciled, outcome: inResourceWords(entry.parsed.value, reconciled.outcome) };
}

async function reconcileTarget(entry: ExternalSecretEntry, options: ReconcileOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const observed = observe(entry, options);
  if (isHeldBack(entry) && areServed(options.controllerClass, observed)) {
    await finalize(entry, options, signal);
    return undefined;
  }
  const decision = decide(observed, options.controllerClass);
  switch (decision.kind) {
    case 'ignore':
      return undefined;
    case 'unjudged':
      return unjudged(entry, decision.outcome, options);
    case 'report':
      return decision.outcome.kind === 'synced' ? rest(observed, decision.outcome, options) : report(entry, decision.outcome, options);
    case 'held':
      return hold(entry, decision.after, options);
    case 'mark':
      return mark(entry, decision, options, signal);
    default:
      return sync(entry, decision, options, signal);
  }
}

/** What the status says stands. */
function hold(entry: ExternalSecretEntry, after: number, { memory, lookAgain }: SyncOptions): undefined {
  const { uid = '' } = entry.metadata;
  memory.recordOutcome(uid, memory.outcome(uid) ?? 'failed', memory.awaitsTarget(uid));
  if (Number.isFinite(after)) lookAgain(keyOf(entry), after);
}

/** A status now would be one write too many: the verdict on a new store is a moment away, and wakes us. */
function unjudged(entry: ExternalSecretEntry, outcome: Outcome, options: SyncOptions): Reconciled | undefined {
  const { clock, memory, lookAgain } = options;
  const now = clock.monotonic();
  const left = judgementGrace - (now - memory.unjudgedSince(entry.metadata.uid ?? '', now, options.since ?? now));
  if (left <= 0) return report(entry, outcome, options);
  lookAgain(keyOf(entry), left);
  return undefined;
}

/** Nothing is due. What an earlier attempt could not write into the status is made good. */
function rest(observed: Observed, outcome: Outcome & { readonly kind: 'synced' }, options: SyncOptions): Reconciled | undefined {
  const { memory, lookAgain } = options;
  const { entry, lastSync, sources, rendered } = observed;
  const { uid = '' } = entry.metadata;
  if (!entry.parsed.ok || (lastSync === undefined && entry.parsed.value.spec.creationPolicy !== 'None')) return report(entry, outcome, options);
  const awaitsTarget = lastSync?.result === 'missing';
  // from here on another version is a change, whatever the clocks say
  if (sources !== undefined && rendered === undefined) memory.recordSources(uid, { versions: sources.versions });
  const provider = providerOf(observed);
  if (memory.lastSync(uid) === undefined) memory.recordBaseline(uid, { asked: requestOf(entry.metadata), ...(provider === undefined ? {} : { provider }) });
  const status = statusAtRest(entry.parsed.value, lastSync);
  if (status !== undefined || !isToldByAnother(entry.parsed.value, inResourceWords(entry.parsed.value, outcome))) return report(entry, outcome, options, { awaitsTarget, ...(status === undefined ? {} : { status }) });
  memory.recordOutcome(uid, outcome.kind, awaitsTarget);
  if (outcome.requeueAfter !== undefined) lookAgain(keyOf(entry), outcome.requeueAfter);
  return undefined;
}

/** Where nothing is written, every version of the object is in sync, and no provider was ever read. */
function statusAtRest(externalSecret: ExternalSecret, lastSync: LastSync | undefined): Reconciled['status'] {
  const { metadata, spec, status } = externalSecret;
  if (spec.creationPolicy !== 'None') return lastSync === undefined ? undefined : statusAfterSync(externalSecret, lastSync, false);
  const version = resourceVersionOf(metadata);
  return status.syncedResourceVersion === version ? undefined : { syncedResourceVersion: version };
}
