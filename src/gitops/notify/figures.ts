import type { Delivery } from './delivery.ts';

/** What a delivery adds to the figures. */
export type Figure =
  /** First healthy at `at`, in milliseconds since the epoch: its lead time is from the commit to then. */
  | { readonly kind: 'delivered'; readonly revision: string; readonly at: number }
  | { readonly kind: 'failed'; readonly reason: 'sync_failed' | 'degraded' | 'rolled_back' }
  /** Healthy again after so many milliseconds. */
  | { readonly kind: 'restored'; readonly after: number };

/** Turns what statuses tell, one after the other, into figures. */
export interface Figures {
  /** The Application as it was found at the start: an outage that began before counts from its beginning, and nothing else counts. */
  readonly seed: (key: string, delivery: Delivery | undefined) => void;
  readonly note: (key: string, delivery: Delivery) => readonly Figure[];
  readonly forget: (key: string) => void;
}

interface Known {
  /** Revisions that have become healthy, or failed: each counts once. */
  readonly delivered: Set<string>;
  readonly failed: Set<string>;
  /** Since when it is not as it should be, in milliseconds since the epoch. */
  downSince: number | undefined;
}

/** Revisions of one Application that are remembered; those before are long past. */
const mostRevisions = 50;

/**
 * @param startedAt of the program, in milliseconds since the epoch: a delivery that began before was counted before, or is not counted at all, so
 * that no restart counts one twice
 */
export function createFigures(startedAt: number): Figures {
  const applications = new Map<string, Known>();
  const knownOf = (key: string): Known => {
    const known = applications.get(key) ?? { delivered: new Set(), failed: new Set(), downSince: undefined };
    applications.set(key, known);
    return known;
  };

  function once(set: Set<string>, revision: string): boolean {
    if (set.has(revision)) return false;
    set.add(revision);
    const [oldest] = set;
    if (set.size > mostRevisions && oldest !== undefined) set.delete(oldest);
    return true;
  }

  return {
    seed: (key, delivery) => {
      if (delivery !== undefined && isDown(delivery)) knownOf(key).downSince = delivery.since;
    },
    note: (key, delivery) => {
      if (delivery.isRefused === true) return [];
      const known = knownOf(key);
      const { revision, state, since, rollback } = delivery;
      // the API server keeps seconds
      const isOurs = delivery.startedAt >= startedAt - 1_000;
      const figures: Figure[] = [];
      if (isOurs && rollback !== undefined && once(known.failed, rollback.replaces ?? `${revision} again`)) figures.push({ kind: 'failed', reason: 'rolled_back' });
      if (isOurs && rollback === undefined && isDown(delivery) && once(known.failed, revision)) figures.push({ kind: 'failed', reason: state === 'failed' ? 'sync_failed' : 'degraded' });
      if (isDown(delivery)) known.downSince ??= since;
      if (state === 'deployed') {
        if (isOurs && rollback === undefined && once(known.delivered, revision)) figures.push({ kind: 'delivered', revision, at: since });
        if (known.downSince !== undefined) figures.push({ kind: 'restored', after: Math.max(0, since - known.downSince) });
        known.downSince = undefined;
      }
      return figures;
    },
    forget: (key) => {
      applications.delete(key);
    },
  };
}

function isDown({ state, isRefused }: Delivery): boolean {
  return isRefused !== true && (state === 'failed' || state === 'degraded');
}
