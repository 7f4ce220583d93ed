import type { ExternalSecret } from '../../api/external-secret.ts';
import { inSecretWords } from '../../controllers/external-secret/generic/condition-words.ts';
import { resultOf } from '../../controllers/external-secret/outcomes.ts';
import { isSameRequest } from '../../controllers/external-secret/refresh-due.ts';
import { isRefreshExpected } from '../../controllers/external-secret/refresh-schedule.ts';
import { isUntouched } from '../../secret/drift.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';

/**
 * Why an ExternalSecret would be read from its provider at once; undefined where it is adopted silently: nothing is read and nothing
 * is written, as External Secrets itself would leave it.
 * @param live the Secret of its target's name, where it is managed
 * @param now milliseconds since the epoch
 */
export function refreshReason(externalSecret: ExternalSecret, live: LiveSecret | undefined, now: number): string | undefined {
  const { spec, status } = externalSecret;
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined || status.syncedResourceVersion === undefined) return 'it was never synced';
  if (ready.status !== 'True') return 'its last sync failed';
  const isOthers = ready.observedGeneration === undefined;
  const result = resultOf(inSecretWords(ready));
  const lastSync = { version: status.syncedResourceVersion, at: 0, time: 0, result, ...(isOthers ? { isOthers } : {}) };
  if (!isSameRequest(externalSecret, { lastSync })) return 'spec, labels or annotations have changed since its last sync';
  const refreshed = Date.parse(status.refreshTime ?? '');
  if (Number.isNaN(refreshed) || refreshed > now) return 'its refresh time is missing or in the future';
  const problem = result === 'synced' ? secretProblem(externalSecret, live) : undefined;
  if (problem !== undefined) return problem;
  const isTimed = isRefreshExpected(spec, result);
  return isTimed && refreshed + spec.refreshInterval <= now ? 'its refresh interval is over' : undefined;
}

/** What is wrong with the Secret, for policies under which that is looked at. */
function secretProblem(externalSecret: ExternalSecret, live: LiveSecret | undefined): string | undefined {
  const { creationPolicy, manifest } = externalSecret.spec;
  if (manifest !== undefined || creationPolicy === 'None' || creationPolicy === 'Orphan') return undefined;
  if (live === undefined) return creationPolicy === 'Merge' ? undefined : 'its Secret is missing, or has lost its label';
  return isUntouched(live) ? undefined : 'its Secret was changed by somebody else';
}
