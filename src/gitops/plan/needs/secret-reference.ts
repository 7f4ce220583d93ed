import { fieldsOf, textOf } from './field.ts';

/** A field that names a Secret of the object's own namespace. */
export interface SecretReference {
  readonly secret: string;
  /** Absent: the Secret as a whole. */
  readonly key?: string;
  /** The field, e.g. `spec.template.spec.volumes[0].secret`. */
  readonly path: string;
  /** Nothing in Git providing it is a warning, not an error: pods run without a pull secret, an Ingress without its certificate. */
  readonly lenient?: true;
}

/** `{name, optional?}` under a field: the Secret as a whole. */
export function wholeSecret(value: unknown, path: string, nameField = 'name'): readonly SecretReference[] {
  const fields = fieldsOf(value);
  const secret = textOf(fields[nameField]);
  return secret === undefined || fields['optional'] === true ? [] : [{ secret, path }];
}

/** `{name, key, optional?}` under a field: one key. */
export function secretKey(value: unknown, path: string): readonly SecretReference[] {
  const key = textOf(fieldsOf(value)['key']);
  return wholeSecret(value, path).map((reference) => (key === undefined ? reference : { ...reference, key }));
}
