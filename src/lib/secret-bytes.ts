import { timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const redacted = '[redacted]';

/**
 * The bytes of a secret value. Whatever prints, serialises or interpolates it gets `[redacted]`;
 * `reveal` is the only way to the bytes, so `grep reveal` lists every place that sees a value.
 */
export class SecretBytes {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  static fromUtf8(text: string): SecretBytes {
    return new SecretBytes(Buffer.from(text, 'utf8'));
  }

  /** The bytes themselves, not a copy: callers must not write to them. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  /** Length in bytes. */
  get size(): number {
    return this.#bytes.length;
  }

  equals(other: SecretBytes): boolean {
    return this.#bytes.length === other.#bytes.length && timingSafeEqual(this.#bytes, other.#bytes);
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
