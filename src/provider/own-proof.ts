import type { ProviderContext } from './contract.ts';
import { ProviderError } from './provider-error.ts';

/** Where Kubernetes mounts the token of the pod's own service account. */
export const ownTokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * Makes sure that Prelude's own identity is proved to a host that the store names only where an administrator has written the store: whoever
 * stands there can use the proof elsewhere. A tenant's store may not, with `--allow-own-identity` too.
 * @param instead the credentials that the store could name: `auth.kubernetes.serviceAccountRef`
 * @throws ProviderError `denied`
 */
export function requireClusterStore({ store }: Pick<ProviderContext, 'store'>, instead: string): void {
  if (store?.scope === 'cluster') return;
  throw new ProviderError('denied', `a SecretStore may not log in as Prelude itself, --allow-own-identity or not: that would be proved to whoever the store names; name ${instead}, or use a ClusterSecretStore`);
}
