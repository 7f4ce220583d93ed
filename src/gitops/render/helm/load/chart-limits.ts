import { ChartError } from './chart-error.ts';

/** What a chart may take, its dependencies included. */
export interface ChartLimits {
  /** Of all files together, unpacked. Helm allows as much for each archive. */
  readonly bytes: number;
  /** Of one file, unpacked. */
  readonly fileBytes: number;
  readonly files: number;
  /** Charts within charts. */
  readonly depth: number;
}

export const defaultChartLimits: ChartLimits = { bytes: 100 * 1024 * 1024, fileBytes: 20 * 1024 * 1024, files: 20_000, depth: 16 };

/** Counts what is read of one chart against its limits; archives within archives draw on the same budget. */
export class ChartBudget {
  readonly #limits: ChartLimits;
  #bytesLeft: number;
  #filesLeft: number;

  constructor(limits: ChartLimits) {
    this.#limits = limits;
    this.#bytesLeft = limits.bytes;
    this.#filesLeft = limits.files;
  }

  /** Counts a file before anything of it is read. @throws ChartError */
  takeFile(name: string, bytes: number): void {
    if (bytes > this.#limits.fileBytes) throw new ChartError(`${name} is larger than ${this.#limits.fileBytes} bytes`);
    this.takeBytes(bytes);
    this.#filesLeft -= 1;
    if (this.#filesLeft < 0) throw new ChartError(`the chart has more than ${this.#limits.files} files`);
  }

  /** Counts bytes that are no file's: headers of an archive, and the entries it skips. @throws ChartError */
  takeBytes(bytes: number): void {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft < 0) throw new ChartError(`the chart is larger than ${this.#limits.bytes} bytes when it is unpacked`);
  }

  /** @param depth of the chart about to be read; 0 for the outermost @throws ChartError */
  checkDepth(depth: number): void {
    if (depth > this.#limits.depth) throw new ChartError(`charts are nested more than ${this.#limits.depth} levels deep`);
  }
}
