import { conditionsOf } from './peer-health-argo.ts';
import { at } from './raw-api.ts';

/** kstatus' words for one object, which Flux, Helm 4 and kpt wait by. */
export type KstatusHealth = 'Current' | 'InProgress' | 'Failed' | 'Terminating';

/**
 * What kstatus makes of an object of a kind that it does not know, restated from its generic rules (pkg/kstatus/status): a status of an older
 * generation is none, `Reconciling` and `Stalled` decide next, then `Ready`. An object that says nothing at all counts as `Current`, which
 * is why a kind's definition must make it say something from its first moment on.
 */
export function kstatusHealth(object: Readonly<Record<string, unknown>>): KstatusHealth {
  if (at(object, 'metadata', 'deletionTimestamp') !== undefined) return 'Terminating';
  const observed = at(object, 'status', 'observedGeneration');
  if (observed !== undefined && observed !== at(object, 'metadata', 'generation')) return 'InProgress';
  const statusOf = (type: string): unknown => at(conditionsOf(object).find((condition) => at(condition, 'type') === type), 'status');
  if (statusOf('Reconciling') === 'True') return 'InProgress';
  if (statusOf('Stalled') === 'True') return 'Failed';
  const ready = statusOf('Ready');
  return ready === 'False' || ready === 'Unknown' ? 'InProgress' : 'Current';
}
