import type { ExternalSecret } from '../../api/external-secret.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ObjectCounts } from '../../lib/metrics.ts';
import { inSecretWords } from './generic/condition-words.ts';
import type { ExternalSecretCaches } from './observe.ts';
import { resultOf } from './outcomes.ts';
import { isRefreshExpected, isStale } from './refresh-schedule.ts';
import { lastSuccess } from './report.ts';
import type { SyncMemory, SyncResult } from './sync-memory.ts';

/** Counts the ExternalSecrets for the metrics, when they are asked for. */
export function countExternalSecrets({ externalSecrets }: Pick<ExternalSecretCaches, 'externalSecrets'>, memory: SyncMemory, clock: Clock): ObjectCounts {
  const byState: Record<string, number> = {};
  let stale = 0;
  let oldestSuccess = 0;
  for (const { metadata, parsed } of externalSecrets.values()) {
    const state = memory.outcome(metadata.uid ?? '') ?? 'unknown';
    byState[state] = (byState[state] ?? 0) + 1;
    if (!parsed.ok) continue;
    const result = resultNow(parsed.value, memory);
    const last = lastSuccess(parsed.value, memory.lastSync(metadata.uid ?? ''));
    if (last === undefined || !isRefreshExpected(parsed.value.spec, result)) continue;
    oldestSuccess = Math.max(oldestSuccess, (clock.now() - last) / 1_000);
    if (isStale(parsed.value.spec, last, clock.now(), result)) stale += 1;
  }
  return { byState, stale, oldestSuccess };
}

/** What the last sync came to, as far as is remembered or the status says. */
function resultNow({ metadata, status }: ExternalSecret, memory: SyncMemory): SyncResult | undefined {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  return memory.lastSync(metadata.uid ?? '')?.result ?? (ready === undefined ? undefined : resultOf(inSecretWords(ready)));
}
