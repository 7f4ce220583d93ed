import { keyOf, type KubeObject } from '../../api/object.ts';
import type { Clock } from '../../lib/clock.ts';
import { eventType } from '../resource-types.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { ObjectStore } from './object-store.ts';
import { kindId } from './served-kinds.ts';

export const eventKind = kindId(eventType);

/** How long an API server keeps an event after its last write, unless told otherwise (`--event-ttl`). */
const keptFor = 3_600_000;
const sweepEvery = 60_000;

/** Takes out old events, which nobody would otherwise ever delete. */
export class EventExpiry {
  readonly #store: ObjectStore;
  readonly #lifecycle: Lifecycle;
  readonly #clock: Clock;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor({ store, lifecycle, clock }: { readonly store: ObjectStore; readonly lifecycle: Lifecycle; readonly clock: Clock }) {
    this.#store = store;
    this.#lifecycle = lifecycle;
    this.#clock = clock;
  }

  /** Does its work at most once a minute, so that it can be called with every event. */
  sweep(): void {
    if (this.#clock.monotonic() - this.#sweptAt < sweepEvery) return;
    this.#sweptAt = this.#clock.monotonic();
    const oldest = this.#clock.now() - keptFor;
    for (const event of this.#store.list(eventKind)) if (lastWritten(event) < oldest) this.#lifecycle.end({ kind: eventKind, key: keyOf(event) });
  }
}

function lastWritten({ metadata, lastTimestamp }: KubeObject): number {
  return Date.parse(typeof lastTimestamp === 'string' ? lastTimestamp : (metadata.creationTimestamp ?? ''));
}
