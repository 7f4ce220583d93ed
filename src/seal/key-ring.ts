import { createHash, subtle, type webcrypto } from 'node:crypto';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import { type Ciphertext, openSealed } from './ciphertext.ts';
import type { OpeningKey, SealingKey } from './sealing-key.ts';

/** What opening a ciphertext came to. */
export interface Opened {
  readonly value: SecretBytes;
  /** Of the key that opened it. */
  readonly fingerprint: string;
}

interface RingKey<K extends OpeningKey> {
  readonly key: K;
  readonly unwrap: webcrypto.CryptoKey;
}

/** Ciphertexts whose key is remembered: some ten MiB at most. */
const mostRemembered = 100_000;

/**
 * Private keys, the one to try first in front. The work is done by the threads of Node's pool, never by the event loop. Which key opened
 * a ciphertext is remembered by a hash of it, so that the next time costs one operation however many keys there are; a ciphertext
 * of another length than a key's modulus is not tried with it at all.
 */
export class KeyRing<K extends OpeningKey = SealingKey> {
  readonly #keys: readonly RingKey<K>[];
  readonly #opener = new Map<string, RingKey<K>>();
  #operations = 0;

  constructor(keys: readonly K[]) {
    this.#keys = keys.map((key) => ({ key, unwrap: key.privateKey.toCryptoKey({ name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['decrypt']) }));
  }

  get keys(): readonly K[] {
    return this.#keys.map(({ key }) => key);
  }

  /** RSA operations so far. */
  get operations(): number {
    return this.#operations;
  }

  /** Opens a ciphertext under a label; undefined where none of the keys does, for whatever reason. */
  async open(ciphertext: Ciphertext, label: Uint8Array): Promise<Opened | undefined> {
    const id = createHash('sha256').update(ciphertext.wrappedKey).update(label).digest('base64');
    const known = this.#opener.get(id);
    const fitting = this.#keys.filter(({ key }) => key.certificate.modulusBytes === ciphertext.wrappedKey.length);
    for (const candidate of known === undefined ? fitting : [known]) {
      const session = await this.#unwrap(candidate, ciphertext.wrappedKey, label);
      const value = session === undefined ? undefined : openSealed(ciphertext, session);
      session?.fill(0);
      if (value === undefined) continue;
      this.#remember(id, candidate);
      return { value, fingerprint: candidate.key.certificate.fingerprint };
    }
    return undefined;
  }

  async #unwrap({ unwrap }: RingKey<K>, wrappedKey: Uint8Array, label: Uint8Array): Promise<Uint8Array | undefined> {
    this.#operations += 1;
    try {
      return new Uint8Array(await subtle.decrypt({ name: 'RSA-OAEP', label }, unwrap, wrappedKey));
    } catch {
      // why it failed is nobody's business: told apart, failures are an oracle
      return undefined;
    }
  }

  #remember(id: string, key: RingKey<K>): void {
    this.#opener.delete(id);
    this.#opener.set(id, key);
    if (this.#opener.size > mostRemembered) for (const oldest of this.#opener.keys().take(1)) this.#opener.delete(oldest);
  }
}
