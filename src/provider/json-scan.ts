import type { SecretBytes } from '../lib/secret-bytes.ts';
import { JsonTextError, jsonValue } from './json-text.ts';
import { ProviderError } from './provider-error.ts';

/** The most JSON that is looked through for one object, in bytes and then in characters: meanwhile all others wait. */
export const mostScanned = 32 * 1024 * 1024;

/** There is too much to look through: its message says how much there may be. */
export class ScanLimitError extends Error {
  override readonly name = 'ScanLimitError';

  constructor(most: number) {
    super(`all properties together look through more than ${most / 1024 / 1024} MiB of JSON; take fewer of them, or make the values smaller`);
  }
}

/**
 * Values as JSON texts while one object is put together. Each is decoded and checked once, however many properties are taken of it; each
 * look at one counts with its whole size, and what a path goes over once more within it by itself.
 */
export class JsonScan {
  readonly #texts = new Map<SecretBytes, string>();
  readonly #most: number;
  #scanned = 0;

  constructor(most: number = mostScanned) {
    this.#most = most;
  }

  /**
   * The text of a value, for one look at it.
   * @throws ProviderError `invalid` where it is not JSON; never quotes it
   * @throws ScanLimitError
   */
  read(value: SecretBytes): string {
    this.charge(value.size);
    const text = this.#texts.get(value) ?? readJson(value);
    this.#texts.set(value, text);
    return text;
  }

  /**
   * So much is about to be gone over.
   * @throws ScanLimitError
   */
  charge(characters: number): void {
    this.#scanned += characters;
    if (this.#scanned > this.#most) throw new ScanLimitError(this.#most);
  }
}

function readJson(value: SecretBytes): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.reveal());
  } catch {
    throw new ProviderError('invalid', 'the value is not JSON: it is not UTF-8 text');
  }
  try {
    return jsonValue(text);
  } catch (error) {
    if (error instanceof JsonTextError) throw new ProviderError('invalid', `the value is not JSON: ${error.message}`);
    throw error;
  }
}
