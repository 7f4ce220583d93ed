import type { ResolvedNeed } from '../../plan/plan.ts';
import type { BarrierFacts } from './barrier.ts';

/** A Secret that was awaited, and was there and current as the barrier opened. Nothing here follows from a value. */
export interface AwaitedSecret {
  /** `namespace/name`. */
  readonly secret: string;
  /** What Git declares for it, e.g. `ExternalSecret devnet/seed`; absent where nothing does, and it was only looked for. */
  readonly by?: string;
  readonly resourceVersion: string;
}

/** What the barrier of a target has opened on. */
export interface Evidence {
  /** As in SyncOptions. */
  readonly target: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly secrets: readonly AwaitedSecret[];
}

/** The Secrets that a barrier which is open was about, sorted: those that are needed, and with `gateAll` all that are declared. */
export function awaitedSecrets(needs: readonly ResolvedNeed[], facts: BarrierFacts): readonly AwaitedSecret[] {
  const names = new Set([...needs.map(({ namespace, secret }) => `${namespace}/${secret}`), ...facts.producers.map(({ secret }) => secret)]);
  return [...names].toSorted().flatMap((secret): readonly AwaitedSecret[] => {
    const resourceVersion = facts.secrets.get(secret)?.resourceVersion;
    // a declaration that writes no Secret was awaited all the same, and there is nothing to show for it
    if (resourceVersion === undefined) return [];
    const makers = facts.producers.filter((producer) => producer.secret === secret);
    return makers.length === 0 ? [{ secret, resourceVersion }] : makers.map(({ name: by }) => ({ secret, by, resourceVersion }));
  });
}
