const newline = 0x0a;
const nothing = Buffer.alloc(0);

/** A line grew past the limit. */
export class LineTooLongError extends Error {
  constructor(limit: number) {
    super(`a line is longer than ${limit} bytes`);
    this.name = 'LineTooLongError';
  }
}

/**
 * Cuts a stream of bytes into lines, however the chunks fall. Bytes are cut, not text, so that a character that is split
 * between chunks stays whole. It holds at most `limit` bytes of an unfinished line, and looks at each byte once.
 */
export class LineSplitter {
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  /** @param limit the most bytes of a line, its newline not counted */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many bytes of an unfinished line are held. */
  get pending(): number {
    return this.#length;
  }

  /**
   * Yields the lines that the chunk completes, without their newline; empty ones are left out.
   * @throws LineTooLongError as soon as a line is longer than the limit
   */
  *push(chunk: Uint8Array): Generator<Buffer, void, void> {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#hold(chunk.subarray(start, end));
      start = end + 1;
      const line = this.#take();
      if (line.length > 0) yield line;
    }
    this.#hold(chunk.subarray(start));
  }

  #hold(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#length += part.length;
    if (this.#length > this.#limit) throw new LineTooLongError(this.#limit);
    this.#parts.push(part);
  }

  #take(): Buffer {
    const [first = nothing] = this.#parts;
    const line = this.#parts.length > 1 ? Buffer.concat(this.#parts, this.#length) : Buffer.from(first.buffer, first.byteOffset, first.byteLength);
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}
