import { type Clock, systemClock } from '../../src/lib/clock.ts';

/** The system's clock, until it is told to run faster. */
export interface FastClock extends Clock {
  /** From now on time passes so many times faster than the machine's; timers that are set already keep their pace. */
  readonly speed: (factor: number) => void;
}

/**
 * A clock by which deadlines and pauses pass sooner, while real connections are still real. What the machine does takes that much
 * longer by it.
 */
export function createFastClock(): FastClock {
  let factor = 1;
  let since = { real: systemClock.monotonic(), monotonic: systemClock.monotonic(), time: systemClock.now() };
  const passed = (): number => (systemClock.monotonic() - since.real) * factor;
  return {
    now: () => Math.floor(since.time + passed()),
    monotonic: () => since.monotonic + passed(),
    after: (ms, run) => systemClock.after(ms / factor, run),
    speed: (next) => {
      since = { real: systemClock.monotonic(), monotonic: since.monotonic + passed(), time: since.time + passed() };
      factor = next;
    },
  };
}
