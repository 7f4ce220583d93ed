import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** The most that is kept for one store, keys and values, in bytes: they are in the controller's memory. */
const most = 8 * 1024 * 1024;

/** What was pushed to one store. It ends with the program. */
export class PushedValues {
  readonly #values = new Map<string, SecretBytes>();
  #size = 0;

  get(key: string): SecretBytes | undefined {
    return this.#values.get(key);
  }

  entries(): IterableIterator<[string, SecretBytes]> {
    return this.#values.entries();
  }

  /** @throws ProviderError `invalid` where the store is full */
  set(key: string, value: SecretBytes): void {
    const size = this.#size - this.#sizeOf(key) + Buffer.byteLength(key) + value.size;
    if (size > most) throw new ProviderError('invalid', `a fake store keeps at most ${most / 1024 / 1024} MiB of pushed values`);
    this.#values.set(key, value);
    this.#size = size;
  }

  delete(key: string): void {
    this.#size -= this.#sizeOf(key);
    this.#values.delete(key);
  }

  #sizeOf(key: string): number {
    const value = this.#values.get(key);
    return value === undefined ? 0 : Buffer.byteLength(key) + value.size;
  }
}
