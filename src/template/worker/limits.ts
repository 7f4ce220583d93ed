import { LimitError } from '../template-error.ts';
import type { Meter } from '../value/value.ts';

/**
 * What rendering may cost. The first two hold for each template by itself, the others for a request with all of its templates.
 *
 * The heap limit is the last resort: a thread that reaches it ends by itself, and with it only its request. That holds for pieces of
 * memory that are small beside the limit. Found by experiment, with a limit of 128 MiB and a heap filled to any degree: strings and lists
 * of 16 MiB and maps of 2^20 entries, whose tables take 28 MiB, end the thread alone; lists of 32 MiB and maps of 2^21 entries can end
 * the whole process. So nothing large may be allocated before it is charged, and `allocatedBytes` is no more than an eighth of
 * `heapMiB`: an entry of a list or map counts as 16 bytes, so there are at most 2^20 of them.
 */
export interface RenderLimits {
  /** About one evaluated node, or a hundred bytes looked at. */
  readonly steps: number;
  /** Of all allocations together, what is free again included. */
  readonly allocatedBytes: number;
  /** Of all templates and data of a request together. */
  readonly inputBytes: number;
  /** Of all outputs of a request together. */
  readonly outputBytes: number;
  /** From the moment a thread takes the request. */
  readonly milliseconds: number;
  /** Of a thread. */
  readonly heapMiB: number;
  /** Of a thread; absent: 4. */
  readonly stackMiB?: number;
}

/** A Secret holds 1 MiB at the most. */
export const defaultLimits: RenderLimits = {
  steps: 1_000_000,
  allocatedBytes: 16 * 1024 * 1024,
  inputBytes: 16 * 1024 * 1024,
  outputBytes: 4 * 1024 * 1024,
  milliseconds: 5_000,
  heapMiB: 128,
};

/** Counts one template's costs. */
export function createMeter({ steps, allocatedBytes }: Pick<RenderLimits, 'steps' | 'allocatedBytes'>): Meter {
  let stepsLeft = steps;
  let bytesLeft = allocatedBytes;
  return {
    step: (count = 1) => {
      stepsLeft -= count;
      // written so that a count that is not a number is too many, too
      if (!(stepsLeft >= 0)) throw new LimitError(`it takes more than ${steps} steps`);
    },
    allocate: (bytes) => {
      bytesLeft -= bytes;
      if (!(bytesLeft >= 0)) throw new LimitError(`it takes more than ${sizeText(allocatedBytes)} of memory`);
    },
  };
}

/** A size as messages give it. */
export function sizeText(bytes: number): string {
  const mib = bytes / 1024 / 1024;
  return mib >= 1 ? `${Number(mib.toFixed(1))} MiB` : `${bytes} bytes`;
}
