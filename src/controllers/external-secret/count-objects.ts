import type { ExternalSecret } from '../../api/external-secret.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ObjectCounts } from '../../lib/metrics.ts';
import type { ExternalSecretCaches } from './observe.ts';
import { isStale } from './refresh-schedule.ts';
import { lastSuccess } from './report.ts';
import type { SyncMemory } from './sync-memory.ts';

/** Counts the ExternalSecrets for the metrics, when they are asked for. */
export function countExternalSecrets({ externalSecrets }: Pick<ExternalSecretCaches, 'externalSecrets'>, memory: SyncMemory, clock: Clock): ObjectCounts {
  const byState: Record<string, number> = {};
  let stale = 0;
  let oldestSuccess = 0;
  for (const { metadata, parsed } of externalSecrets.values()) {
    const state = memory.outcome(metadata.uid ?? '') ?? 'unknown';
    byState[state] = (byState[state] ?? 0) + 1;
    const age = parsed.ok ? ageOf(parsed.value, memory, clock) : undefined;
    if (age === undefined || !parsed.ok) continue;
    oldestSuccess = Math.max(oldestSuccess, age / 1_000);
    if (isStale(parsed.value.spec, age)) stale += 1;
  }
  return { byState, stale, oldestSuccess };
}

/** Milliseconds since the last success; undefined where there was none. */
function ageOf(externalSecret: ExternalSecret, memory: SyncMemory, clock: Clock): number | undefined {
  const time = lastSuccess(externalSecret, memory.lastSync(externalSecret.metadata.uid ?? ''));
  return time === undefined ? undefined : Math.max(0, clock.now() - time);
}
