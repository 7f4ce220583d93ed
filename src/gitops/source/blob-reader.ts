import type { Git } from './git-command.ts';
import { SourceError } from './source-error.ts';
import type { TreeLimits } from './tree-limits.ts';

/** A file as a commit names it. */
export interface Blob {
  readonly path: string;
  readonly oid: string;
  /** In bytes. */
  readonly size: number;
}

interface Read {
  readonly blob: Blob;
  readonly signal: AbortSignal;
  readonly resolve: (content: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads that end with the same signal. */
interface Group {
  readonly reads: Set<Read>;
  readonly onAbort: () => void;
}

/** Bytes of blobs that one `cat-file` answers. */
const batchBytes = 16 << 20;

/**
 * Reads blobs of a bare repository, with one `cat-file` at a time: what is asked for in one turn goes together, and so does all that many
 * Applications ask for while it runs. Whoever gives up is let go at once, and harms no other.
 * @returns what reads one; it throws SourceError, or its signal's reason
 */
export function createBlobReader(git: Git, limits: TreeLimits): (blob: Blob, signal: AbortSignal) => Promise<Uint8Array> {
  const groups = new Map<AbortSignal, Group>();
  let waiting: Read[] = [];
  let asked: { readonly reads: readonly Read[]; readonly stop: AbortController } | undefined;
  let isBusy = false;

  const isOpen = (read: Read): boolean => groups.get(read.signal)?.reads.has(read) === true;

  /** Ends a read once: answers false where it has ended before. */
  function end(read: Read): boolean {
    const group = groups.get(read.signal);
    if (group?.reads.delete(read) !== true) return false;
    if (group.reads.size > 0) return true;
    read.signal.removeEventListener('abort', group.onAbort);
    groups.delete(read.signal);
    return true;
  }

  function abort(signal: AbortSignal): void {
    for (const read of [...(groups.get(signal)?.reads ?? [])]) if (end(read)) read.reject(signal.reason);
    // nobody is left who wants the answer
    if (asked !== undefined && !asked.reads.some(isOpen)) asked.stop.abort(signal.reason);
  }

  function add(read: Read): void {
    const { signal } = read;
    const known = groups.get(signal);
    const group = known ?? { reads: new Set<Read>(), onAbort: () => abort(signal) };
    if (known === undefined) {
      groups.set(signal, group);
      signal.addEventListener('abort', group.onAbort, { once: true });
    }
    group.reads.add(read);
    waiting.push(read);
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const reads = waiting.filter(isOpen);
      waiting = [];
      for (const batch of split(reads)) await answer(batch);
    }
    isBusy = false;
  }

  async function answer(reads: readonly Read[]): Promise<void> {
    const stop = new AbortController();
    asked = { reads, stop };
    try {
      const contents = await readBatch(git, reads, { signal: stop.signal, deadline: limits.deadline });
      for (const [index, read] of reads.entries()) {
        const content = contents[index];
        if (content !== undefined && end(read)) read.resolve(content);
      }
    } catch (error) {
      for (const read of reads) if (end(read)) read.reject(error);
    } finally {
      asked = undefined;
    }
  }

  return (blob, signal) => {
    if (blob.size > limits.fileBytes) return Promise.reject(new SourceError('tooLarge', `${blob.path} is larger than ${limits.fileBytes} bytes`));
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      add({ blob, signal, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      queueMicrotask(() => void work());
    });
  };
}

/** The contents, in the order of the reads. */
async function readBatch(git: Git, reads: readonly Read[], run: { readonly signal: AbortSignal; readonly deadline: number }): Promise<readonly Uint8Array[]> {
  const stdin = reads.map(({ blob }) => `${blob.oid}\n`).join('');
  const stdout = await git(['cat-file', '--batch'], { ...run, stdin, stdoutLimit: batchBytes * 4 });
  let offset = 0;
  return reads.map(({ blob }) => {
    const header = `${blob.oid} blob ${blob.size}\n`;
    const start = offset + header.length;
    if (stdout.toString('latin1', offset, start) !== header) throw new SourceError('unavailable', `${blob.path} cannot be read from the local copy of the repository`);
    offset = start + blob.size + 1;
    // a copy, so that one small file does not keep the whole batch in memory
    return Uint8Array.prototype.slice.call(stdout, start, start + blob.size);
  });
}

function split(reads: readonly Read[]): readonly (readonly Read[])[] {
  const batches: Read[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const read of reads) {
    if (bytes + read.blob.size > batchBytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(read);
    bytes += read.blob.size;
  }
  return batches;
}
