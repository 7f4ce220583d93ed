/** Stops a timer that has not fired; does nothing afterwards. */
export type Cancel = () => void;

/** Time as a parameter: production hands in `systemClock`, tests a clock they move by hand. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. Goes into statuses, never into deadlines. */
  readonly now: () => number;
  /** Milliseconds that only ever grow. Deadlines and durations are measured with it. */
  readonly monotonic: () => number;
  /** Calls `run` once after `ms` milliseconds. */
  readonly after: (ms: number, run: () => void) => Cancel;
}

/** The longest delay setTimeout takes (2^31 - 1 ms); longer waits are made of several. */
const longestTimer = 0x7fffffff;

function after(ms: number, run: () => void): Cancel {
  if (ms <= longestTimer) {
    const timer = setTimeout(run, Math.max(0, ms));
    return () => clearTimeout(timer);
  }
  let cancel: Cancel = () => {};
  const timer = setTimeout(() => {
    cancel = after(ms - longestTimer, run);
  }, longestTimer);
  return () => {
    clearTimeout(timer);
    cancel();
  };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after,
};
