import { availableParallelism } from 'node:os';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { type QueueBounds, TenantQueue } from '../../lib/tenant-queue.ts';
import type { RenderRequest, RenderResult, TemplateRenderer } from '../renderer.ts';
import { mostThreads, threadsToStart } from './growth.ts';
import { LimitMemory } from './limit-memory.ts';
import { defaultLimits, type RenderLimits, sizeText } from './limits.ts';
import { packRequest, type Reply, sizeOfJobs } from './packed-request.ts';
import { PendingRender } from './pending-render.ts';
import { RenderThread, type ThreadEnd } from './render-thread.ts';

export interface RendererPoolOptions {
  readonly clock: Clock;
  readonly limits?: Partial<RenderLimits>;
  /** How many threads there are at the most while none is stuck; two, or as many as there are cores. Never more than eight. */
  readonly size?: number;
  readonly queue?: QueueBounds;
  /** After how long without work a thread ends that is not the last one. */
  readonly idleMs?: number;
  /** Whether the threads come behind the one that asks, which has timers and leases to keep. Absent: they do. */
  readonly givesWay?: boolean;
  /** What the threads run. */
  readonly program?: URL;
}

export interface RendererPool extends TemplateRenderer {
  /** Starts the first thread ahead of the first request, which then does not wait for it to load its program. */
  readonly prepare: () => void;
  /** Ends all threads. What waits or runs, or comes later, fails. */
  readonly close: () => Promise<void>;
  /** How many threads there are now. */
  readonly threads: () => number;
}

/**
 * A renderer whose templates run in threads of their own, which bound their time and memory. Threads start when they are needed first;
 * none keeps the process alive.
 */
export function createRendererPool({ limits, size = availableParallelism(), queue, idleMs, givesWay = true, program, clock }: RendererPoolOptions): RendererPool {
  const pool = new Pool({
    clock,
    limits: { ...defaultLimits, ...limits },
    size: Math.min(Math.max(2, size), mostThreads),
    queue: queue ?? { ofTenant: 256, inAll: 4_096 },
    idleMs: idleMs ?? 30_000,
    givesWay,
    program: program ?? ownProgram(),
  });
  return {
    render: (request, signal) => pool.render(request, signal),
    prepare: () => pool.prepare(),
    close: () => pool.close(),
    threads: () => pool.threads,
  };
}

/** Beside this file in the sources; in the bundle, where its build says. */
function ownProgram(): URL {
  const bundled = process.env['PRELUDE_TEMPLATE_THREAD'];
  return bundled === undefined ? new URL('./thread.ts', import.meta.url) : new URL(bundled, import.meta.url);
}

/** For how long somebody has to wait before another thread is started; most requests are done in less. */
const patienceMs = 20;

/** How long a thread may take to load its program. */
const startMs = 30_000;

/** After a thread could not start, no other is started for as long while there is one that works. */
const restartMs = 1_000;

/** A thread, and what it is at. */
interface Member {
  readonly thread: RenderThread;
  state: { readonly kind: 'starting' } | { readonly kind: 'idle' } | { readonly kind: 'busy'; readonly since: number; readonly pending: PendingRender };
  /** Stops the timer of what it does. */
  cancel: Cancel;
}

class Pool {
  readonly #options: Required<RendererPoolOptions> & { readonly limits: RenderLimits };
  readonly #queue: TenantQueue<PendingRender>;
  readonly #memory: LimitMemory;
  readonly #members = new Set<Member>();
  readonly #ending = new Set<Promise<void>>();
  /** Tenants of whom a request runs. */
  readonly #served = new Set<string>();
  #cancelGrowth: Cancel | undefined;
  #noStartBefore = -Infinity;
  #isClosed = false;

  constructor(options: Required<RendererPoolOptions> & { readonly limits: RenderLimits }) {
    this.#options = options;
    this.#queue = new TenantQueue(options.queue);
    this.#memory = new LimitMemory(options);
  }

  get threads(): number {
    return this.#members.size + this.#ending.size;
  }

