import type { RemoteRef } from './contract.ts';
import { DoubtfulSlots, takeFrom } from './doubtful-slots.ts';
import type { Slot } from './read-batch.ts';
import { joinSlot, tenantsOf } from './read-batch.ts';
import { SlotQueue } from './slot-queue.ts';

/** How many batches in a row may leave with urgent references first while others wait. */
const mostUrgentInRow = 3;

/** What waits in one lane: what was sent back, before what was never asked. */
interface Lane {
  readonly back: SlotQueue;
  readonly fresh: SlotQueue;
}

/** Who wants a reference. */
export interface Joining {
  readonly urgent: boolean;
  /** The consumer's namespace. */
  readonly tenant: string;
  readonly now: number;
  /** It was refused by itself not long ago. */
  readonly isDoubtful: boolean;
}

/**
 * The references that wait for a call, in two lanes, in each of which namespaces take turns. Urgent ones leave first, but of four batches
 * one begins with what waits in the other lane, so that none waits for ever. What may spoil a batch leaves apart from all others, in every
 * second batch at most.
 */
export class WaitingSlots {
  readonly #urgent: Lane = { back: new SlotQueue(), fresh: new SlotQueue() };
  readonly #others: Lane = { back: new SlotQueue(), fresh: new SlotQueue() };
  readonly #doubtful = new DoubtfulSlots();
  #urgentInRow = 0;
  #wasDoubtful = true;

  get size(): number {
    return this.#plainSize + this.#doubtful.size;
  }

  get #plainSize(): number {
    return sizeOf(this.#urgent) + sizeOf(this.#others);
  }

  /** Whether an urgent reference waits. */
  get isUrgent(): boolean {
    return sizeOf(this.#urgent) > 0;
  }

  /** The slot of a reference, waiting already or from now on. One urgent asker makes it urgent for all, and no longer doubtful. */
  join(name: string, ref: RemoteRef, { urgent, tenant, now, isDoubtful }: Joining): Slot {
    const waiting = this.#find(name);
    const slot = waiting ?? { name, ref, joined: now, requests: new Set(), urgent, isDoubtful: isDoubtful && !urgent };
    if (waiting !== undefined && urgent && !waiting.urgent) {
      waiting.urgent = true;
      // one that is being sifted out stays where it is
      const isMoved = waiting.isDoubtful || this.#doubtful.get(name) === undefined;
      waiting.isDoubtful = false;
      if (isMoved) this.#move(waiting, this.#urgent.fresh, tenant);
    }
    const queue = waiting === undefined ? this.#freshQueue(slot) : this.#queues().find((one) => one.get(name) === slot);
    if (slot.isDoubtful) this.#doubtful.add(slot, tenant);
    else queue?.add(slot, tenant);
    return slot;
  }

  /** Takes a slot back that had left, before all that has not. Who came for the same reference meanwhile joins it. */
  putBack(slot: Slot): void {
    this.#absorb(slot);
    if (slot.isDoubtful) for (const tenant of tenantsOf(slot)) this.#doubtful.add(slot, tenant);
    else this.#move(slot, (slot.urgent ? this.#urgent : this.#others).back);
  }

  /** Takes a batch back that was refused as a whole: it is asked again in parts, until it is known which of it is to blame. */
  sift(batch: readonly Slot[]): void {
    for (const slot of batch) this.#absorb(slot);
    this.#doubtful.addRefused(batch);
  }

  /** Since when the longest waiting reference waits, on the monotonic clock. */
  get oldest(): number | undefined {
    const firsts = this.#sequences().flatMap((slots) => slots.take(1).toArray());
    return firsts.length === 0 ? undefined : Math.min(...firsts.map(({ joined }) => joined));
  }

  /** Takes the next batch out. */
  take(most: number): readonly Slot[] {
    this.#wasDoubtful = this.#doubtful.size > 0 && (!this.#wasDoubtful || this.#plainSize === 0);
    if (this.#wasDoubtful) return this.#doubtful.take(most);
    const othersFirst = this.#urgentInRow >= mostUrgentInRow && sizeOf(this.#others) > 0;
    this.#urgentInRow = othersFirst || sizeOf(this.#urgent) === 0 ? 0 : this.#urgentInRow + 1;
    const lanes = othersFirst ? [this.#others, this.#urgent] : [this.#urgent, this.#others];
    return takeFrom(lanes.flatMap(({ back, fresh }) => [back, fresh]), most);
  }

  /** Takes out what has waited since `since` or longer. */
  takeOlder(since: number): readonly Slot[] {
    const expired: Slot[] = [];
    for (const slots of this.#sequences()) {
      for (const slot of slots) {
        // one that became urgent late stands behind younger ones; it leaves with them
        if (slot.joined > since) break;
        expired.push(slot);
      }
    }
    for (const slot of expired) this.#remove(slot);
    return expired;
  }

  /** Takes out everything. */
  clear(): readonly Slot[] {
    const all = this.#sequences().flatMap((slots) => [...slots]);
    for (const slot of all) this.#remove(slot);
    return all;
  }

  /** Forgets a slot that nobody waits for; one of the same name that is not it stays. */
  drop(slot: Slot): void {
    if (this.#find(slot.name) === slot) this.#remove(slot);
  }

  /** Who came for the same reference while it was away joins it. */
  #absorb(slot: Slot): void {
    const later = this.#find(slot.name);
    if (later === undefined) return;
    this.#remove(later);
    slot.urgent ||= later.urgent;
    for (const request of later.requests) joinSlot(slot, request);
  }

  #move(slot: Slot, to: SlotQueue, ...more: readonly string[]): void {
    this.#remove(slot);
    for (const tenant of [...tenantsOf(slot), ...more]) to.add(slot, tenant);
  }

  #freshQueue({ urgent }: Slot): SlotQueue {
    return (urgent ? this.#urgent : this.#others).fresh;
  }

  #queues(): readonly SlotQueue[] {
    return [this.#urgent.back, this.#urgent.fresh, this.#others.back, this.#others.fresh];
  }

  #sequences(): readonly IteratorObject<Slot, undefined>[] {
    return [...this.#queues().map((queue) => queue.slots()), ...this.#doubtful.slots()];
  }

  #find(name: string): Slot | undefined {
    for (const queue of this.#queues()) {
      const slot = queue.get(name);
      if (slot !== undefined) return slot;
    }
    return this.#doubtful.get(name);
  }

  #remove({ name }: Slot): void {
    for (const queue of this.#queues()) queue.delete(name);
    this.#doubtful.delete(name);
  }
}

function sizeOf({ back, fresh }: Lane): number {
  return back.size + fresh.size;
}
