import type { CredentialSelector } from './contract.ts';
import { ProviderError } from './provider-error.ts';
import type { StoreHandle } from './store-reader.ts';

/** What a selector names, with its namespace decided. */
export type ResolvedCredential =
  | { readonly kind: 'Secret'; readonly namespace: string; readonly name: string; readonly key: string }
  | { readonly kind: 'WholeSecret'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'ConfigMap'; readonly namespace: string; readonly name: string; readonly key: string }
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string; readonly audiences: readonly string[] };

/**
 * What a store means by a selector. A namespaced store may name its own namespace only, said or unsaid, be it a Secret, a ConfigMap or
 * a service account. A cluster store may name any; what it leaves out is the consumer's ("referent" authentication).
 * This rule is what keeps a tenant's store from reading other tenants' Secrets: nothing else resolves selectors of stores.
 * @returns undefined where it depends on the consumer and there is none
 * @throws ProviderError `invalid` where a namespaced store names another namespace
 */
export function resolveSelector(selector: CredentialSelector, store: StoreHandle): ResolvedCredential | undefined {
  if (store.scope === 'cluster' && 'pinned' in selector && selector.pinned && isReferent(selector)) {
    throw new ProviderError('invalid', `${store.label}: caProvider needs a namespace in a ClusterSecretStore; without it whoever uses the store would say which authority to trust`);
  }
  const namespace = isReferent(selector) ? store.namespace : selector.namespace;
  if (store.scope === 'namespaced' && namespace !== store.namespace) {
    const kind = nouns[selector.kind ?? 'Secret'];
    throw new ProviderError('invalid', `${store.label} names ${kind} "${selector.name}" of namespace "${namespace ?? ''}"; a SecretStore may use ${kind}s of its own namespace only`);
  }
  return namespace === undefined ? undefined : place(selector, namespace);
}

function place(selector: CredentialSelector, namespace: string): ResolvedCredential {
  const { name } = selector;
  switch (selector.kind) {
    case 'WholeSecret':
      return { kind: selector.kind, namespace, name };
    case 'ConfigMap':
      return { kind: selector.kind, namespace, name, key: selector.key };
    case 'ServiceAccount':
      return { kind: selector.kind, namespace, name, audiences: selector.audiences ?? [] };
    default:
      return { kind: 'Secret', namespace, name, key: selector.key };
  }
}

/** The kind of object that a credential of some kind stands in. */
const nouns = { Secret: 'Secret', WholeSecret: 'Secret', ConfigMap: 'ConfigMap', ServiceAccount: 'ServiceAccount' } as const;

/** The kind of object that a credential stands in, as Kubernetes names it. */
export function objectKindOf({ kind }: ResolvedCredential): (typeof nouns)[keyof typeof nouns] {
  return nouns[kind];
}

/** The key of one credential in maps. No part of it can hold a space or a slash of its own. */
export function credentialKey(credential: ResolvedCredential): string {
  const { kind, namespace, name } = credential;
  return `${kind} ${namespace}/${name}${'key' in credential ? `/${credential.key}` : ''}`;
}

/** Whether a cluster store leaves the namespace of something that it names to the consumer. */
export function dependsOnConsumer(selectors: readonly CredentialSelector[], store: StoreHandle): boolean {
  return store.scope === 'cluster' && selectors.some(isReferent);
}

/** An empty namespace says nothing, as in External Secrets. */
function isReferent({ namespace }: CredentialSelector): boolean {
  return namespace === undefined || namespace === '';
}
