import { ProviderError } from '../../src/provider/provider-error.ts';

export type ObjectKind = 'secret' | 'key' | 'cert';

/** One object of a vault. */
export interface ObjectName {
  readonly kind: ObjectKind;
  readonly name: string;
}

const kinds: readonly ObjectKind[] = ['secret', 'key', 'cert'];

/**
 * External Secrets' notation: `secret/NAME`, `key/NAME`, `cert/NAME`, or the NAME of a secret. What follows another slash is dropped, as
 * there.
 * @throws ProviderError `invalid` for what can be no name: names go into URLs
 */
export function parseObjectName(key: string): ObjectName {
  const [first = '', second] = key.split('/');
  const kind = second === undefined ? 'secret' : kinds.find((one) => one === first);
  const name = second ?? first;
  if (kind === undefined) throw new ProviderError('invalid', `the key must be NAME, secret/NAME, key/NAME or cert/NAME`);
  if (!/^[0-9a-zA-Z-]{1,127}$/.test(name)) throw new ProviderError('invalid', 'the key is no name of an object of a vault: 1 to 127 letters, digits and "-"');
  return { kind, name };
}

/** @throws ProviderError `invalid` for what can be no version: versions go into URLs */
export function parseVersion(version: string): string {
  if (/^[0-9a-zA-Z-]{1,64}$/.test(version)) return version;
  throw new ProviderError('invalid', 'the version is none of a vault: 32 letters and digits');
}
