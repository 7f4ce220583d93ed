/** A time of day on a day of the proleptic Gregorian calendar. */
export interface Civil {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const secondsPerDay = 86_400;
const daysPerEra = 146_097;
/** Days from 0000-03-01, where eras of 400 years begin, to 0001-01-01, where Go's time does. */
const marchToYearOne = 306;

/** Days and the second of the day since 0001-01-01. */
export function splitSeconds(seconds: bigint): { readonly day: number; readonly second: number } {
  const second = Number(((seconds % 86_400n) + 86_400n) % 86_400n);
  return { day: Number((seconds - BigInt(second)) / 86_400n), second };
}

/** @param seconds since 0001-01-01 00:00:00, on the clock that is asked for */
export function civilOf(seconds: bigint): Civil {
  const { day, second } = splitSeconds(seconds);
  const sinceMarch = day + marchToYearOne;
  const era = Math.floor(sinceMarch / daysPerEra);
  const dayOfEra = sinceMarch - era * daysPerEra;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // months counted from March, so that the leap day is the last of the year
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1,
    hour: Math.floor(second / 3600),
    minute: Math.floor(second / 60) % 60,
    second: second % 60,
  };
}

/** Seconds since 0001-01-01 00:00:00. Months and days beyond their range move on to the next or back. */
export function secondsOf({ year, month, day, hour, minute, second }: Civil): bigint {
  const months = (month - 1) % 12;
  const index = months < 0 ? months + 12 : months;
  const years = BigInt(year) + BigInt(Math.floor((month - 1) / 12));
  const fromMarch = (index + 10) % 12;
  const marchYear = index < 2 ? years - 1n : years;
  const era = (marchYear - (((marchYear % 400n) + 400n) % 400n)) / 400n;
  const yearOfEra = marchYear - era * 400n;
  const dayOfEra = yearOfEra * 365n + yearOfEra / 4n - yearOfEra / 100n + BigInt(Math.floor((153 * fromMarch + 2) / 5));
  const days = era * BigInt(daysPerEra) + dayOfEra + BigInt(day) - 1n - BigInt(marchToYearOne);
  return days * BigInt(secondsPerDay) + BigInt(hour * 3600 + minute * 60 + second);
}

export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** @param month from 1 */
export function daysIn(month: number, year: number): number {
  return month === 2 && isLeap(year) ? 29 : (monthLengths[month - 1] ?? 0);
}

/** The days of a year that is no leap year before a month. */
export function daysBefore(month: number): number {
  return monthLengths.slice(0, month - 1).reduce((sum, days) => sum + days, 0);
}
