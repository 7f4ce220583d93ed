import { randomBytes } from 'node:crypto';
import { KubeError } from '../../kube/kube-error.ts';
import { secretType } from '../../kube/resource-types.ts';
import { createKey, type KeyShape } from './create-key.ts';
import { inSealingOrder } from './key-policy.ts';
import { keySecret, sealingKeyLabel } from './key-secret.ts';
import type { ManageKeysDeps } from './manage-keys.ts';

/**
 * The certificate that values are sealed with now, in PEM. Where there is no key yet, the first is made, as a controller does when it
 * starts.
 * @throws KubeError
 */
export async function sealingCertificate(shape: Omit<KeyShape, 'namespace'>, deps: ManageKeysDeps, signal: AbortSignal): Promise<string> {
  const { cluster, clock, namespace } = deps;
  const isActive = ({ metadata }: { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }): boolean => metadata.labels?.[sealingKeyLabel] === 'active';
  await createKey({ ...shape, namespace }, (secrets) => !secrets.some(isActive), { cluster, clock, randomBytes }, signal);
  const keys = [];
  for await (const { items } of cluster.pages(secretType, { namespace, labelSelector: `${sealingKeyLabel}=active` }, signal)) keys.push(...items.map(keySecret));
  const [first] = inSealingOrder(keys.flatMap((one) => (one.kind === 'key' ? [one] : [])), 'CertNotBefore', clock.now());
  if (first === undefined) throw new KubeError('absent', `none of the sealing keys in namespace ${namespace} can be read; see "prelude keys list"`);
  return first.key.certificate.pem;
}
