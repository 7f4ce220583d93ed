import type { ExternalSecret } from '../../api/external-secret.ts';
import { externalSecretEvents } from '../../api/names.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import type { EventNote, Outcome, Reconciled } from '../../runtime/outcome.ts';
import { targetName } from '../../secret/provides.ts';
import type { ExternalSecretEntry } from './observe.ts';
import { refreshTimeLag } from './refresh-schedule.ts';
import type { LastSync, SyncMemory } from './sync-memory.ts';

export interface ReportDetails extends Omit<Reconciled, 'outcome'> {
  /** The target is somebody else's Secret: news about it are waited for. */
  readonly refused?: boolean;
}

/** Remembers the outcome and makes what the runtime reports of it; failures are told in an event as well. */
export function report(entry: ExternalSecretEntry, outcome: Outcome, memory: SyncMemory, details: ReportDetails = {}): Reconciled {
  const { refused = false, status, events = [] } = details;
  memory.recordOutcome(entry.metadata.uid ?? '', outcome.kind, refused);
  const warned = outcome.kind === 'failed' || outcome.kind === 'stalled';
  const warning: readonly EventNote[] = warned ? [{ type: 'Warning', reason: externalSecretEvents.failed, message: outcome.message }] : [];
  return { outcome, events: [...events, ...warning], ...(status === undefined ? {} : { status }) };
}

/**
 * The status fields of a sync, where they are worth a write: the Secret was written, the status speaks of another version (or of none,
 * because a write of it failed), or its refresh time has fallen far behind. Undefined: it may stay as it is.
 */
export function statusAfterSync(externalSecret: ExternalSecret, { version, time }: LastSync, wrote: boolean): Reconciled['status'] {
  const { metadata, status } = externalSecret;
  const ready = status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  const lag = time - Date.parse(status.refreshTime ?? '');
  const mayStay = !wrote && ready && status.syncedResourceVersion === version && lag < refreshTimeLag(metadata.uid ?? '');
  return mayStay ? undefined : { refreshTime: formatTimestamp(time), syncedResourceVersion: version, binding: { name: targetName(externalSecret) } };
}

/**
 * Whether the status says the same already in the words of another controller, without the generation that we add: an object that is
 * taken over is left as it is until there is news.
 */
export function isToldByAnother({ status }: ExternalSecret, { reason, message }: Outcome): boolean {
  return status.conditions.some(
    (condition) => condition.type === 'Ready' && condition.status === 'True' && condition.reason === reason && condition.message === message && condition.observedGeneration === undefined,
  );
}
