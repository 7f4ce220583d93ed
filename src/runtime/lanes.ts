import { TenantQueue } from '../lib/tenant-queue.ts';

/**
 * In which order keys are taken, the first before the others.
 * - `edit`: somebody made or changed something, and waits for it
 * - `start`: it was there already when the controller started, or something that many depend on has changed
 * - `due`: time is up, for a refresh or for another try
 */
export type Lane = 'edit' | 'start' | 'due';

const order: readonly Lane[] = ['edit', 'start', 'due'];

/** How many keys are taken in a row from lanes before it while a lane waits; see `take`. */
const passesInARow = 4;

/**
 * Whose turn a key takes: that of its namespace. A key without one is nobody's but its own.
 */
export function tenantOf(key: string): string {
  const slash = key.indexOf('/');
  return slash < 0 ? key : key.slice(0, slash + 1);
}

const boundless = { ofTenant: Infinity, inAll: Infinity };

/** Keys that wait, each in one lane, in which namespaces take turns: in order of their coming within each. */
export class Lanes {
  readonly #lanes = { edit: new TenantQueue<string>(boundless), start: new TenantQueue<string>(boundless), due: new TenantQueue<string>(boundless) };
  readonly #laneOf = new Map<string, Lane>();
  /** How often each lane was passed over while something waited in it. */
  readonly #passed = { edit: 0, start: 0, due: 0 };

  /** A key that waits already moves forward to a lane before its own, and stays where it is otherwise. */
  add(key: string, lane: Lane): void {
    const current = this.#laneOf.get(key);
    if (current !== undefined && order.indexOf(current) <= order.indexOf(lane)) return;
    this.delete(key);
    this.#laneOf.set(key, lane);
    this.#lanes[lane].add(tenantOf(key), key);
  }

  delete(key: string): void {
    const lane = this.#laneOf.get(key);
    if (lane === undefined) return;
    this.#laneOf.delete(key);
    this.#lanes[lane].remove(tenantOf(key), key);
  }

  size(): number {
    return this.#laneOf.size;
  }

  /**
   * The key whose turn it is: of the first lane, so that a new object does not stand behind thousands of refreshes; but after a few
   * keys in a row from lanes before it one of a lane that waits, so that a storm of news does not hold the others back for good.
   * @param among lanes to take from
   * @param isBusy tenants whose keys have to wait
   */
  take(among: readonly Lane[] = order, isBusy: (tenant: string) => boolean = () => false): { readonly key: string; readonly lane: Lane } | undefined {
    const waiting = order.filter((lane) => among.includes(lane) && this.#lanes[lane].turns(isBusy, 1) > 0);
    const [first] = waiting;
    if (first === undefined) return undefined;
    const starved = waiting.filter((lane) => this.#passed[lane] >= passesInARow).toSorted((a, b) => this.#passed[b] - this.#passed[a]);
    const lane = starved[0] ?? first;
    const key = this.#lanes[lane].take(isBusy);
    if (key === undefined) return undefined;
    this.#laneOf.delete(key);
    for (const other of waiting) this.#passed[other] = other === lane || order.indexOf(other) < order.indexOf(lane) ? 0 : this.#passed[other] + 1;
    return { key, lane };
  }
}
