import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type Cancel, systemClock } from '../../lib/clock.ts';
import type { RenderLimits } from './limits.ts';
import { type PackedRequest, type Reply, type UnpackedJob, unpackRequest } from './packed-request.ts';
import type { JobResult } from './render-jobs.ts';
import type { ThreadData } from './thread-data.ts';

/** Behind the thread of the controller, whose timers and leases come first where there are fewer cores than threads. */
const priority = 5;

/** Renders the jobs of a request, one after the other as its results are asked for. */
export type RenderJobs = (jobs: readonly UnpackedJob[]) => Iterable<JobResult>;

/**
 * What a thread of the pool does: it takes one request after the other and answers each job as it is done. It has no environment, and its
 * memory and stack are bounded; time is kept by the pool, which ends the thread.
 */
export function serveRequests(createRenderer: (limits: RenderLimits) => RenderJobs): void {
  const port = parentPort;
  if (port === null) throw new Error('this program runs as a thread of the pool, not by itself');
  // only the pool starts this program
  const { limits, idleMs, givesWay } = workerData as ThreadData;
  if (givesWay) stepBack();

  const renderJobs = createRenderer(limits);
  const say = (reply: Reply, transfer: ArrayBuffer[] = []): void => port.postMessage(reply, transfer);
  let stopWaiting: Cancel = () => {};
  const wait = (): void => {
    stopWaiting();
    stopWaiting = systemClock.after(idleMs, () => {
      say({ kind: 'idle' });
      wait();
    });
  };

  port.on('message', (request: PackedRequest) => {
    for (const result of renderJobs(unpackRequest(request))) say(result, buffersOf(result));
    wait();
  });
  say({ kind: 'ready' });
  wait();
}

/** What changes hands without a copy. */
function buffersOf(result: JobResult): ArrayBuffer[] {
  if (result.kind === 'problem') return [];
  return result.kind === 'text' ? [result.output.buffer] : [result.bytes.buffer];
}

function stepBack(): void {
  // elsewhere a priority is that of the whole process
  if (process.platform !== 'linux') return;
  try {
    setPriority(priority);
  } catch {
    // a sandbox may forbid it; templates render all the same
  }
}
