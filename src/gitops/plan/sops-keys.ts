/** On an Application: the Secret of its destination's namespace that holds the keys of its SOPS documents, under Flux's names. */
export const sopsKeysAnnotation = 'prelude.dev/sops-keys';

const defaultName = 'sops-keys';

/** The Secret with the keys; undefined where what is said is no name of one. */
export function sopsKeysOf(annotations: Readonly<Record<string, string>> = {}): string | undefined {
  const name = annotations[sopsKeysAnnotation] ?? defaultName;
  return name.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) ? name : undefined;
}
