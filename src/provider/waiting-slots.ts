import type { RemoteRef } from './contract.ts';
import type { Slot } from './read-batch.ts';

/** How many batches in a row may leave with urgent references first while others wait. */
const mostUrgentInRow = 3;

/**
 * The references that wait for a call, in two lanes. Urgent ones leave first, but of four batches one begins with what has waited
 * longest in the other lane, so that none waits for ever.
 */
export class WaitingSlots {
  readonly #urgent = new Map<string, Slot>();
  readonly #others = new Map<string, Slot>();
  #urgentInRow = 0;

  get size(): number {
    return this.#urgent.size + this.#others.size;
  }

  /** Whether the next batch would begin with an urgent reference. */
  get isUrgent(): boolean {
    return this.#urgent.size > 0;
  }

  /** The slot of a reference, waiting already or from now on. One urgent asker makes it urgent for all. */
  join(key: string, ref: RemoteRef, { urgent, now }: { readonly urgent: boolean; readonly now: number }): Slot {
    const waiting = this.#urgent.get(key) ?? this.#others.get(key) ?? { key, ref, since: now, requests: new Set() };
    if (urgent) this.#others.delete(key);
    if (urgent || !this.#urgent.has(key)) (urgent ? this.#urgent : this.#others).set(key, waiting);
    return waiting;
  }

  /** Since when the longest waiting reference waits, on the monotonic clock. */
  get oldest(): number | undefined {
    const firsts = [this.#urgent, this.#others].flatMap((lane) => lane.values().take(1).toArray());
    return firsts.length === 0 ? undefined : Math.min(...firsts.map(({ since }) => since));
  }

  /** Takes the next batch out. */
  take(most: number): readonly Slot[] {
    const othersFirst = this.#urgentInRow >= mostUrgentInRow && this.#others.size > 0;
    this.#urgentInRow = othersFirst || this.#urgent.size === 0 ? 0 : this.#urgentInRow + 1;
    const lanes = othersFirst ? [this.#others, this.#urgent] : [this.#urgent, this.#others];
    const batch = lanes.flatMap((lane) => lane.values().take(most).toArray()).slice(0, most);
    for (const slot of batch) this.#remove(slot);
    return batch;
  }

  /** Takes out what has waited since `since` or longer. */
  takeOlder(since: number): readonly Slot[] {
    const expired: Slot[] = [];
    for (const lane of [this.#urgent, this.#others]) {
      for (const slot of lane.values()) {
        // one that became urgent late stands behind younger ones; it leaves with them
        if (slot.since > since) break;
        expired.push(slot);
      }
    }
    for (const slot of expired) this.#remove(slot);
    return expired;
  }

  /** Takes out everything. */
  clear(): readonly Slot[] {
    const all = [...this.#urgent.values(), ...this.#others.values()];
    this.#urgent.clear();
    this.#others.clear();
    return all;
  }

  /** Forgets a slot that nobody waits for; one of the same key that is not it stays. */
  drop(slot: Slot): void {
    if (this.#urgent.get(slot.key) === slot || this.#others.get(slot.key) === slot) this.#remove(slot);
  }

  #remove({ key }: Slot): void {
    this.#urgent.delete(key);
    this.#others.delete(key);
  }
}
