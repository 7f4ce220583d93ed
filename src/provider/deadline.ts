import type { Clock } from '../lib/clock.ts';
import { untilAborted } from '../lib/until-aborted.ts';
import { ProviderError } from './provider-error.ts';

/** How to bound one wait for a provider, or for what it needs. */
export interface DeadlineOptions {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly deadline: number;
  /** What does not answer, for the message: `the provider`. */
  readonly what: string;
  /** Aborts what is under way. Belongs to this wait alone. */
  readonly controller: AbortController;
}

/**
 * Runs `act` under a signal that aborts at the deadline, and stops waiting for it then, whether it heeds the signal or not.
 * @throws ProviderError `unavailable` at the deadline; the controller's reason where that is aborted; what `act` throws
 */
export async function withDeadline<T>(act: (signal: AbortSignal) => Promise<T>, options: DeadlineOptions): Promise<T> {
  const { clock, deadline, what, controller } = options;
  const cancel = clock.after(deadline, () => {
    controller.abort(new ProviderError('unavailable', `${what} did not answer within ${deadline / 1000} s`));
  });
  try {
    return await untilAborted(act(controller.signal), controller.signal);
  } finally {
    cancel();
  }
}
