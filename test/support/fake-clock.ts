import type { Cancel, Clock } from '../../src/lib/clock.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Moves time on by `ms`, running every timer that falls due on the way, in order of its time, timers set by
   * other timers included. Promises and immediates settle before the first timer, between timers and at the end.
   */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets what is already due settle, without moving time. */
  readonly settle: () => Promise<void>;
  /** How many timers are set. A test that ends with 0 has left nothing running. */
  readonly pending: () => number;
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** Rounds of the event loop that `settle` grants; enough for a chain of awaits that crosses some immediates. */
const settleRounds = 5;

async function settle(): Promise<void> {
  for (let round = 0; round < settleRounds; round += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** @param start wall-clock time at the beginning, milliseconds since the epoch; 2026-01-01T00:00:00Z unless told */
export function createFakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let elapsed = 0;
  // insertion order breaks ties, as it does for real timers
  const timers = new Set<Timer>();

  function after(ms: number, run: () => void): Cancel {
    const timer = { due: elapsed + Math.max(0, ms), run };
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  }

  function nextDue(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.due <= until && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }

  async function advance(ms: number): Promise<void> {
    const until = elapsed + ms;
    await settle();
    for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
      timers.delete(timer);
      elapsed = timer.due;
      timer.run();
      await settle();
    }
    elapsed = until;
  }

  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    after,
    advance,
    settle,
    pending: () => timers.size,
  };
}
