import { isDeepStrictEqual } from 'node:util';
import type { PushSecret } from '../../api/push-secret.ts';
import type { SyncedEntries } from '../../api/pushed-entry.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import type { Outcome, Reconciled } from '../../runtime/outcome.ts';
import { textHash } from '../../secret/object-hash.ts';
import { synced } from './outcomes.ts';
import type { LastPush } from './push-memory.ts';

const hour = 3_600_000;

/** A push of which all was done. */
export interface Done {
  readonly last: LastPush;
  readonly synced: SyncedEntries;
  /** Whether anything was written to a provider or removed from it. */
  readonly wrote: boolean;
}

/** What is reported of a push of which all was done. The status is written where it is worth it, and told in an event where something was done. */
export function reportPush(pushSecret: PushSecret, { last, synced: out, wrote }: Done, clock: Clock): Reconciled {
  const { spec } = pushSecret;
  const outcome = synced(spec, spec.refreshInterval === 0 ? Infinity : last.at + spec.refreshInterval - clock.monotonic());
  const status = mayStay(pushSecret, { last, synced: out, wrote }) ? {} : { status: { refreshTime: formatTimestamp(last.time), syncedResourceVersion: last.version, syncedPushSecrets: out } };
  return { outcome, ...status, events: wrote ? [{ type: 'Normal', reason: outcome.reason, message: outcome.message }] : [] };
}

/** A push that changed nothing is worth no write, until the time in the status has fallen far behind: one to two hours, spread over the objects. */
function mayStay({ metadata, status }: PushSecret, { last, synced: out, wrote }: Done): boolean {
  const isReady = status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  const spread = Number.parseInt(textHash(metadata.uid ?? '').slice(0, 8), 16) / 2 ** 32;
  const lag = last.time - Date.parse(status.refreshTime ?? '');
  return !wrote && isReady && status.syncedResourceVersion === last.version && isDeepStrictEqual(status.syncedPushSecrets, out) && lag < hour * (1 + spread);
}

/** Whether the status says the same already, be it in the words of another controller: an object that is taken over is left as it is. */
export function isTold({ status }: PushSecret, { reason, message }: Outcome): boolean {
  return status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True' && condition.reason === reason && condition.message === message);
}
