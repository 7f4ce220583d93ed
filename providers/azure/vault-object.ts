import type { JsonWebKey } from '@azure/keyvault-keys';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';

/** What a vault tells of an object beside its value; times in milliseconds since the epoch. */
export interface ObjectProperties {
  readonly enabled: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly created?: number;
  readonly updated?: number;
  readonly expires?: number;
  readonly notBefore?: number;
}

/** One version of an object. The value of a key is its public half as a JSON Web Key, that of a certificate is the certificate, DER. */
export interface VaultObject extends ObjectProperties {
  readonly value: SecretBytes;
  readonly version?: string;
  /** Of a key: what its value says. */
  readonly key?: JsonWebKey;
}

/** A secret as lists have it: the properties of its current version, but neither value nor version. */
export interface ListedSecret extends ObjectProperties {
  readonly name: string;
}

/** Properties as the SDK has them, in all of its packages. */
export interface SdkProperties {
  readonly enabled?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  readonly createdOn?: Date;
  readonly updatedOn?: Date;
  readonly expiresOn?: Date;
  readonly notBefore?: Date;
}

/** Properties in our words. */
export function propertiesOf({ enabled = true, tags = {}, createdOn, updatedOn, expiresOn, notBefore }: SdkProperties): ObjectProperties {
  return { enabled, tags, ...at('created', createdOn), ...at('updated', updatedOn), ...at('expires', expiresOn), ...at('notBefore', notBefore) };
}

function at<N extends string>(name: N, date: Date | undefined): Partial<Record<N, number>> {
  const entry: Partial<Record<N, number>> = {};
  if (date !== undefined && !Number.isNaN(date.getTime())) entry[name] = date.getTime();
  return entry;
}
