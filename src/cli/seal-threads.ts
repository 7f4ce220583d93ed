import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { SealError } from '../seal/seal-error.ts';
import { createPathSealer, type PathSealer, type SealedPaths, type SealPathsOptions } from './seal-paths.ts';

/** Fewer are sealed sooner than a thread has loaded what it takes. */
const worthThread = 200;
const mostThreads = 7;
/** Files that are taken at once. */
const share = 16;

/** What a thread is told, and what it answers. Texts of files stay where they are. */
export type ThreadTask = { readonly seal: readonly string[] } | { readonly write: true } | { readonly stop: true };
export type ThreadAnswer = { readonly sealed: SealedPaths } | { readonly written: true } | { readonly problem: string };

/**
 * Seals many files on all cores: this thread does, and where they are many, others beside it. Nothing is written before `isGood` has seen
 * what came of all of them; then each thread writes what it has sealed.
 * @param isGood throws where nothing is to be written
 * @throws SealError, errors of the file system, what `isGood` throws; the signal's reason
 */
export async function sealOnAllCores(files: readonly string[], options: SealPathsOptions, isGood: (all: readonly SealedPaths[]) => void, signal: AbortSignal): Promise<void> {
  const threads = Array.from({ length: files.length < worthThread ? 0 : Math.min(availableParallelism() - 1, mostThreads) }, () => startThread(options));
  const sealers: readonly PathSealer[] = [createPathSealer(options), ...threads];
  try {
    const shares = Array.from({ length: Math.ceil(files.length / share) }, (_, index) => files.slice(index * share, (index + 1) * share));
    const all: SealedPaths[] = [];
    const queue = shares.entries();
    await allEnded(sealers, async (sealer) => {
      // where it throws, it leaves nothing to the others
      for (const [index, paths] of queue) {
        signal.throwIfAborted();
        all[index] = await sealer.seal(paths).catch((error: unknown) => {
          queue.forEach(() => {});
          throw error;
        });
      }
    });
    isGood(all);
    await allEnded(sealers, (sealer) => sealer.write(signal));
  } finally {
    await Promise.all(threads.map(({ close }) => close()));
  }
}

/** Waits for all of them whatever comes of each: a thread that is ended as it writes leaves half a file behind. @throws what one of them has thrown */
async function allEnded(sealers: readonly PathSealer[], work: (sealer: PathSealer) => Promise<void>): Promise<void> {
  const ended = await Promise.allSettled(sealers.map(work));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

interface Thread extends PathSealer {
  readonly close: () => Promise<unknown>;
}

function startThread(options: SealPathsOptions): Thread {
  // certificates are read anew there: what they carry cannot all be sent
  const certificates = options.certificates.map(({ name, certificate }) => ({ name, pem: certificate.pem }));
  const worker = new Worker(ownProgram(), { workerData: { ...options, certificates } });
  const ask = async (task: ThreadTask): Promise<ThreadAnswer> => {
    const answer = Promise.withResolvers<ThreadAnswer>();
    worker.once('message', answer.resolve).once('error', answer.reject);
    worker.postMessage(task, []);
    try {
      const answered = await answer.promise;
      if ('problem' in answered) throw new SealError(answered.problem);
      return answered;
    } finally {
      worker.off('error', answer.reject);
    }
  };
  return {
    seal: async (paths) => {
      const answer = await ask({ seal: paths });
      if (!('sealed' in answer)) throw new Error('a thread that seals has answered something else');
      return answer.sealed;
    },
    write: async (signal) => {
      signal.throwIfAborted();
      // it ends between two batches of files
      const stop = (): void => worker.postMessage({ stop: true } satisfies ThreadTask, []);
      signal.addEventListener('abort', stop, { once: true });
      try {
        await ask({ write: true });
        signal.throwIfAborted();
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    close: () => worker.terminate(),
  };
}

/** The bundle has it in a file of its own. */
function ownProgram(): URL {
  return new URL(process.env['PRELUDE_SEAL_THREAD'] ?? 'seal-thread.ts', import.meta.url);
}
