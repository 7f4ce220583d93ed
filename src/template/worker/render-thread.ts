import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RenderLimits } from './limits.ts';
import type { PackedRequest, Reply } from './packed-request.ts';
import type { ThreadData } from './thread-data.ts';

export interface RenderThreadOptions {
  readonly program: URL;
  readonly limits: RenderLimits;
  readonly idleMs: number;
  readonly givesWay: boolean;
}

/** Why a thread ended that nobody ended: it reached its heap limit, or a fault of ours. */
export interface ThreadEnd {
  readonly isOutOfMemory: boolean;
  readonly error: Error;
}

export interface ThreadListener {
  readonly onReply: (reply: Reply) => void;
  /** All replies have come before. */
  readonly onEnd: (end: ThreadEnd) => void;
}

/** A thread that renders one request at a time, and keeps no process alive. */
export class RenderThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #isEnding = false;

  constructor(options: RenderThreadOptions, listener: ThreadListener) {
    this.#worker = startWorker(options);
    let end: ThreadEnd = { isOutOfMemory: false, error: new Error('the thread ended by itself') };
    this.#worker.on('message', (reply: Reply) => {
      if (!this.#isEnding) listener.onReply(reply);
    });
    this.#worker.on('error', (error: Error & { readonly code?: string }) => {
      end = { isOutOfMemory: error.code === 'ERR_WORKER_OUT_OF_MEMORY', error };
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        resolve();
        if (!this.#isEnding) listener.onEnd(end);
      });
    });
    // after the listeners: the first listener for messages would take it back
    this.#worker.unref();
  }

  send(request: PackedRequest): void {
    this.#worker.postMessage(request, [request.bytes.buffer]);
  }

  /** Ends the thread whatever it does; its listener hears no more of it. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#worker.terminate();
    await this.#exited;
  }
}

/** A thread shares what V8 has compiled with the starts before it where this process does; it does not inherit that by itself. */
function compileCache(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  // Node.js answers its own folder in the one that it was given
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

function startWorker({ program, limits, idleMs, givesWay }: RenderThreadOptions): Worker {
  return new Worker(program, {
    name: 'template',
    workerData: { limits, idleMs, givesWay } satisfies ThreadData,
    // nothing of the process that a template could ask for: at most where Node.js keeps what it has compiled
    env: compileCache(),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMiB, maxYoungGenerationSizeMb: 16, stackSizeMb: limits.stackMiB ?? 4 },
  });
}
