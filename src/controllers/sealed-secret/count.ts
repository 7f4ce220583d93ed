import { isKubeError } from '../../kube/kube-error.ts';
import type { SealedCondition, SealedSecretsMetrics } from '../../lib/sealed-secrets-metrics.ts';
import type { ControllerOptions, Report } from '../../runtime/controller.ts';
import type { SealedSecretCaches, SealedSecretEntry } from './observe.ts';
import { failureOf } from './outcomes.ts';
import type { UnsealMemory } from './unseal-memory.ts';

type Reconcile = ControllerOptions<SealedSecretEntry>['reconcile'];
type Counts = Pick<SealedSecretsMetrics, 'requested' | 'failed'>;

/** Counts what a reconcile comes to as upstream does, and remembers one that broke off. Where somebody else wrote first it is only begun anew. */
export function counted({ requested, failed }: Counts, memory: UnsealMemory, reconcile: Reconcile): Reconcile {
  return async (entry, signal, since) => {
    requested();
    const { namespace = '', name, uid = '' } = entry.metadata;
    try {
      const reconciled = await reconcile(entry, signal, since);
      const failure = reconciled?.outcome === undefined ? undefined : failureOf(reconciled.outcome, name);
      if (failure !== undefined) failed(failure, namespace);
      return reconciled;
    } catch (error) {
      if (!isKubeError(error, 'conflict', 'exists')) {
        failed('update', namespace);
        memory.conclude(uid, 'failed');
      }
      throw error;
    }
  };
}

/** Counts statuses that could not be written. */
export function countedReport({ failed }: Counts, report: Report<SealedSecretEntry>): Report<SealedSecretEntry> {
  return async (entry, reconciled, signal) => {
    try {
      await report(entry, reconciled, signal);
    } catch (error) {
      if (!isKubeError(error, 'conflict')) failed('status', entry.metadata.namespace ?? '');
      throw error;
    }
  };
}

/** The conditions of all SealedSecrets that were looked at since the start, as upstream shows them. */
export function* conditionsOf({ sealedSecrets }: SealedSecretCaches, memory: UnsealMemory): Generator<SealedCondition> {
  for (const { metadata: { uid = '', namespace = '', name, labels } } of sealedSecrets.values()) {
    const outcome = memory.outcome(uid);
    if (outcome !== undefined) yield { namespace, name, instance: labels?.['app.kubernetes.io/instance'] ?? '', isSynced: outcome === 'synced' };
  }
}
