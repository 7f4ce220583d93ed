import type { Civil } from './civil.ts';
import { civilOf, secondsOf, splitSeconds } from './civil.ts';
import type { Zone } from './zone.ts';
import { local } from './zone.ts';

/** Seconds from 0001-01-01 to 1970-01-01. */
const unixEpoch = 62_135_596_800n;
/** Seconds from 1 March of the year -292277022400 to 0001-01-01: as many eras of 400 years as fit, and ten months. */
const fromFirstYear = (730_692_556n * 146_097n + 306n) * 86_400n;
const nanosecondsPerSecond = 1_000_000_000n;
const shortest = -(2n ** 63n);
const longest = 2n ** 63n - 1n;

/** Go's time.Time: an instant to the nanosecond, and the zone that it is shown in. */
export class Moment {
  /** Since 0001-01-01 00:00:00 UTC; 64 bits, as in Go. */
  readonly seconds: bigint;
  readonly nanoseconds: number;
  readonly zone: Zone;

  constructor(seconds: bigint, nanoseconds: number, zone: Zone) {
    this.seconds = BigInt.asIntN(64, seconds);
    this.nanoseconds = nanoseconds;
    this.zone = zone;
  }

  static atUnix(seconds: bigint, nanoseconds = 0): Moment {
    return new Moment(seconds + unixEpoch, nanoseconds, local);
  }

  /** @param nanoseconds since the epoch */
  static atUnixNanoseconds(nanoseconds: bigint): Moment {
    const rest = ((nanoseconds % nanosecondsPerSecond) + nanosecondsPerSecond) % nanosecondsPerSecond;
    return Moment.atUnix((nanoseconds - rest) / nanosecondsPerSecond, Number(rest));
  }

  /** What the clocks of a zone show. */
  static atCivil(civil: Civil, nanoseconds: number, zone: Zone): Moment {
    return new Moment(secondsOf(civil) - BigInt(zone.offset), nanoseconds, zone);
  }

  get unix(): bigint {
    return BigInt.asIntN(64, this.seconds - unixEpoch);
  }

  /** Wraps around beyond the years 1678 to 2262, as Go's does. */
  get unixNanoseconds(): bigint {
    return BigInt.asIntN(64, this.unix * nanosecondsPerSecond + BigInt(this.nanoseconds));
  }

  get civil(): Civil {
    return civilOf(this.#shown);
  }

  /** From Sunday, which is 0. */
  get weekday(): number {
    // 0001-01-01 was a Monday
    return (((splitSeconds(this.#shown).day + 1) % 7) + 7) % 7;
  }

  /** From 1. */
  get yearDay(): number {
    const newYear = secondsOf({ year: this.civil.year, month: 1, day: 1, hour: 0, minute: 0, second: 0 });
    return splitSeconds(this.#shown).day - splitSeconds(newYear).day + 1;
  }

  get isZero(): boolean {
    return this.seconds === 0n && this.nanoseconds === 0;
  }

  in(zone: Zone): Moment {
    return new Moment(this.seconds, this.nanoseconds, zone);
  }

  /** @param duration in nanoseconds */
  add(duration: bigint): Moment {
    const total = BigInt(this.nanoseconds) + duration;
    const rest = ((total % nanosecondsPerSecond) + nanosecondsPerSecond) % nanosecondsPerSecond;
    return new Moment(this.seconds + (total - rest) / nanosecondsPerSecond, Number(rest), this.zone);
  }

  addDate(years: number, months: number, days: number): Moment {
    const { civil } = this;
    const moved = { ...civil, year: civil.year + years, month: civil.month + months, day: civil.day + days };
    return Moment.atCivil(moved, this.nanoseconds, this.zone);
  }

  /** Nanoseconds from another moment to this one, or the longest duration there is. */
  since(other: Moment): bigint {
    const exact = (this.seconds - other.seconds) * nanosecondsPerSecond + BigInt(this.nanoseconds - other.nanoseconds);
    return exact < shortest ? shortest : exact > longest ? longest : exact;
  }

  /** Negative where this is the earlier one. */
  compare(other: Moment): number {
    const difference = this.seconds === other.seconds ? this.nanoseconds - other.nanoseconds : this.seconds < other.seconds ? -1 : 1;
    return Math.sign(difference);
  }

  /** Down to a multiple of a duration since the year 1. */
  truncate(duration: bigint): Moment {
    return duration <= 0n ? this : this.add(-this.#beyond(duration));
  }

  /** To the nearest multiple of a duration since the year 1; half of one is rounded up. */
  round(duration: bigint): Moment {
    if (duration <= 0n) return this;
    const rest = this.#beyond(duration);
    return this.add(rest * 2n < duration ? -rest : duration - rest);
  }

  #beyond(duration: bigint): bigint {
    const total = this.seconds * nanosecondsPerSecond + BigInt(this.nanoseconds);
    return ((total % duration) + duration) % duration;
  }

  /** What the clocks show. Go counts that from a year so early that it never is negative, and wraps around there. */
  get #shown(): bigint {
    return BigInt.asUintN(64, this.seconds + BigInt(this.zone.offset) + fromFirstYear) - fromFirstYear;
  }
}
