/** A map that forgets what has not been used for longest once its entries weigh more than they may. */
export class LruMap<V> {
  readonly #most: number;
  readonly #weigh: (value: V) => number;
  // a Map keeps the order of insertion: what is used is inserted anew
  readonly #entries = new Map<string, V>();
  #weight = 0;

  /** @param most the weight of all entries together; an entry that weighs more by itself is not kept */
  constructor(most: number, weigh: (value: V) => number = () => 1) {
    this.#most = most;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.#weight += this.#weigh(value);
    for (const [oldest] of this.#entries) {
      if (this.#weight <= this.#most) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#weigh(value);
  }
}
