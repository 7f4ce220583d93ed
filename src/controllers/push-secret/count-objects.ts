import type { PushSecret } from '../../api/push-secret.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ObjectCounts } from '../../lib/metrics.ts';
import type { PushSecretCaches } from './caches.ts';
import type { PushMemory } from './push-memory.ts';

/** Counts the PushSecrets for the metrics, when they are asked for. */
export function countPushSecrets({ pushSecrets }: Pick<PushSecretCaches, 'pushSecrets'>, memory: PushMemory, clock: Clock): ObjectCounts {
  const byState: Record<string, number> = {};
  let stale = 0;
  let oldestSuccess = 0;
  for (const { parsed } of pushSecrets.values()) {
    const state = parsed.ok ? stateOf(parsed.value) : 'stalled';
    byState[state] = (byState[state] ?? 0) + 1;
    const age = parsed.ok ? ageOf(parsed.value, memory, clock) : undefined;
    if (age === undefined || !parsed.ok) continue;
    oldestSuccess = Math.max(oldestSuccess, age / 1_000);
    if (parsed.value.spec.refreshInterval > 0 && age > parsed.value.spec.refreshInterval) stale += 1;
  }
  return { byState, stale, oldestSuccess };
}

function stateOf({ status }: PushSecret): string {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined) return 'unknown';
  return ready.status === 'True' ? 'synced' : 'failed';
}

/** Milliseconds since all was last pushed; undefined where it never was. */
function ageOf({ metadata, status }: PushSecret, memory: PushMemory, clock: Clock): number | undefined {
  const last = memory.lastPush(metadata.uid ?? '');
  const time = last?.isComplete === true ? last.time : Date.parse(status.refreshTime ?? '');
  return Number.isNaN(time) ? undefined : Math.max(0, clock.now() - time);
}
