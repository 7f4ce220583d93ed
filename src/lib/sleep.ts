import type { Clock } from './clock.ts';
import { untilCalled } from './until-called.ts';

/**
 * Waits `ms` milliseconds on the given clock.
 * @throws the signal's reason as soon as the signal aborts.
 */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return untilCalled((call) => clock.after(ms, call), signal);
}
