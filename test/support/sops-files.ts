import { randomBytes } from 'node:crypto';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { openDataKey } from '../../src/seal/sops/data-key.ts';
import { encryptSops } from '../../src/seal/sops/encrypt-sops.ts';
import { readKeyBundle } from '../../src/seal/sops/keys/key-bundle.ts';
import { createOpenKey, type KeyServices } from '../../src/seal/sops/keys/open-key.ts';
import { openSops } from '../../src/seal/sops/open-sops.ts';
import { revealData } from '../../src/seal/sops/plain-data.ts';
import { readSops, type SopsFormat } from '../../src/seal/sops/read-sops.ts';

/** An age key pair. */
export interface AgePair {
  readonly identity: string;
  readonly recipient: string;
}

export async function agePair(kind: 'x25519' | 'hybrid' = 'x25519'): Promise<AgePair> {
  const identity = await (kind === 'hybrid' ? generateHybridIdentity() : generateX25519Identity());
  return { identity, recipient: await identityToRecipient(identity) };
}

/** What an operator puts into the Secret with keys. */
export type KeySecret = Readonly<Record<string, string>>;

const services: KeyServices = { now: Date.now, memoryFolder: '/dev/shm' };

/** Decrypts a file with what a Secret holds; all of its documents, as plain data. */
export async function decryptFile(content: Uint8Array | string, format: SopsFormat | 'ini', secret: KeySecret, more: Partial<KeyServices> = {}): Promise<readonly unknown[]> {
  const file = readSops(Buffer.from(content), format);
  const bundle = readKeyBundle(new Map(Object.entries(secret).map(([name, text]) => [name, SecretBytes.fromUtf8(text)])));
  const dataKey = await openDataKey(file.metadata, createOpenKey(bundle, { ...services, ...more }), AbortSignal.timeout(30_000));
  return openSops(file, dataKey).map(({ root }) => revealData(root));
}

/** Encrypts YAML for one key, at a time that is always the same. */
export function encryptFile(text: string, recipients: readonly string[], encryptedRegex?: string): Promise<string> {
  return encryptSops(text, { recipients, now: Date.UTC(2026, 0, 2, 3, 4, 5, 678), randomBytes, ...(encryptedRegex === undefined ? {} : { encryptedRegex }) });
}
