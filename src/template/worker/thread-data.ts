import type { RenderLimits } from './limits.ts';

/** What the pool tells a thread as it starts it. */
export interface ThreadData {
  readonly limits: RenderLimits;
  /** After how long without a request it says that it is idle. Kept there, so that no timer of the pool keeps the process alive. */
  readonly idleMs: number;
  /** Whether it comes behind the thread that started it, where there are fewer cores than threads. */
  readonly givesWay: boolean;
}
