import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { WriteResult } from '../../src/provider/contract.ts';
import { isSamePublicKey, readKey } from './json-web-key.ts';
import type { VaultObject } from './vault-object.ts';
import type { Vault, WrittenProperties } from './vault.ts';

/** A key or a certificate that is pushed, and what is there. */
export interface PushedObject {
  readonly name: string;
  readonly value: SecretBytes;
  readonly there: VaultObject | undefined;
  readonly properties: WrittenProperties;
}

/** Imports a private key as a new version, unless the vault has it. @throws ProviderError; the signal's reason */
export async function importKey({ key }: Vault, { name, value, there, properties }: PushedObject, signal: AbortSignal): Promise<WriteResult> {
  const wanted = readKey(value);
  if (there?.key !== undefined && isSamePublicKey(there.key, wanted)) return { kind: 'unchanged' };
  await key.import(name, wanted, properties, signal);
  return { kind: 'written' };
}
