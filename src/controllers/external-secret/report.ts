import type { ExternalSecret } from '../../api/external-secret.ts';
import { externalSecretEvents } from '../../api/names.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import type { EventNote, Outcome, Reconciled } from '../../runtime/outcome.ts';
import { targetName } from '../../secret/provides.ts';
import type { ExternalSecretEntry } from './observe.ts';
import { isStale, refreshTimeLag } from './refresh-schedule.ts';
import type { LastSync, SyncMemory } from './sync-memory.ts';

export interface ReportOptions {
  readonly memory: SyncMemory;
  readonly clock: Clock;
}

export interface ReportDetails extends Omit<Reconciled, 'outcome'> {
  /** The target is somebody else's Secret, or is not there: news about it are waited for. */
  readonly awaitsTarget?: boolean;
}

/** Remembers the outcome and makes what the runtime reports of it; failures are told in an event as well. */
export function report(entry: ExternalSecretEntry, outcome: Outcome, { memory, clock }: ReportOptions, details: ReportDetails = {}): Reconciled {
  const { awaitsTarget = false, status, events = [] } = details;
  memory.recordOutcome(entry.metadata.uid ?? '', outcome.kind, awaitsTarget);
  const warned = outcome.kind === 'failed' || outcome.kind === 'stalled';
  const warning: readonly EventNote[] = warned ? [{ type: 'Warning', reason: externalSecretEvents.failed, message: outcome.message }] : [];
  return { outcome: { ...outcome, message: `${outcome.message}${staleness(entry, outcome, memory, clock)}` }, events: [...events, ...warning], ...(status === undefined ? {} : { status }) };
}

/** What has failed for long says for how long. A moment, and not a duration, so that it is written once. */
function staleness({ metadata, parsed }: ExternalSecretEntry, outcome: Outcome, memory: SyncMemory, clock: Clock): string {
  if (outcome.kind === 'synced' || !parsed.ok) return '';
  const lastSync = memory.lastSync(metadata.uid ?? '');
  const time = lastSuccess(parsed.value, lastSync);
  return time !== undefined && isStale(parsed.value.spec, time, clock.now(), lastSync?.result) ? `; last synced ${formatTimestamp(time)}` : '';
}

/** When it was last in sync, in milliseconds since the epoch. */
export function lastSuccess({ status }: ExternalSecret, lastSync: LastSync | undefined): number | undefined {
  const time = lastSync?.time ?? Date.parse(status.refreshTime ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/**
 * The status fields after a successful sync, where the Secret was written, the status speaks of another version (or of none,
 * because a write of it failed), or its refresh time has fallen far behind. Undefined: it may stay as it is.
 */
export function statusAfterSync(externalSecret: ExternalSecret, { version, time, result = 'synced' }: LastSync, wrote: boolean): Reconciled['status'] {
  const { metadata, status } = externalSecret;
  const ready = status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  const lag = time - Date.parse(status.refreshTime ?? '');
  const mayStay = !wrote && ready && status.syncedResourceVersion === version && lag < refreshTimeLag(metadata.uid ?? '');
  if (mayStay) return undefined;
  const binding = externalSecret.spec.manifest === undefined ? bindings(externalSecret)[result] : {};
  return { refreshTime: formatTimestamp(time), syncedResourceVersion: version, ...binding };
}

/** What may be bound is a Secret that is there; of one that is retained nothing new is known. */
function bindings(externalSecret: ExternalSecret): Readonly<Record<NonNullable<LastSync['result']>, object>> {
  return { synced: { binding: { name: targetName(externalSecret) } }, retained: {}, deleted: { binding: null }, missing: { binding: null } };
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
