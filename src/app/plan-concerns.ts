import { formatKey, type KubeObject, keyOf } from '../api/object.ts';
import type { RepositoryPlan } from '../gitops/plan/planned-application.ts';

/**
 * Which ExternalSecrets and stores of a cluster a repository's plan is about: those it declares, and the stores that its
 * ExternalSecrets use. All others are left to whoever looks after them.
 */
export function concernsOf({ applications }: RepositoryPlan): (object: KubeObject) => boolean {
  const ids = new Set<string>();
  for (const one of applications) {
    if (one.kind !== 'planned') continue;
    const { externalSecrets, stores } = one.declarations;
    for (const { store } of stores) ids.add(`${store.kind} ${formatKey(keyOf(store))}`);
    for (const { externalSecret } of externalSecrets) {
      ids.add(`ExternalSecret ${formatKey(keyOf(externalSecret))}`);
      const { kind, name } = externalSecret.spec.secretStoreRef;
      ids.add(`${kind} ${kind === 'SecretStore' ? `${externalSecret.metadata.namespace ?? ''}/${name}` : name}`);
    }
  }
  return (object) => ids.has(`${object.kind} ${formatKey(keyOf(object))}`);
}
