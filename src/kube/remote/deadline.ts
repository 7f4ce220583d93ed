import type { Clock } from '../../lib/clock.ts';

/** A signal that aborts when the caller's does or when the time is up; `passed` tells which. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether it was the time. */
  readonly passed: () => boolean;
  /** Starts the time anew; without `ms` it never is up. */
  readonly restart: (ms?: number) => void;
  /** Lets go of the caller's signal and the timer. */
  readonly end: () => void;
}

/** Not AbortSignal.any: signals live as long as the process, and each call has to let go of its own. */
export function startDeadline(clock: Clock, ms: number, signal: AbortSignal): Deadline {
  const controller = new AbortController();
  let passed = false;
  const onTime = (): void => {
    passed = true;
    controller.abort(new Error('the deadline passed'));
  };
  const onAbort = (): void => controller.abort(signal.reason);
  let cancel = clock.after(ms, onTime);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    passed: () => passed,
    restart: (next) => {
      cancel();
      cancel = next === undefined ? () => {} : clock.after(next, onTime);
    },
    end: () => {
      cancel();
      signal.removeEventListener('abort', onAbort);
    },
  };
}
