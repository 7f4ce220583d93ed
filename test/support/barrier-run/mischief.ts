import { seeded } from '../seeded.ts';
import type { Asked, Fate } from './api-proxy.ts';
import type { Scenario } from './scenario.ts';

/** What goes wrong between a controller and its API server, over all lives of the controller in one run. */
export interface Mischief {
  readonly fateOf: (asked: Asked) => Fate;
  /** From now on nothing goes wrong any more. */
  readonly end: () => void;
  /** How many requests have been counted, kills and edits being at one of them. */
  readonly counted: () => number;
  /** Requests that came to harm. */
  readonly faults: () => number;
  /** At which requests the controller has been killed. */
  readonly kills: () => readonly number[];
  /** Whether all kills that the scenario has are done. */
  readonly isDone: () => boolean;
}

const pass: Fate = { kind: 'pass' };

/** @param kill ends the present life of the controller at once */
export function createMischief({ seed, kills, faults: rate }: Scenario, kill: () => void): Mischief {
  const random = seeded(seed ^ 0x5eed);
  const pending = [...kills];
  const done: number[] = [];
  let ended = false;
  let counted = 0;
  let faults = 0;
  const killing = (): Fate | undefined => {
    const [next] = pending;
    if (next === undefined || counted < next.at) return undefined;
    pending.shift();
    done.push(next.at);
    if (next.when === 'after') return { kind: 'lost', afterwards: kill };
    kill();
    return { kind: 'reset', after: 0 };
  };
  return {
    fateOf: (asked) => {
      if (isCounted(asked)) counted += 1;
      if (ended) return pass;
      const killed = isCounted(asked) ? killing() : undefined;
      if (killed !== undefined) return killed;
      if (random() * 100 >= rate) return pass;
      faults += 1;
      return harm(asked, random());
    },
    end: () => {
      ended = true;
    },
    counted: () => counted,
    faults: () => faults,
    kills: () => done,
    isDone: () => pending.length === 0,
  };
}

/** Positions are counted in what a controller does, not in what it looks at as it starts: otherwise each life would end in its first lists. */
function isCounted({ isWatch, isWrite, path }: Asked): boolean {
  if (isWatch) return false;
  // a list ends in its kind, with a query; of an object there is a name
  return isWrite || /^\/(api\/v1|apis\/[^/]+\/[^/]+)\/(namespaces\/[^/]+\/)?[^/]+\/[^/?]+$/.test(path);
}

function harm({ isWatch, isWrite, method }: Asked, luck: number): Fate {
  if (isWatch) return { kind: 'cut', after: luck * 2_000 };
  if (luck < 0.2) return { kind: 'status', code: 429, reason: 'TooManyRequests' };
  if (luck < 0.4) return { kind: 'status', code: 500, reason: 'InternalError' };
  if (luck < 0.6) return { kind: 'reset', after: 0 };
  if (luck < 0.7) return { kind: 'reset', after: 2_000 };
  if (isWrite && luck < 0.85) return { kind: 'lost' };
  // a new object conflicts with nothing
  return method === 'PUT' || method === 'PATCH' ? { kind: 'status', code: 409, reason: 'Conflict' } : { kind: 'status', code: 503, reason: 'ServiceUnavailable' };
}