  async render(request: RenderRequest, signal: AbortSignal): Promise<readonly RenderResult[]> {
    signal.throwIfAborted();
    if (this.#isClosed) throw closedError();
    const pending = new PendingRender(request, this.#memory.find(request));
    const { inputBytes } = this.#options.limits;
    if (sizeOfJobs(pending.jobs()) > inputBytes) pending.refuse(`the templates and their data are larger than ${sizeText(inputBytes)}`);
    if (!pending.isComplete) this.#enqueue(pending);
    if (pending.isComplete) {
      pending.settle();
      return pending.results;
    }
    const onAbort = (): void => this.#abandon(pending, signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await pending.results;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  prepare(): void {
    if (!this.#isClosed && this.threads === 0) this.#start();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelGrowth?.();
    for (const pending of this.#queue.clear()) pending.reject(closedError());
    for (const member of this.#members) {
      if (member.state.kind === 'busy') member.state.pending.reject(closedError());
      this.#dismiss(member);
    }
    await Promise.all(this.#ending);
  }

  #enqueue(pending: PendingRender): void {
    const { tenant } = pending.request;
    const full = this.#queue.add(tenant, pending);
    if (full === undefined) this.#dispatch();
    else pending.refuse(full === 'tenant' ? `too many requests of ${tenant} wait to be rendered` : 'too many requests wait to be rendered');
  }

  readonly #isServed = (tenant: string): boolean => this.#served.has(tenant);

  /** Gives work to whoever is idle; where too few are, more are started after a while. */
  #dispatch(): void {
    for (const member of this.#members) {
      if (member.state.kind !== 'idle') continue;
      const pending = this.#queue.take(this.#isServed);
      if (pending === undefined) break;
      this.#run(member, pending);
    }
    if (this.#queue.turns(this.#isServed, 1) === 0) {
      this.#cancelGrowth?.();
      this.#cancelGrowth = undefined;
      return;
    }
    if (this.#members.size === 0 && this.#ending.size < mostThreads) this.#start();
    this.#cancelGrowth ??= this.#options.clock.after(patienceMs, () => {
      this.#cancelGrowth = undefined;
      this.#grow();
      this.#dispatch();
    });
  }

  #grow(): void {
    const now = this.#options.clock.monotonic();
    if (this.#members.size > 0 && now < this.#noStartBefore) return;
    const states = [...this.#members].map(({ state }) => state);
    const crew = {
      starting: states.filter(({ kind }) => kind === 'starting').length,
      busyForMs: states.flatMap((state) => (state.kind === 'busy' ? [now - state.since] : [])),
      ending: this.#ending.size,
      waiting: this.#queue.turns(this.#isServed, mostThreads),
    };
    for (let count = threadsToStart(crew, this.#options.size); count > 0; count -= 1) this.#start();
  }

  #start(): void {
    const thread = new RenderThread(this.#options, {
      onReply: (reply) => this.#onReply(member, reply),
      onEnd: (end) => this.#onEnd(member, end),
    });
    const cancel = this.#options.clock.after(startMs, () => {
      this.#dismiss(member);
      this.#startFailed(new Error(`a thread for templates did not start within ${startMs / 1000} s`));
    });
    const member: Member = { thread, state: { kind: 'starting' }, cancel };
    this.#members.add(member);
  }

  /** Who waits for the first thread waits no more: whoever asks again has another try. */
  #startFailed(cause: Error): void {
    this.#noStartBefore = this.#options.clock.monotonic() + restartMs;
    if (this.#members.size > 0) return;
    for (const pending of this.#queue.clear()) pending.reject(new Error('no thread for templates could be started', { cause }));
    this.#dispatch();
  }

  #run(member: Member, pending: PendingRender): void {
    const { clock, limits } = this.#options;
    this.#served.add(pending.request.tenant);
    member.state = { kind: 'busy', since: clock.monotonic(), pending };
    member.cancel = clock.after(limits.milliseconds, () => {
      // where this thread was late itself, the answer may be here and only waits to be read
      setImmediate(() => this.#breakOff(member, pending, `it takes longer than ${limits.milliseconds / 1000} s`));
    });
    member.thread.send(packRequest(pending.jobs()));
  }

  #onReply(member: Member, reply: Reply): void {
    if (reply.kind === 'ready') this.#release(member);
    else if (reply.kind === 'idle') {
      if (member.state.kind === 'idle' && this.#members.size > 1) this.#dismiss(member);
    } else if (member.state.kind === 'busy') {
      const { pending } = member.state;
      pending.answer(reply);
      if (pending.isComplete) this.#finish(member, pending);
    }
  }

  /** The request has all of its results. */
  #finish(member: Member, pending: PendingRender): void {
    const problems = pending.limitProblems();
    if (problems !== undefined) this.#memory.note(pending.request, problems);
    pending.settle();
    this.#served.delete(pending.request.tenant);
    this.#release(member);
  }

  /** Makes a thread idle, if it is still there, and gives it what waits. */
  #release(member: Member): void {
    member.cancel();
    member.cancel = () => {};
    member.state = { kind: 'idle' };
    this.#dispatch();
  }

  /** Ends a thread in the middle of a request, for a reason that is the template's. */
  #breakOff(member: Member, pending: PendingRender, reason: string): void {
    if (member.state.kind !== 'busy' || member.state.pending !== pending) return;
    this.#dismiss(member);
    pending.breakOff(reason);
    this.#finish(member, pending);
  }

  /** A thread ended that nobody had told to. */
  #onEnd(member: Member, { isOutOfMemory, error }: ThreadEnd): void {
    const { state } = member;
    if (state.kind === 'busy') this.#breakOff(member, state.pending, isOutOfMemory ? `it takes more than ${this.#options.limits.heapMiB} MiB of memory` : 'its thread ended, by a fault of Prelude');
    else {
      this.#dismiss(member);
      if (state.kind === 'starting') this.#startFailed(error);
    }
  }

  #abandon(pending: PendingRender, reason: unknown): void {
    this.#queue.remove(pending.request.tenant, pending);
    pending.reject(reason);
    for (const member of this.#members) {
      if (member.state.kind !== 'busy' || member.state.pending !== pending) continue;
      this.#dismiss(member);
      this.#served.delete(pending.request.tenant);
    }
    this.#dispatch();
  }

  /** Ends a thread. It counts until it is gone: what runs outside of JavaScript cannot be interrupted. */
  #dismiss(member: Member): void {
    member.cancel();
    this.#members.delete(member);
    const gone = member.thread.end().finally(() => {
      this.#ending.delete(gone);
    });
    this.#ending.add(gone);
  }
}

function closedError(): Error {
  return new Error('the template renderer is closed');
}
