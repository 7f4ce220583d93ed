import type { Meter } from '../value/value.ts';
import { dayNames, monthNames } from './calendar-names.ts';
import type { Element, OffsetElement } from './layout.ts';
import { fractionDigits, isIsoOffset, isOffset, nextChunk } from './layout.ts';
import type { Moment } from './moment.ts';
import type { Zone } from './zone.ts';

export const rfc3339Nano = '2006-01-02T15:04:05.999999999Z07:00';

/** Go's Time.Format. @param layout a byte string */
export function formatTime(moment: Moment, layout: string, meter?: Meter): string {
  meter?.step(layout.length / 10);
  // no element prints more than thrice its length, save for the year of times that no calendar reaches
  meter?.allocate(layout.length * 4);
  let out = '';
  for (let from = 0; from < layout.length; ) {
    const { literal, element, source, end } = nextChunk(layout, from);
    out += literal;
    if (element !== undefined) out += formatElement(moment, element, source);
    from = end;
  }
  return out;
}

function formatElement(moment: Moment, element: Element, source: string): string {
  if (isOffset(element)) return formatOffset(moment.zone.offset, element);
  if (element === 'MST') return zoneText(moment.zone);
  if (element === '.000' || element === '.999') return formatFraction(moment.nanoseconds, source, element === '.999');
  return formatDate(moment, element) ?? formatClock(moment, element);
}

function formatDate(moment: Moment, element: Element): string | undefined {
  const { year, month, day } = moment.civil;
  switch (element) {
    case '2006':
      return padded(year, 4);
    case '06':
      return padded(Math.abs(year) % 100, 2);
    case 'January':
      return monthNames[month - 1];
    case 'Jan':
      return monthNames[month - 1]?.slice(0, 3);
    case '1':
      return String(month);
    case '01':
      return padded(month, 2);
    case 'Monday':
      return dayNames[moment.weekday];
    case 'Mon':
      return dayNames[moment.weekday]?.slice(0, 3);
    case '2':
      return String(day);
    case '_2':
      return String(day).padStart(2, ' ');
    case '02':
      return padded(day, 2);
    case '__2':
      return String(moment.yearDay).padStart(3, ' ');
    case '002':
      return padded(moment.yearDay, 3);
    default:
      return undefined;
  }
}

function formatClock(moment: Moment, element: Element): string {
  const { hour, minute, second } = moment.civil;
  switch (element) {
    case '15':
      return padded(hour, 2);
    case '3':
      return String(hour % 12 || 12);
    case '03':
      return padded(hour % 12 || 12, 2);
    case '4':
      return String(minute);
    case '04':
      return padded(minute, 2);
    case '5':
      return String(second);
    case '05':
      return padded(second, 2);
    case 'PM':
      return hour >= 12 ? 'PM' : 'AM';
    default:
      return hour >= 12 ? 'pm' : 'am';
  }
}

function formatOffset(offset: number, element: OffsetElement): string {
  if (offset === 0 && isIsoOffset(element)) return 'Z';
  const minutes = Math.abs(Math.trunc(offset / 60));
  // an offset west of Greenwich by less than a minute is shown as east
  const sign = Math.trunc(offset / 60) < 0 ? '-' : '+';
  const seconds = sign === '-' ? -offset % 60 : offset % 60;
  const shape = element.slice(1);
  const separator = shape.includes(':') ? ':' : '';
  const parts = [padded(Math.floor(minutes / 60), 2), padded(minutes % 60, 2), padded(seconds, 2)];
  return sign + parts.slice(0, shape.replaceAll(':', '').length / 2).join(separator);
}

/** The zone's abbreviation, or its offset where it has none. */
function zoneText({ abbreviation, offset }: Zone): string {
  return abbreviation === '' ? formatOffset(offset, '-0700') : abbreviation;
}

function formatFraction(nanoseconds: number, source: string, isTrimmed: boolean): string {
  const digits = fractionDigits(source);
  if (isTrimmed && (digits === 0 || nanoseconds === 0)) return '';
  const text = source.charAt(0) + padded(nanoseconds, 9).slice(0, Math.min(digits, 9));
  return isTrimmed ? text.replace(/[.,]?0*$/, '') : text;
}

function padded(value: number, width: number): string {
  const digits = String(Math.abs(value)).padStart(width, '0');
  return value < 0 ? `-${digits}` : digits;
}

/** Time.String. Go's has the monotonic clock beside it for the present time, which no template can use. */
export function timeText(moment: Moment): string {
  return formatTime(moment, '2006-01-02 15:04:05.999999999 -0700 MST');
}
