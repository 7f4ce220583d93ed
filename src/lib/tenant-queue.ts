/** How much may wait. */
export interface QueueBounds {
  readonly ofTenant: number;
  readonly inAll: number;
}

/** What waits, by tenant. Tenants take turns; what one of them asks for is taken in its order. */
export class TenantQueue<T> {
  readonly #bounds: QueueBounds;
  /** In the order of their turns. Sets keep the order of insertion and let go of an item in constant time. */
  readonly #waiting = new Map<string, Set<T>>();
  #size = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns what there is no room for, if so */
  add(tenant: string, item: T): 'tenant' | 'all' | undefined {
    const own = this.#waiting.get(tenant) ?? new Set<T>();
    if (own.size >= this.#bounds.ofTenant) return 'tenant';
    if (this.#size >= this.#bounds.inAll) return 'all';
    own.add(item);
    this.#size += 1;
    this.#waiting.set(tenant, own);
    return undefined;
  }

  remove(tenant: string, item: T): void {
    const own = this.#waiting.get(tenant);
    if (own === undefined || !own.delete(item)) return;
    this.#size -= 1;
    if (own.size === 0) this.#waiting.delete(tenant);
  }

  /** The first item of the tenant whose turn it is, which then goes behind all others. Tenants that `isBusy` keep their place. */
  take(isBusy: (tenant: string) => boolean): T | undefined {
    for (const [tenant, own] of this.#waiting) {
      if (isBusy(tenant)) continue;
      const [item] = own;
      if (item === undefined) continue;
      this.remove(tenant, item);
      if (own.size > 0) {
        this.#waiting.delete(tenant);
        this.#waiting.set(tenant, own);
      }
      return item;
    }
    return undefined;
  }

  /** How many tenants wait that are not busy; it counts no further than `most`. */
  turns(isBusy: (tenant: string) => boolean, most: number): number {
    let count = 0;
    for (const tenant of this.#waiting.keys()) {
      if (count === most) break;
      if (!isBusy(tenant)) count += 1;
    }
    return count;
  }

  /** Takes everything out. */
  clear(): readonly T[] {
    const items = [...this.#waiting.values()].flatMap((own) => [...own]);
    this.#waiting.clear();
    this.#size = 0;
    return items;
  }
}
