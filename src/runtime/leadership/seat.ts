import type { Clock } from '../../lib/clock.ts';

/**
 * The right to write, as long as it lasts. It ends by the clock of this machine and by nobody's answer: who cannot reach the API server
 * cannot be told that another one leads.
 */
export interface Seat {
  /** Whether a write may begin now. */
  readonly isHeld: () => boolean;
  /** Aborts when what was held is lost; never where it was given back. */
  readonly lost: AbortSignal;
}

/** The seat, and what whoever competes for it does with it. */
export interface OwnedSeat extends Seat {
  /** @param from when the request that took or renewed it was sent, of the clock's `monotonic` */
  readonly take: (from: number) => void;
  /** Another one has it, or it is given back: nothing is written from here on. */
  readonly leave: (how: 'lost' | 'given back') => void;
}

/** @param deadline milliseconds from a renewal in which the next one must come */
export function createSeat(clock: Clock, deadline: number): OwnedSeat {
  const ending = new AbortController();
  let until = -Infinity;
  let cancel = (): void => {};
  const leave = (how: 'lost' | 'given back'): void => {
    cancel();
    until = -Infinity;
    if (how === 'lost') ending.abort(new DOMException('the Lease is lost', 'AbortError'));
  };
  return {
    isHeld: () => clock.monotonic() < until,
    lost: ending.signal,
    leave,
    take: (from) => {
      cancel();
      until = from + deadline;
      cancel = clock.after(until - clock.monotonic(), () => leave('lost'));
    },
  };
}
