import { ChartError } from './chart-error.ts';
import type { ChartBudget } from './chart-limits.ts';
import { readPaxRecords } from './pax-records.ts';
import { readTarHeader, tarBlock } from './tar-header.ts';

export interface TarFile {
  /** As the archive has it. */
  readonly name: string;
  readonly data: Uint8Array;
}

/** What headers of their own say of the entry that follows them. */
interface Announced {
  readonly name?: string;
  readonly size?: number;
}

/** Of a long name, or of pax records: Go's reader has the same limit. */
const longestHeader = 1024 * 1024;

const refusedTypes: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a named pipe',
};

/**
 * Reads the files of a tar archive as its bytes come: ustar, pax, and the long names of GNU tar. Nothing is written, and nothing is kept of
 * an entry before it is counted.
 * @throws ChartError for links, devices, sparse files, what is malformed, and what goes beyond the budget
 */
export async function* readTar(chunks: AsyncIterable<Uint8Array>, budget: ChartBudget): AsyncGenerator<TarFile> {
  const input = new BlockReader(chunks, budget);
  for (let announced: Announced = {}; ; ) {
    const block = await input.block();
    const header = block === undefined ? undefined : readTarHeader(block);
    // Go wants a second block of zeros; archives that end with one, or with none, are read all the same
    if (header === undefined) return;
    const size = announced.size ?? header.size;
    const name = announced.name ?? header.name;
    if (header.type === 'x' || header.type === 'L' || header.type === 'K' || header.type === 'g') {
      if (header.size > longestHeader) throw new ChartError('the archive has a header that is too large');
      const data = await input.data(header.size);
      if (header.type === 'x') announced = { ...announced, ...readAnnounced(data) };
      if (header.type === 'L') announced = { ...announced, name: data.toString('utf8').replace(/\0.*$/s, '') };
      continue;
    }
    announced = {};
    if (header.type === '5' || (header.type === '0' && name.endsWith('/'))) {
      await input.skip(header.type === '5' ? 0 : size);
      continue;
    }
    if (header.type !== '0') throw new ChartError(`${name} is ${refusedTypes[header.type] ?? 'of a kind'} that a chart cannot hold`);
    budget.takeFile(name, size);
    yield { name, data: await input.data(size) };
  }
}

function readAnnounced(data: Buffer): Announced {
  const records = readPaxRecords(data);
  if ([...records.keys()].some((key) => key.startsWith('GNU.sparse.'))) throw new ChartError('the archive has a sparse file, which a chart cannot hold');
  const [name, size] = [records.get('path'), records.get('size')];
  if (size !== undefined && !/^\d{1,15}$/.test(size)) throw new ChartError('the archive has a malformed pax header');
  return { ...(name === undefined || name === '' ? {} : { name }), ...(size === undefined ? {} : { size: Number(size) }) };
}

/** Takes a stream apart into the blocks and contents of an archive. */
class BlockReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #budget: ChartBudget;
  #current: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>, budget: ChartBudget) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#budget = budget;
  }

  /** The next header; undefined where the stream ends before it. */
  async block(): Promise<Buffer | undefined> {
    if (this.#current.length === 0 && !(await this.#advance())) return undefined;
    this.#budget.takeBytes(tarBlock);
    return this.#take(tarBlock);
  }

  /** The contents of an entry; what fills its last block is dropped. */
  async data(size: number): Promise<Buffer> {
    const data = await this.#take(size);
    await this.skip(0, size);
    return data;
  }

  /** @param before what has been read of the entry already */
  async skip(size: number, before = 0): Promise<void> {
    this.#budget.takeBytes(size);
    for (let left = size + ((tarBlock - ((before + size) % tarBlock)) % tarBlock); left > 0; ) {
      if (this.#current.length === 0 && !(await this.#advance())) return;
      const part = Math.min(left, this.#current.length);
      this.#current = this.#current.subarray(part);
      left -= part;
    }
  }

  async #take(size: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (let left = size; left > 0; ) {
      if (this.#current.length === 0 && !(await this.#advance())) throw new ChartError('the archive ends in the middle of an entry');
      const part = this.#current.subarray(0, left);
      parts.push(part);
      this.#current = this.#current.subarray(part.length);
      left -= part.length;
    }
    return Buffer.concat(parts, size);
  }

  async #advance(): Promise<boolean> {
    do {
      const { done, value } = await this.#chunks.next();
      if (done === true) return false;
      this.#current = value;
    } while (this.#current.length === 0);
    return true;
  }
}
