/** Stops a timer that has not fired; does nothing afterwards. */
export type Cancel = () => void;

/** Time as a parameter: production hands in `systemClock`, tests a clock they move by hand. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. Goes into statuses, never into deadlines. */
  readonly now: () => number;
  /** Milliseconds that only ever grow. Deadlines and durations are measured with it. */
  readonly monotonic: () => number;
  /** Calls `run` once after `ms` milliseconds of `monotonic`, never earlier. */
  readonly after: (ms: number, run: () => void) => Cancel;
}

/** The longest delay setTimeout takes (2^31 - 1 ms); longer waits are made of several. */
const longestTimer = 0x7fffffff;

/** A timer of Node's counts whole milliseconds from the start of its turn, and may be early: whoever looks at the clock then would find that it is not time yet. */
function after(ms: number, run: () => void): Cancel {
  const due = performance.now() + ms;
  const arm = (left: number): NodeJS.Timeout => setTimeout(onTime, Math.min(longestTimer, Math.max(0, Math.ceil(left))));
  function onTime(): void {
    const left = due - performance.now();
    if (left > 0) timer = arm(left);
    else run();
  }
  let timer = arm(ms);
  return () => clearTimeout(timer);
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after,
};
