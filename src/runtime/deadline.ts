import type { Clock } from '../lib/clock.ts';

/** A signal that aborts with its parent or when time is up, whichever is first. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether it was the time that ran out. */
  readonly passed: () => boolean;
  /** Lets go of timer and parent; the signal does not abort any more. */
  readonly release: () => void;
}

/** Starts a deadline `ms` milliseconds from now. Callers must release it. */
export function startDeadline(clock: Clock, ms: number, parent: AbortSignal): Deadline {
  const controller = new AbortController();
  let passed = false;
  const onAbort = (): void => controller.abort(parent.reason);
  const cancel = clock.after(ms, () => {
    passed = !parent.aborted;
    controller.abort(new DOMException(`not done within ${ms} ms`, 'TimeoutError'));
  });
  if (parent.aborted) onAbort();
  else parent.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    passed: () => passed,
    release: () => {
      cancel();
      parent.removeEventListener('abort', onAbort);
    },
  };
}
