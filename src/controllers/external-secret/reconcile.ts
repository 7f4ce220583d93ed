import { keyOf } from '../../api/object.ts';
import type { Outcome, Reconciled } from '../../runtime/outcome.ts';
import { decide } from './decide.ts';
import type { ExternalSecretEntry, Observed } from './observe.ts';
import { observe } from './observe.ts';
import { isToldByAnother, report, statusAfterSync } from './report.ts';
import type { SyncOptions } from './sync.ts';
import { sync } from './sync.ts';

/** How long a store may go without a verdict before its ExternalSecrets say so. */
const judgementGrace = 5_000;

/** Observe, decide, act: one ExternalSecret. Undefined: there is nothing to report. */
export async function reconcileExternalSecret(entry: ExternalSecretEntry, options: SyncOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const observed = observe(entry, options);
  const decision = decide(observed, options.controllerClass);
  switch (decision.kind) {
    case 'ignore':
      return undefined;
    case 'unjudged':
      return unjudged(entry, decision.outcome, options);
    case 'report':
      return decision.outcome.kind === 'synced' ? rest(observed, decision.outcome, options) : report(entry, decision.outcome, options.memory);
    default:
      return sync(entry, decision, options, signal);
  }
}

/** A status now would be one write too many: the verdict on a new store is a moment away, and wakes us. */
function unjudged(entry: ExternalSecretEntry, outcome: Outcome, { clock, memory, lookAgain }: SyncOptions): Reconciled | undefined {
  const now = clock.monotonic();
  const left = judgementGrace - (now - memory.unjudgedSince(entry.metadata.uid ?? '', now));
  if (left <= 0) return report(entry, outcome, memory);
  lookAgain(keyOf(entry), left);
  return undefined;
}

/** Nothing is due. What an earlier attempt could not write into the status is made good. */
function rest({ entry, lastSync, sources, rendered }: Observed, outcome: Outcome & { readonly kind: 'synced' }, { memory, lookAgain }: SyncOptions): Reconciled | undefined {
  if (!entry.parsed.ok || lastSync === undefined) return report(entry, outcome, memory);
  // from here on another version is a change, whatever the clocks say
  if (sources !== undefined && rendered === undefined) memory.recordSources(entry.metadata.uid ?? '', { versions: sources.versions });
  const status = statusAfterSync(entry.parsed.value, lastSync, false);
  if (status !== undefined || !isToldByAnother(entry.parsed.value, outcome)) return report(entry, outcome, memory, status === undefined ? {} : { status });
  memory.recordOutcome(entry.metadata.uid ?? '', outcome.kind, false);
  if (outcome.requeueAfter !== undefined) lookAgain(keyOf(entry), outcome.requeueAfter);
  return undefined;
}
