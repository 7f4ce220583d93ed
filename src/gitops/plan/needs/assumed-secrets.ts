/** Annotation on an Application: Secrets made by hand, `NAME` or `NAME/KEY`, separated by commas or spaces. */
export const assumeSecretsAnnotation = 'prelude.dev/assume-secrets';

/** Whether a Secret, or a key of it, is there without anything in Git making it. */
export type AssumedSecrets = (secret: string, key: string | undefined) => boolean;

/** Reads the annotation's text; undefined where it is malformed. Naming a Secret without a key assumes all its keys. */
export function parseAssumedSecrets(text: string): AssumedSecrets | undefined {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  if (entries.some((entry) => !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(\/[-._a-zA-Z0-9]+)?$/.test(entry))) return undefined;
  const names = new Set(entries);
  return (secret, key) => names.has(secret) || (key !== undefined && names.has(`${secret}/${key}`)) || (key === undefined && entries.some((entry) => entry.startsWith(`${secret}/`)));
}
