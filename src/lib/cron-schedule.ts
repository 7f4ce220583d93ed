import { parseDuration } from './duration.ts';

/** When something recurs, in UTC. */
export interface CronSchedule {
  /** The first activation after a moment, both in milliseconds since the epoch; undefined where there is none within five years. */
  readonly next: (after: number) => number | undefined;
}

interface Field {
  readonly lowest: number;
  readonly highest: number;
  /** Three letters each, the first for `lowest`. */
  readonly names?: readonly string[];
}

const minutes: Field = { lowest: 0, highest: 59 };
const hours: Field = { lowest: 0, highest: 23 };
const daysOfMonth: Field = { lowest: 1, highest: 31 };
const months: Field = { lowest: 1, highest: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] };
const daysOfWeek: Field = { lowest: 0, highest: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };

const descriptors: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** The values that a field admits. `isAny`: it stands there to say nothing, as `*` does. */
interface Admitted {
  readonly values: ReadonlySet<number>;
  readonly isAny: boolean;
}

/**
 * Parses five fields of cron as the Go library robfig/cron reads them: lists, ranges, steps, names of months and days, `?` for `*`,
 * descriptors like `@daily`, and `@every 1h30m`, which counts from the epoch in whole seconds. Time zones are not taken.
 * @returns undefined for what is none
 */
export function parseCron(text: string): CronSchedule | undefined {
  const every = /^@every (\S+)$/.exec(text)?.[1];
  if (every !== undefined) return everySchedule(parseDuration(every));
  const fields = (descriptors.get(text) ?? text).trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = [minutes, hours, daysOfMonth, months, daysOfWeek].map((field, index) => parseField(fields[index] ?? '', field));
  if (fields.length !== 5 || minute === undefined || hour === undefined || dayOfMonth === undefined || month === undefined || dayOfWeek === undefined) return undefined;
  return { next: (after) => nextMatch({ minute, hour, dayOfMonth, month, dayOfWeek }, after) };
}

const second = 1_000;

function everySchedule(ms: number | undefined): CronSchedule | undefined {
  if (ms === undefined || ms <= 0) return undefined;
  const step = Math.max(second, Math.floor(ms / second) * second);
  return { next: (after) => (Math.floor(after / step) + 1) * step };
}

function parseField(text: string, field: Field): Admitted | undefined {
  const values = new Set<number>();
  let isAny = false;
  for (const part of text.split(',')) {
    const range = parseRange(part, field);
    if (range === undefined) return undefined;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
    isAny ||= range.isAny;
  }
  return { values, isAny };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly isAny: boolean;
}

/** `*`, `a`, `a-b`, each with `/step`; `a/step` goes on to the end. */
function parseRange(text: string, field: Field): Range | undefined {
  const [bounds = '', stepText, ...more] = text.split('/');
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  if (more.length > 0 || step === undefined || step < 1) return undefined;
  if (bounds === '*' || bounds === '?') return { from: field.lowest, to: field.highest, step, isAny: step === 1 };

  const [fromText = '', toText, ...rest] = bounds.split('-');
  const from = parseValue(fromText, field);
  const to = toText === undefined ? (stepText === undefined ? from : field.highest) : parseValue(toText, field);
  if (rest.length > 0 || from === undefined || to === undefined || from < field.lowest || to > field.highest || from > to) return undefined;
  return { from, to, step, isAny: false };
}

function parseValue(text: string, { lowest, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  return named === -1 ? parseNumber(text) : lowest + named;
}

function parseNumber(text: string): number | undefined {
  return /^[0-9]{1,4}$/.test(text) ? Number(text) : undefined;
}

interface CronFields {
  readonly minute: Admitted;
  readonly hour: Admitted;
  readonly dayOfMonth: Admitted;
  readonly month: Admitted;
  readonly dayOfWeek: Admitted;
}

/** As robfig/cron: what does not come about within five years (30 February, say) never does. */
const yearsAhead = 5;

function nextMatch(fields: CronFields, after: number): number | undefined {
  const first = new Date(after);
  first.setUTCSeconds(0, 0);
  const lastYear = first.getUTCFullYear() + yearsAhead;
  let at = first.getTime() <= after ? first.getTime() + 60_000 : first.getTime();
  for (;;) {
    const time = new Date(at);
    if (time.getUTCFullYear() > lastYear) return undefined;
    const [year, month, day] = [time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()];
    if (!fields.month.values.has(month + 1)) at = Date.UTC(year, month + 1);
    else if (!isDay(fields, time)) at = Date.UTC(year, month, day + 1);
    else if (!fields.hour.values.has(time.getUTCHours())) at = Date.UTC(year, month, day, time.getUTCHours() + 1);
    else if (!fields.minute.values.has(time.getUTCMinutes())) at += 60_000;
    else return at;
  }
}

/** Where both say something, either will do: the first of the month, and every Monday. */
function isDay({ dayOfMonth, dayOfWeek }: CronFields, time: Date): boolean {
  const [inMonth, inWeek] = [dayOfMonth.values.has(time.getUTCDate()), dayOfWeek.values.has(time.getUTCDay())];
  return dayOfMonth.isAny || dayOfWeek.isAny ? inMonth && inWeek : inMonth || inWeek;
}
