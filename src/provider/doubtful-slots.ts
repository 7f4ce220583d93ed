import type { Slot } from './read-batch.ts';
import { SlotQueue } from './slot-queue.ts';

/** A batch of no more is taken apart at once: halves would take as many calls. */
const fewest = 4;

/**
 * The references of which some are known to spoil a batch. A batch that was refused as a whole is asked again in halves, until it is known
 * which it were. Those are asked with their like only from then on.
 */
export class DoubtfulSlots {
  /** Batches to be. What is no longer in `#inParts` has left them. */
  #parts: (readonly Slot[])[] = [];
  readonly #inParts = new Map<string, Slot>();
  readonly #refused = new SlotQueue();

  get size(): number {
    return this.#inParts.size + this.#refused.size;
  }

  get(name: string): Slot | undefined {
    return this.#inParts.get(name) ?? this.#refused.get(name);
  }

  /** A batch was refused: it is taken apart. */
  addRefused(batch: readonly Slot[]): void {
    const size = batch.length <= fewest ? 1 : Math.ceil(batch.length / 2);
    for (let at = 0; at < batch.length; at += size) this.#parts.push(batch.slice(at, at + size));
    for (const slot of batch) this.#inParts.set(slot.name, slot);
  }

  /** A reference that was refused by itself, not long ago. */
  add(slot: Slot, tenant: string): void {
    this.#refused.add(slot, tenant);
  }

  delete(name: string): void {
    this.#inParts.delete(name);
    this.#refused.delete(name);
  }

  take(most: number): readonly Slot[] {
    while (this.#inParts.size > 0) {
      const part = (this.#parts.shift() ?? []).filter((slot) => this.#inParts.get(slot.name) === slot);
      for (const { name } of part) this.#inParts.delete(name);
      if (part.length > 0) return part;
    }
    this.#parts = [];
    return takeFrom([this.#refused], most);
  }

  /** Those that a batch was refused with, and the others; each in the order in which they came here. */
  slots(): readonly IteratorObject<Slot, undefined>[] {
    return [this.#inParts.values(), this.#refused.slots()];
  }
}

/** Takes slots out of one queue after the other, until there are enough. */
export function takeFrom(queues: readonly SlotQueue[], most: number): readonly Slot[] {
  const taken: Slot[] = [];
  for (const queue of queues) {
    while (taken.length < most) {
      const slot = queue.take();
      if (slot === undefined) break;
      taken.push(slot);
    }
  }
  return taken;
}
