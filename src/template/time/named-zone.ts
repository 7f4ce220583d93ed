import { LruMap } from '../../lib/lru-map.ts';
import type { Meter } from '../value/value.ts';
import type { Zone } from './zone.ts';
import { local, utc } from './zone.ts';
import { zoneTable } from './zone-table.ts';

/** What a zone calls one of its offsets, from some second on. */
interface Era {
  readonly from: number;
  readonly name: string;
}

/** Eras by offset in seconds. */
type ZoneNames = ReadonlyMap<number, readonly Era[]>;

let table: ReadonlyMap<string, ZoneNames> | undefined;

/** Formatters are slow to make and large, and a template may name any number of zones. */
const formatters = new LruMap<Intl.DateTimeFormat>(16);
/** What it costs to make one. */
const formatterSteps = 100;

/** Seconds that Intl can tell an offset for, and the 400 years after which the calendar repeats. */
const mostSeconds = 8_640_000_000_000;
const secondsPerEra = 146_097 * 86_400;

/**
 * The zone of that name as it is at some moment: `UTC`, `Local`, or a name of the tz database, in its own spelling. Abbreviations are
 * those in use since 1970.
 * @param unix seconds since the epoch
 * @returns undefined for a name that is not known
 */
export function zoneAt(name: string, unix: bigint, meter: Meter): Zone | undefined {
  if (name === '' || name === 'UTC') return utc;
  if (name === 'Local') return local;
  table ??= readTable();
  const names = table.get(name);
  const offset = names === undefined ? undefined : offsetAt(name, Number(unix), meter);
  if (names === undefined || offset === undefined) return undefined;
  return { name, offset, abbreviation: abbreviation(names.get(offset), offset, Number(unix)) };
}

function abbreviation(eras: readonly Era[] | undefined, offset: number, unix: number): string {
  // before there was standard time, clocks went by the sun
  if (eras === undefined && offset % 60 !== 0) return 'LMT';
  const era = eras?.findLast(({ from }) => from <= unix);
  return era === undefined || era.name === '' ? numeric(offset) : era.name;
}

/** `-03`, `+0530`. */
function numeric(offset: number): string {
  const minutes = Math.abs(offset) / 60;
  const parts = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return (offset < 0 ? '-' : '+') + (minutes % 60 === 0 ? parts[0] : parts.join(''));
}

function offsetAt(zone: string, unix: number, meter: Meter): number | undefined {
  const text = formatter(zone, meter)?.format(within(unix) * 1000) ?? '';
  const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, hours, minutes, seconds = 0] = match;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -size : size;
}

/** A time that Intl takes, of the same rules. */
function within(unix: number): number {
  if (unix < -mostSeconds) return -mostSeconds;
  return unix > mostSeconds ? unix - Math.ceil((unix - mostSeconds) / secondsPerEra) * secondsPerEra : unix;
}

function formatter(zone: string, meter: Meter): Intl.DateTimeFormat | undefined {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  meter.step(formatterSteps);
  try {
    const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formatters.set(zone, made);
    return made;
  } catch {
    // a zone that this version of Intl does not have
    return undefined;
  }
}

function readTable(): ReadonlyMap<string, ZoneNames> {
  const zones = new Map<string, ZoneNames>();
  let names: ZoneNames = new Map();
  for (const line of zoneTable.trim().split('\n')) {
    if (line.startsWith('@')) names = readNames(line.slice(1));
    else for (const zone of line.split(' ')) zones.set(zone, names);
  }
  return zones;
}

function readNames(line: string): ZoneNames {
  const rules = line === '' ? [] : line.split(' ');
  return new Map(rules.map((rule) => readRule(rule.split('='))));
}

function readRule([minutes, names = '']: readonly string[]): [offset: number, eras: readonly Era[]] {
  const eras = names.split(',').map((era, index): Era => {
    const [from, name = ''] = era.split(':');
    return index === 0 ? { from: -Infinity, name: era } : { from: Number(from), name };
  });
  return [Number(minutes) * 60, eras];
}
