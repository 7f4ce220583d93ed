import { type KubeObject, parseApiVersion } from '../../../api/object.ts';
import { fieldsOf, listOf, textOf } from './field.ts';
import type { SecretReference } from './secret-reference.ts';

/** The certificates that an Ingress names: each needs both halves of a key pair. */
export function ingressReferences(object: KubeObject): readonly SecretReference[] {
  const { group } = parseApiVersion(object.apiVersion);
  if (object.kind !== 'Ingress' || (group !== 'networking.k8s.io' && group !== 'extensions')) return [];
  return listOf(fieldsOf(object['spec'])['tls']).flatMap((entry, index) => {
    const secret = textOf(fieldsOf(entry)['secretName']);
    const path = `spec.tls[${index}].secretName`;
    return secret === undefined ? [] : ['tls.crt', 'tls.key'].map((key) => ({ secret, key, path, lenient: true as const }));
  });
}
