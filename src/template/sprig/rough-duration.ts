import { hour } from '../time/duration.ts';

const units = [
  ['y', 365n * 24n * hour],
  ['mo', 30n * 24n * hour],
  ['d', 24n * hour],
  ['h', hour],
  ['m', hour / 60n],
  ['s', hour / 3600n],
] as const;

/** The size of a duration in the largest unit that it is more than one of: `3d`. Days have 24 hours, months 30 days, years 365. */
export function roughDuration(duration: bigint): string {
  const size = duration < 0n ? -duration : duration;
  const unit = units.find(([, length]) => size > length);
  return unit === undefined ? '0s' : `${size / unit[1]}${unit[0]}`;
}
