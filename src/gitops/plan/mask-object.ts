import type { KubeObject } from '../../api/object.ts';
import { fieldsOf } from './needs/field.ts';
import type { RenderedObject } from './plan.ts';

/** What stands for a value that nobody may see. */
export const masked = '[redacted]';

/**
 * The one way in which a rendered object is shown: values of Secrets, those a fake store holds, tainted paths, and the
 * copies of a manifest that kubectl leaves in an annotation are replaced by `[redacted]`.
 */
export function maskObject({ object, taint }: RenderedObject): KubeObject {
  let shown = { ...object };
  if (object.kind === 'Secret') for (const field of ['data', 'stringData']) if (field in shown) shown = { ...shown, [field]: maskValues(shown[field]) };
  if (object.kind === 'SecretStore' || object.kind === 'ClusterSecretStore') shown = { ...shown, spec: maskFakeStore(shown['spec']) };
  shown = { ...shown, metadata: maskLastApplied(shown.metadata) };
  for (const path of taint) shown = { ...shown, ...fieldsOf(maskAt(shown, path)) };
  return shown;
}

function maskValues(value: unknown): unknown {
  // what should be a map and is none may be a value itself
  if (value !== null && (typeof value !== 'object' || Array.isArray(value))) return masked;
  return Object.fromEntries(Object.keys(fieldsOf(value)).map((key) => [key, masked]));
}

function maskFakeStore(spec: unknown): unknown {
  const provider = fieldsOf(fieldsOf(spec)['provider']);
  const { data } = fieldsOf(provider['fake']);
  if (!Array.isArray(data)) return spec;
  const entries = data.map((entry: unknown) => ({
    ...fieldsOf(entry),
    ...('value' in fieldsOf(entry) ? { value: masked } : {}),
    ...('valueMap' in fieldsOf(entry) ? { valueMap: maskValues(fieldsOf(entry)['valueMap']) } : {}),
  }));
  return { ...fieldsOf(spec), provider: { ...provider, fake: { ...fieldsOf(provider['fake']), data: entries } } };
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function maskLastApplied(metadata: KubeObject['metadata']): KubeObject['metadata'] {
  if (metadata.annotations?.[lastApplied] === undefined) return metadata;
  return { ...metadata, annotations: { ...metadata.annotations, [lastApplied]: masked } };
}

function maskAt(value: unknown, [step, ...rest]: readonly (string | number)[]): unknown {
  if (step === undefined) return masked;
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === step ? maskAt(item, rest) : item));
  const fields = fieldsOf(value);
  // a path that leads nowhere taints the whole of what it should have led through
  return step in fields ? { ...fields, [step]: maskAt(fields[step], rest) } : masked;
}
