import type { SecretKeySelector } from './contract.ts';
import { ProviderError } from './provider-error.ts';
import type { StoreHandle } from './store-reader.ts';

/** One key of one Secret. */
export interface SecretKey {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/**
 * Which Secret a store means by a selector. A namespaced store may name its own namespace only, said or unsaid.
 * A cluster store may name any; what it leaves out is the consumer's ("referent" authentication).
 * This rule is what keeps a tenant's store from reading other tenants' Secrets: nothing else resolves selectors.
 * @returns undefined where it depends on the consumer and there is none
 * @throws ProviderError `invalid` where a namespaced store names another namespace
 */
export function resolveSelector(selector: SecretKeySelector, store: StoreHandle): SecretKey | undefined {
  const { name, key } = selector;
  const namespace = selector.namespace === undefined || selector.namespace === '' ? store.namespace : selector.namespace;
  if (store.scope === 'namespaced' && namespace !== store.namespace) {
    throw new ProviderError('invalid', `${store.label} names Secret "${name}" of namespace "${namespace ?? ''}"; a SecretStore may use Secrets of its own namespace only`);
  }
  return namespace === undefined ? undefined : { namespace, name, key };
}

/** The key of one credential in maps. */
export function credentialKey({ namespace, name, key }: SecretKey): string {
  return `${namespace}/${name}/${key}`;
}

/** Whether a cluster store leaves the namespace of one of its Secrets to the consumer. */
export function dependsOnConsumer(selectors: readonly SecretKeySelector[], store: StoreHandle): boolean {
  return store.scope === 'cluster' && selectors.some(({ namespace }) => namespace === undefined || namespace === '');
}
