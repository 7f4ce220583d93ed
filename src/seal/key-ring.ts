import { createHash, createPrivateKey, type KeyObject, subtle, type webcrypto } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import { createSemaphore } from '../lib/semaphore.ts';
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
  /** The same key so many times: Node locks a key while it is used, and one for all would keep one core busy. */
  readonly idle: webcrypto.CryptoKey[];
  /** How many ciphertexts it has opened that were new. */
  opened: number;
}

/** Ciphertexts whose key is remembered: some ten MiB at most. */
const mostRemembered = 100_000;
/**
 * Operations of all rings under way together: one for each core. More would not be faster, and would take the threads that files and names
 * of hosts are looked up with.
 */
const cores = availableParallelism();
const turns = createSemaphore(cores);
const never = new AbortController().signal;

/**
 * Private keys, the one that seals in front. The work is done by the threads of Node's pool, never by the event loop. Which key opened
 * a ciphertext is remembered by a hash of it, so that the next time costs one operation however many keys there are; a ciphertext
 * of another length than a key's modulus is not tried with it at all. Of one that is new the most likely keys are tried first: the one
 * that the caller knows to have opened its neighbour, the one that seals, and then those that have opened most.
 */
export class KeyRing<K extends OpeningKey = SealingKey> {
  readonly #keys: readonly RingKey<K>[];
  readonly #opener = new Map<string, RingKey<K>>();
  #operations = 0;

  constructor(keys: readonly K[]) {
    this.#keys = keys.map((key) => ({ key, idle: copiesOf(key.privateKey), opened: 0 }));
  }

  get keys(): readonly K[] {
    return this.#keys.map(({ key }) => key);
  }

  /** RSA operations so far. */
  get operations(): number {
    return this.#operations;
  }

  /**
   * Opens a ciphertext under a label; undefined where none of the keys does, for whatever reason.
   * @param likely fingerprint of the key to try first
   */
  async open(ciphertext: Ciphertext, label: Uint8Array, likely?: string): Promise<Opened | undefined> {
    const id = createHash('sha256').update(ciphertext.wrappedKey).update(label).digest('base64');
    const known = this.#opener.get(id);
    // a value that was changed since costs as many operations as one that no key opens: how long it takes tells nothing of what is remembered
    for (const candidate of this.#candidates(ciphertext.wrappedKey.length, known?.key.certificate.fingerprint ?? likely)) {
      const session = await this.#unwrap(candidate, ciphertext.wrappedKey, label);
      const value = session === undefined ? undefined : openSealed(ciphertext, session);
      session?.fill(0);
      if (value === undefined) continue;
      if (known === undefined) candidate.opened += 1;
      this.#remember(id, candidate);
      return { value, fingerprint: candidate.key.certificate.fingerprint };
    }
    return undefined;
  }

  #candidates(length: number, likely: string | undefined): readonly RingKey<K>[] {
    const [sealing] = this.#keys;
    const rank = (one: RingKey<K>): number => (one.key.certificate.fingerprint === likely ? Infinity : one === sealing ? Number.MAX_SAFE_INTEGER : one.opened);
    return this.#keys.filter(({ key }) => key.certificate.modulusBytes === length).toSorted((one, other) => (rank(one) === rank(other) ? 0 : rank(other) - rank(one)));
  }

  async #unwrap(key: RingKey<K>, wrappedKey: Uint8Array, label: Uint8Array): Promise<Uint8Array | undefined> {
    this.#operations += 1;
    try {
      return new Uint8Array(await turns.run(() => withCopy(key, (copy) => subtle.decrypt({ name: 'RSA-OAEP', label }, copy, wrappedKey)), never));
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

function copiesOf(privateKey: KeyObject): webcrypto.CryptoKey[] {
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  const copies = Array.from({ length: cores }, () => createPrivateKey({ key: der, type: 'pkcs8', format: 'der' }).toCryptoKey({ name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['decrypt']));
  der.fill(0);
  return copies;
}

/** Uses a copy that nobody else uses meanwhile. There is one: no more operations are under way than there are copies. */
async function withCopy<T>({ idle }: RingKey<OpeningKey>, use: (copy: webcrypto.CryptoKey) => Promise<T>): Promise<T> {
  const copy = idle.pop();
  if (copy === undefined) throw new Error('every copy of a key is in use');
  try {
    return await use(copy);
  } finally {
    idle.push(copy);
  }
}
