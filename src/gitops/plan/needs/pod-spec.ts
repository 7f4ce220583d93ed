import { fieldsOf, listOf } from './field.ts';
import { secretKey, type SecretReference, wholeSecret } from './secret-reference.ts';
import { volumeReferences } from './volumes.ts';

const containerLists = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** Everything a pod cannot start without: `env`, `envFrom` of all its containers, its volumes, its pull secrets. */
export function podReferences(spec: unknown, path: string): readonly SecretReference[] {
  const pod = fieldsOf(spec);
  return [
    ...containerLists.flatMap((list) => listOf(pod[list]).flatMap((container, index) => containerReferences(container, `${path}.${list}[${index}]`))),
    ...volumeReferences(pod['volumes'], `${path}.volumes`),
    ...pullSecrets(pod['imagePullSecrets'], `${path}.imagePullSecrets`),
  ];
}

function containerReferences(container: unknown, path: string): readonly SecretReference[] {
  const { env, envFrom } = fieldsOf(container);
  return [
    ...listOf(env).flatMap((entry, index) => secretKey(fieldsOf(fieldsOf(entry)['valueFrom'])['secretKeyRef'], `${path}.env[${index}].valueFrom.secretKeyRef`)),
    ...listOf(envFrom).flatMap((entry, index) => wholeSecret(fieldsOf(entry)['secretRef'], `${path}.envFrom[${index}].secretRef`)),
  ];
}

/** `imagePullSecrets` of a pod or of a service account. */
export function pullSecrets(value: unknown, path: string): readonly SecretReference[] {
  return listOf(value).flatMap((entry, index) => wholeSecret(entry, `${path}[${index}]`).map((reference) => ({ ...reference, lenient: true as const })));
}

/** The service account a pod runs as. */
export function serviceAccountOf(spec: unknown): string {
  const { serviceAccountName, serviceAccount } = fieldsOf(spec);
  for (const name of [serviceAccountName, serviceAccount]) if (typeof name === 'string' && name !== '') return name;
  return 'default';
}
