import { externalSecretsGroup } from '../api/names.ts';
import { formatKey, type KubeObject, keyOf, parseApiVersion } from '../api/object.ts';
import { isSealedSecret } from '../api/sealed-secret.ts';
import { parsePushSecret } from '../api/push-secret.ts';
import type { StoreReference } from '../api/source-reference.ts';
import type { RepositoryPlan } from '../gitops/plan/planned-application.ts';
import { namedStores } from '../secret/references.ts';

/**
 * Which SealedSecrets, and objects of External Secrets' main group, in a cluster a repository's plan is about: those it declares, those that its declarations
 * for many namespaces become, and the stores that they name. All others are left to whoever looks after them.
 */
export function concernsOf({ applications }: RepositoryPlan): (object: KubeObject) => boolean {
  const ids = new Set<string>();
  /** Names of stores in namespaces that only the cluster can tell. */
  const anywhere = new Set<string>();
  for (const one of applications) {
    if (one.kind !== 'planned') continue;
    const { externalSecrets, spreads, objects } = one.declarations;
    for (const { object } of objects) if (parseApiVersion(object.apiVersion).group === externalSecretsGroup || isSealedSecret(object)) for (const id of idsOf(object)) ids.add(id);
    for (const { kind, name } of spreads.flatMap(({ stores }) => stores)) (kind === 'SecretStore' ? anywhere : ids).add(`${kind} ${name}`);
    for (const { externalSecret } of externalSecrets) {
      const { namespace = '' } = externalSecret.metadata;
      ids.add(`ExternalSecret ${formatKey(keyOf(externalSecret))}`);
      for (const store of namedStores(externalSecret.spec)) ids.add(storeId(store, namespace));
    }
  }
  const isMeant = (object: Pick<KubeObject, 'kind' | 'metadata'>): boolean => ids.has(`${object.kind} ${formatKey(keyOf(object))}`);
  // what a declaration for many namespaces becomes is told by its owner, which has no namespace
  return (object) => isMeant(object) || anywhere.has(`${object.kind} ${object.metadata.name}`) || (object.metadata.ownerReferences ?? []).some(({ kind, name }) => isMeant({ kind, metadata: { name } }));
}

/** The object itself, and the stores that a PushSecret names. */
function idsOf(object: KubeObject): readonly string[] {
  const { namespace = '' } = object.metadata;
  const pushed = object.kind === 'PushSecret' ? parsePushSecret(object) : undefined;
  const stores = pushed?.ok === true ? pushed.value.spec.secretStoreRefs.flatMap((store) => ('name' in store ? [storeId(store, namespace)] : [])) : [];
  return [`${object.kind} ${formatKey(keyOf(object))}`, ...stores];
}

function storeId({ kind, name }: StoreReference, namespace: string): string {
  return `${kind} ${kind === 'SecretStore' ? `${namespace}/${name}` : name}`;
}
