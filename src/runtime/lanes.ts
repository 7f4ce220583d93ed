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

/** Keys that wait, each in one lane: in order of their coming within it. */
export class Lanes {
  // Sets keep insertion order and take a key out in constant time
  readonly #lanes = { edit: new Set<string>(), start: new Set<string>(), due: new Set<string>() };
  /** How often each lane was passed over while something waited in it. */
  readonly #passed = { edit: 0, start: 0, due: 0 };

  /** A key that waits already moves forward to a lane before its own, and stays where it is otherwise. */
  add(key: string, lane: Lane): void {
    const current = order.find((one) => this.#lanes[one].has(key));
    if (current !== undefined && order.indexOf(current) <= order.indexOf(lane)) return;
    if (current !== undefined) this.#lanes[current].delete(key);
    this.#lanes[lane].add(key);
  }

  delete(key: string): void {
    for (const lane of order) this.#lanes[lane].delete(key);
  }

  size(): number {
    return order.reduce((sum, lane) => sum + this.#lanes[lane].size, 0);
  }

  /**
   * The key whose turn it is: of the first lane, so that a new object does not stand behind thousands of refreshes; but after a few
   * keys in a row from lanes before it one of a lane that waits, so that a storm of news does not hold the others back for good.
   * @param among lanes to take from
   */
  take(among: readonly Lane[] = order): { readonly key: string; readonly lane: Lane } | undefined {
    const waiting = order.filter((lane) => among.includes(lane) && this.#lanes[lane].size > 0);
    const [first] = waiting;
    if (first === undefined) return undefined;
    const starved = waiting.filter((lane) => this.#passed[lane] >= passesInARow).toSorted((a, b) => this.#passed[b] - this.#passed[a]);
    const lane = starved[0] ?? first;
    const [key = ''] = this.#lanes[lane];
    this.#lanes[lane].delete(key);
    for (const other of waiting) this.#passed[other] = other === lane || order.indexOf(other) < order.indexOf(lane) ? 0 : this.#passed[other] + 1;
    return { key, lane };
  }
}
