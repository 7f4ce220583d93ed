import { type Clock, systemClock } from '../../../src/lib/clock.ts';

/** The system's time, which can be put forward. */
export interface SkippingClock extends Clock {
  /** Puts the time forward by milliseconds: what becomes due by that runs soon after. Nothing is to be under way. */
  readonly skip: (ms: number) => void;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export function createSkippingClock(): SkippingClock {
  const pending = new Map<Timer, () => void>();
  let skipped = 0;
  const monotonic = (): number => systemClock.monotonic() + skipped;
  const arm = (timer: Timer): void => {
    const cancel = systemClock.after(timer.at - monotonic(), () => {
      pending.delete(timer);
      timer.run();
    });
    pending.set(timer, cancel);
  };
  return {
    now: () => systemClock.now() + skipped,
    monotonic,
    after: (ms, run) => {
      const timer = { at: monotonic() + ms, run };
      arm(timer);
      return () => {
        pending.get(timer)?.();
        pending.delete(timer);
      };
    },
    skip: (ms) => {
      skipped += Math.max(0, ms);
      for (const [timer, cancel] of [...pending]) {
        cancel();
        arm(timer);
      }
    },
  };
}
