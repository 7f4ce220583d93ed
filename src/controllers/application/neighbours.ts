import type { Declarations } from '../../gitops/plan/declare/declarations.ts';
import { createNeighbourhood, type Neighbourhood } from '../../gitops/plan/declare/neighbourhood.ts';
import type { Clock } from '../../lib/clock.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import { createJointWork } from '../../lib/joint-work.ts';

export interface NeighboursOptions<T extends { readonly key: string }> {
  /** All Applications that are ours, this moment. */
  readonly applications: () => readonly T[];
  /** Whether one of them is there yet, when it has been read. */
  readonly isThere: (key: string) => boolean;
  /** What one declares at the commit that it is to be at; undefined where that cannot be told. */
  readonly read: (application: T, signal: AbortSignal) => Promise<Declarations | undefined>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** What all Applications declare, gathered once for all their plans: a thousand plans must not each ask a thousand Applications. */
export interface Neighbours {
  /** The neighbourhood in which an Application is planned that declares this. */
  readonly around: (key: string, declarations: Declarations, signal: AbortSignal) => Promise<Neighbourhood>;
  /** An Application has come, gone, changed, or is to be at another commit: the next plan gathers anew. */
  readonly outdate: () => void;
}

interface Gathered {
  readonly of: number;
  /** Of the clock's `monotonic`. */
  readonly at: number;
  readonly declarations: ReadonlyMap<string, Declarations>;
  readonly unread: ReadonlySet<string>;
  readonly neighbourhood: Neighbourhood;
}

/** Applications that are read at once: what they ask of one repository is answered together. */
const readAtOnce = 64;

/** Milliseconds for which it is believed that one could not be read. It tells by itself when it can. */
const believed = 15_000;

export function createNeighbours<T extends { readonly key: string }>({ applications, isThere, read, clock }: NeighboursOptions<T>): Neighbours {
  const turns = createSemaphore(readAtOnce);
  const gathering = createJointWork<Gathered>();
  let generation = 0;
  let last: Gathered | undefined;

  async function gather(signal: AbortSignal): Promise<Gathered> {
    const of = generation;
    const all = applications();
    const found = await Promise.all(all.map((one) => turns.run(() => read(one, signal), signal)));
    const declarations = new Map<string, Declarations>();
    const unread = new Set<string>();
    for (const [index, { key }] of all.entries()) {
      const declared = found[index];
      // one that is gone declares nothing, and nobody waits until it can be read
      if (!isThere(key)) continue;
      if (declared === undefined) unread.add(key);
      else declarations.set(key, declared);
    }
    last = { of, at: clock.monotonic(), declarations, unread, neighbourhood: createNeighbourhood([...declarations.values()], unread.size === 0) };
    return last;
  }

  function current(signal: AbortSignal): Promise<Gathered> {
    const isCurrent = last?.of === generation && (last.unread.size === 0 || clock.monotonic() - last.at < believed);
    return last !== undefined && isCurrent ? Promise.resolve(last) : gathering.run(String(generation), gather, signal);
  }

  return {
    around: async (key, own, signal) => {
      const { declarations, unread, neighbourhood } = await current(signal);
      if (declarations.get(key) === own) return neighbourhood;
      // another commit of it, or one with values: it stands among its neighbours instead of what is gathered of it
      const others = [...declarations].flatMap(([other, declared]) => (other === key ? [] : [declared]));
      return createNeighbourhood([own, ...others], [...unread].every((one) => one === key));
    },
    outdate: () => {
      generation += 1;
    },
  };
}
