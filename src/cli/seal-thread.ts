import { parentPort, workerData } from 'node:worker_threads';
import { SealError } from '../seal/seal-error.ts';
import { readSealingCertificate } from '../seal/sealing-key.ts';
import { createPathSealer, type SealPathsOptions } from './seal-paths.ts';
import type { ThreadAnswer, ThreadTask } from './seal-threads.ts';

/** As `startThread` sends it. */
interface ThreadData extends Omit<SealPathsOptions, 'certificates'> {
  readonly certificates: readonly { readonly name: string; readonly pem: string }[];
}

// the program of a thread that seals files beside the main one
const port = parentPort;
if (port !== null) {
  const { certificates, ...options }: ThreadData = workerData;
  const sealer = createPathSealer({ ...options, certificates: certificates.map(({ name, pem }) => ({ name, certificate: readSealingCertificate(pem, name) })) });
  const stop = new AbortController();
  const work = async (task: ThreadTask): Promise<ThreadAnswer | undefined> => {
    if ('stop' in task) {
      stop.abort(new DOMException('stopped', 'AbortError'));
      return undefined;
    }
    if ('seal' in task) return { sealed: await sealer.seal(task.seal) };
    await sealer.write(stop.signal);
    return { written: true };
  };
  port.on('message', (task: ThreadTask) => {
    // what is no problem of a file ends the thread, which is told to who started it
    void work(task).then(
      (answer) => answer !== undefined && port.postMessage(answer, []),
      (error: unknown) => {
        if (!(error instanceof SealError)) throw error;
        port.postMessage({ problem: error.message } satisfies ThreadAnswer, []);
      },
    );
  });
}
