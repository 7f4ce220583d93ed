import { selectorMatches } from '../api/label-selector.ts';
import type { ObjectMeta } from '../api/object.ts';
import type { SecretStore, StoreCondition } from '../api/secret-store.ts';

export { mayReadKey } from './allowed-keys.ts';

/** A namespace as conditions of stores see it. */
export interface NamespaceFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** False: there is no more than its name, so that nothing can be said of its labels. */
  readonly known: boolean;
  /** Nothing can be created in it any more. */
  readonly terminating: boolean;
  /** Absent where it has none. */
  readonly finalizers?: readonly string[];
}

/** Kubernetes labels each namespace with its name, and conditions of stores rely on it. */
const nameLabel = 'kubernetes.io/metadata.name';

/** What is kept of a Namespace; of one that is not known, its name: whatever comes from a cluster has a uid, or labels. */
export function namespaceFacts({ name, uid, labels, deletionTimestamp, finalizers = [] }: ObjectMeta): NamespaceFacts {
  const known = uid !== undefined || labels !== undefined;
  return { name, labels: { ...labels, [nameLabel]: name }, known, terminating: deletionTimestamp !== undefined, ...(finalizers.length === 0 ? {} : { finalizers }) };
}

/** Whether a controller of the given class serves the store: a store without a class is served by every controller. */
export function servesStore(controllerClass: string, store: SecretStore): boolean {
  return store.spec.controller === '' || store.spec.controller === controllerClass;
}

/**
 * Whether objects of a namespace may use the store. A SecretStore serves its own namespace; a ClusterSecretStore those
 * that one of its conditions admits, or all where it has none. A selector admits no namespace whose labels are not known: that one of
 * them is missing would count as an answer.
 */
export function mayUseStore(store: SecretStore, namespace: NamespaceFacts): boolean {
  if (store.kind === 'SecretStore') return store.metadata.namespace === namespace.name;
  const { conditions } = store.spec;
  return conditions.length === 0 || conditions.some((condition) => admits(condition, namespace));
}

function admits({ namespaces, namespaceSelector, namespaceRegexes }: StoreCondition, { name, labels, known }: NamespaceFacts): boolean {
  return (
    namespaces.includes(name) ||
    (known && namespaceSelector !== undefined && selectorMatches(namespaceSelector, labels)) ||
    // External Secrets matches anywhere in the name; who means the whole name writes ^ and $
    namespaceRegexes.some((regex) => regex.matcher(name).find())
  );
}
