import { z } from 'zod';
import { pushNamespacesAnnotation } from '../../api/names.ts';
import type { SecretStore } from '../../api/secret-store.ts';
import type { RemotePlace } from '../../provider/contract.ts';
import { policyOf } from '../allowed-keys.ts';

const choosing = z.looseObject({ spec: z.looseObject({ remoteNamespace: z.string() }) });

/**
 * The namespace at the provider that `metadata` chooses, where the store lets objects of `namespace` choose it: a ClusterSecretStore says
 * so with the annotation `prelude.dev/push-namespaces`. Without it, and where it makes no sense, it lets nobody choose.
 */
export function admittedNamespace({ kind, metadata: { annotations } }: Pick<SecretStore, 'kind' | 'metadata'>, namespace: string, metadata: unknown): Pick<RemotePlace, 'admittedNamespace'> {
  const text = annotations?.[pushNamespacesAnnotation];
  const chosen = choosing.safeParse(metadata);
  if (kind !== 'ClusterSecretStore' || text === undefined || !chosen.success) return {};
  const policy = policyOf(text);
  const { remoteNamespace } = chosen.data.spec;
  return policy.ok && policy.matches(namespace, remoteNamespace) ? { admittedNamespace: remoteNamespace } : {};
}
