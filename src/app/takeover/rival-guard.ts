import { isKubeError } from '../../kube/kube-error.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { sleep } from '../../lib/sleep.ts';

export interface RivalGuard {
  readonly clock: Clock;
  readonly log: Log;
  /** Whether a cluster that does not answer is asked again and again (unless told), or that is thrown. */
  readonly patient?: boolean;
  /** What a person can do about it, as whole sentences; absent: what `prelude run` takes. */
  readonly remedy?: string;
}

/** Milliseconds between looks at a cluster that does not answer: without it nothing could be done anyway. */
const lookEvery = 1_000;

/**
 * Looks whether another product does the same work in the cluster, before ours begins. A cluster that does not let us look is no reason to
 * stand still: it is logged. One that does not answer is asked again.
 * @param whom the other product, for the log
 * @param look answers why not to begin, for a person; undefined where nothing is in the way
 * @throws KubeError; the signal's reason
 */
export async function refuseBesideRival(whom: string, look: () => Promise<string | undefined>, { clock, log, patient = true }: RivalGuard, signal: AbortSignal): Promise<string | undefined> {
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (!isKubeError(error, 'denied', 'unavailable', 'throttled', 'expired') || (!patient && error.kind !== 'denied')) throw error;
      log.warn({ problem: error.message }, `whether ${whom} runs here could not be looked up`);
      if (error.kind === 'denied') return undefined;
      await sleep(clock, lookEvery, signal);
    }
  }
}
