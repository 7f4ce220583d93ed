import { TenantQueue } from '../lib/tenant-queue.ts';
import type { Slot } from './read-batch.ts';

interface Place {
  readonly slot: Slot;
  /** The namespaces in whose turns it may leave. */
  readonly tenants: Set<string>;
}

/**
 * Slots that wait, in the order in which they came; the namespaces that want them take turns, so that whoever wants much waits for himself.
 * What several of them want leaves in the turn that comes first.
 */
export class SlotQueue {
  // a Map keeps the order of insertion and takes a slot out in constant time
  readonly #places = new Map<string, Place>();
  readonly #turns = new TenantQueue<Slot>({ ofTenant: Infinity, inAll: Infinity });

  get size(): number {
    return this.#places.size;
  }

  get(name: string): Slot | undefined {
    return this.#places.get(name)?.slot;
  }

  /** Lets a slot wait for a namespace too, for which it may wait already. */
  add(slot: Slot, tenant: string): void {
    const place = this.#places.get(slot.name) ?? { slot, tenants: new Set<string>() };
    this.#places.set(slot.name, place);
    if (place.tenants.has(tenant)) return;
    place.tenants.add(tenant);
    this.#turns.add(tenant, place.slot);
  }

  delete(name: string): void {
    const place = this.#places.get(name);
    if (place === undefined) return;
    this.#places.delete(name);
    for (const tenant of place.tenants) this.#turns.remove(tenant, place.slot);
  }

  /** The first slot of the namespace whose turn it is, taken out. */
  take(): Slot | undefined {
    const slot = this.#turns.take(() => false);
    if (slot !== undefined) this.delete(slot.name);
    return slot;
  }

  /** In the order in which they came. */
  slots(): IteratorObject<Slot, undefined> {
    return this.#places.values().map(({ slot }) => slot);
  }
}
