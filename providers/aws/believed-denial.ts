import type { Clock } from '../../src/lib/clock.ts';

/** How long a denial is believed, in milliseconds: policies change. */
const probeEvery = 3_600_000;

/** An operation that an identity may not use. It is tried again after an hour. */
export class BelievedDenial {
  readonly #clock: Clock;
  #until = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get holds(): boolean {
    return this.#clock.monotonic() < this.#until;
  }

  believe(): void {
    this.#until = this.#clock.monotonic() + probeEvery;
  }
}
