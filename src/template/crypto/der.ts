/** The tags that are used here, as DER spells them. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  nothing: 0x05,
  objectIdentifier: 0x06,
  utf8: 0x0c,
  numeric: 0x12,
  printable: 0x13,
  teletex: 0x14,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** A tag of a context of its own: `[number]`, primitive. */
export function contextTag(number: number): number {
  return 0x80 | number;
}

/** As `contextTag`, constructed. */
export function explicitTag(number: number): number {
  return 0xa0 | number;
}

/** Bytes are no DER, or not the DER that was expected. Says nothing about the bytes: what was being read says more. */
export class DerError extends Error {}

export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** Tag and length too. */
  readonly raw: Buffer;
}

/**
 * Reads the elements of some DER one after the other. Strict, as Go is: lengths and integers have one form only. Nothing is read before it
 * is asked for, so nothing nests deeper than who asks.
 */
export class DerReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isEmpty(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next tag; undefined at the end. */
  get tag(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** Whatever comes next. @throws DerError */
  next(): Element {
    const start = this.#at;
    const tag = this.#byte();
    // tags above 30 take several bytes, and nothing that is read here has them
    if ((tag & 0x1f) === 0x1f) throw new DerError('a tag is too large');
    const length = this.#length();
    const from = this.#at;
    if (length > this.#bytes.length - from) throw new DerError('an element is truncated');
    this.#at = from + length;
    return { tag, content: this.#bytes.subarray(from, this.#at), raw: this.#bytes.subarray(start, this.#at) };
  }

  /** The content of the next element. @throws DerError where it has another tag */
  take(tag: number): Buffer {
    const element = this.next();
    if (element.tag !== tag) throw new DerError('an element has another tag');
    return element.content;
  }

  /** The content of the next element, where it has that tag. @throws DerError */
  optional(tag: number): Buffer | undefined {
    return this.tag === tag ? this.next().content : undefined;
  }

  sequence(): DerReader {
    return new DerReader(this.take(tags.sequence));
  }

  boolean(): boolean {
    const content = this.take(tags.boolean);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw new DerError('a boolean is malformed');
    return content[0] === 0xff;
  }

  integer(): bigint {
    return readInteger(this.take(tags.integer));
  }

  /** An integer that a number holds. @throws DerError */
  smallInteger(): number {
    const value = this.integer();
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) throw new DerError('an integer is too large');
    return Number(value);
  }

  octets(): Buffer {
    return this.take(tags.octets);
  }

  /** Bits as bytes; those at the end that do not count are zero. */
  bits(): Buffer {
    const content = this.take(tags.bits);
    const unused = content[0];
    const last = content.length > 1 ? (content.at(-1) ?? 0) : 0;
    if (unused === undefined || unused > 7 || (content.length === 1 && unused > 0) || (last & ((1 << unused) - 1)) !== 0) {
      throw new DerError('a bit string is malformed');
    }
    return content.subarray(1);
  }

  /** In dots: `1.2.840.113549`. */
  objectIdentifier(): string {
    return readObjectIdentifier(this.take(tags.objectIdentifier));
  }

  /** @throws DerError where more comes */
  end(): void {
    if (!this.isEmpty) throw new DerError('there is trailing data');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new DerError('an element is truncated');
    this.#at += 1;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new DerError('a length is malformed');
    let length = 0;
    for (let index = 0; index < count; index += 1) {
      length = length * 256 + this.#byte();
      if (length === 0) throw new DerError('a length is malformed');
    }
    if (length < 0x80) throw new DerError('a length is malformed');
    return length;
  }
}

/** The one element that some bytes are. @throws DerError */
export function readOnly<T>(bytes: Buffer, read: (reader: DerReader) => T): T {
  const reader = new DerReader(bytes);
  const value = read(reader);
  reader.end();
  return value;
}

function readInteger(content: Buffer): bigint {
  const [first, second] = content;
  if (first === undefined) throw new DerError('an integer is empty');
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) throw new DerError('an integer is not in its shortest form');
  return BigInt.asIntN(content.length * 8, BigInt(`0x${content.toString('hex')}`));
}

function readObjectIdentifier(content: Buffer): string {
  const arcs: number[] = [];
  let arc = 0;
  let isOpen = false;
  for (const byte of content) {
    if (!isOpen && byte === 0x80) throw new DerError('an object identifier is malformed');
    arc = arc * 128 + (byte & 0x7f);
    if (arc > 0x7fff_ffff) throw new DerError('an object identifier is too large');
    isOpen = byte >= 0x80;
    if (isOpen) continue;
    // the first two arcs share a number
    if (arcs.length === 0) arcs.push(Math.min(Math.floor(arc / 40), 2), arc - Math.min(Math.floor(arc / 40), 2) * 40);
    else arcs.push(arc);
    arc = 0;
  }
  if (isOpen || arcs.length === 0) throw new DerError('an object identifier is malformed');
  return arcs.join('.');
}
