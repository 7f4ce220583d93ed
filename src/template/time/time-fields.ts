import { dayNames, monthNames, shortNames } from './calendar-names.ts';
import type { Element } from './layout.ts';
import { fractionDigits, isIsoOffset, isOffset } from './layout.ts';
import { readOffset, zoneLength } from './read-zone.ts';

/** `bad` where the text is not of the layout; else what is out of its range. */
export type FieldProblem = 'bad' | 'month' | 'hour' | 'minute' | 'second' | 'fractional second' | `time zone offset ${'hour' | 'minute' | 'second'}`;

/** The fields of a time, read from a text one by one. What the layout does not name stays undefined. */
export class TimeFields {
  year = 0;
  month: number | undefined;
  day: number | undefined;
  yearDay: number | undefined;
  hour = 0;
  minute = 0;
  second = 0;
  nanoseconds = 0;
  half: 'am' | 'pm' | undefined;
  isUtc = false;
  offset: number | undefined;
  zone = '';
  /** What is still to be read. */
  rest: string;

  constructor(text: string) {
    this.rest = text;
  }

  /** Passes over text of the layout; any number of spaces is the same as one. */
  skip(literal: string): boolean {
    for (let index = 0; index < literal.length; ) {
      if (literal.charAt(index) === ' ') {
        if (this.rest !== '' && !this.rest.startsWith(' ')) return false;
        while (literal.charAt(index) === ' ') index += 1;
        this.#skipSpaces(this.rest.length);
      } else {
        const end = literal.indexOf(' ', index);
        const word = literal.slice(index, end < 0 ? literal.length : end);
        const matched = commonLength(this.rest, word);
        this.rest = this.rest.slice(matched);
        if (matched < word.length) return false;
        index += matched;
      }
    }
    return true;
  }

  /** @param next what element follows in the layout */
  read(element: Element, source: string, next: () => Element | undefined): FieldProblem | undefined {
    if (isOffset(element)) return this.#readOffset(element);
    switch (element) {
      case 'MST':
        return this.#readZone();
      case '.000':
        return this.#readFraction(1 + fractionDigits(source));
      case '.999':
        return /^[.,][0-9]/.test(this.rest) ? this.#readFraction(fractionLength(this.rest)) : undefined;
      case 'PM':
      case 'pm':
        return this.#readHalf(element);
      case '15':
      case '3':
      case '03':
      case '4':
      case '04':
      case '5':
      case '05':
        return this.#readClock(element, next);
      default:
        return this.#readDate(element);
    }
  }

  #readDate(element: Element): FieldProblem | undefined {
    switch (element) {
      case '2006':
      case '06':
        return this.#readYear(element);
      case 'January':
      case 'Jan':
        this.month = this.#takeName(element === 'Jan' ? shortNames(monthNames) : monthNames);
        return this.month === undefined ? 'bad' : undefined;
      case 'Monday':
      case 'Mon':
        return this.#takeName(element === 'Mon' ? shortNames(dayNames) : dayNames) === undefined ? 'bad' : undefined;
      case '1':
      case '01':
        this.month = this.#takeNumber(2, element === '01');
        return this.month === undefined ? 'bad' : this.month < 1 || this.month > 12 ? 'month' : undefined;
      case '__2':
      case '002':
        if (element === '__2') this.#skipSpaces(2);
        this.yearDay = this.#takeNumber(3, element === '002');
        return this.yearDay === undefined ? 'bad' : undefined;
      default:
        if (element === '_2') this.#skipSpaces(1);
        this.day = this.#takeNumber(2, element === '02');
        return this.day === undefined ? 'bad' : undefined;
    }
  }

  #readYear(element: '2006' | '06'): FieldProblem | undefined {
    const pattern = element === '2006' ? /^[0-9]{4}/ : /^([+-][0-9]|[0-9]{2})/;
    const digits = pattern.exec(this.rest)?.[0];
    if (digits === undefined) return 'bad';
    this.rest = this.rest.slice(digits.length);
    const year = Number(digits);
    this.year = element === '2006' ? year : year >= 69 ? year + 1900 : year + 2000;
    return undefined;
  }

  #readClock(element: '15' | '3' | '03' | '4' | '04' | '5' | '05', next: () => Element | undefined): FieldProblem | undefined {
    const value = this.#takeNumber(2, element.startsWith('0'));
    if (value === undefined) return 'bad';
    switch (element) {
      case '15':
      case '3':
      case '03':
        this.hour = value;
        return value > (element === '15' ? 23 : 12) ? 'hour' : undefined;
      case '4':
      case '04':
        this.minute = value;
        return value > 59 ? 'minute' : undefined;
      case '5':
      case '05':
        this.second = value;
        return value > 59 ? 'second' : this.#readUnnamedFraction(next);
    }
  }

  /** A fraction may follow the seconds even where the layout has none. */
  #readUnnamedFraction(next: () => Element | undefined): FieldProblem | undefined {
    if (!/^[.,][0-9]/.test(this.rest)) return undefined;
    const following = next();
    return following === '.000' || following === '.999' ? undefined : this.#readFraction(fractionLength(this.rest));
  }

  /** @param length with the period or comma */
  #readFraction(length: number): FieldProblem | undefined {
    if (this.rest.length < length || !/^[.,]/.test(this.rest)) return 'bad';
    // a sign may stand there, as Go reads the digits like any number
    const [text, sign, digits] = /^([+-]?)([0-9]*)$/.exec(this.rest.slice(1, Math.min(length, 10))) ?? [];
    if (text === undefined) return 'bad';
    const value = Number(digits);
    if (sign === '-' && value > 0) return 'fractional second';
    this.rest = this.rest.slice(length);
    this.nanoseconds = value * 10 ** (9 - text.length);
    return undefined;
  }

  #readHalf(element: 'PM' | 'pm'): FieldProblem | undefined {
    const text = this.rest.slice(0, 2);
    const half = text.toLowerCase();
    if ((half !== 'am' && half !== 'pm') || text !== (element === 'PM' ? text.toUpperCase() : half)) return 'bad';
    // one that says PM wins over one that says AM
    this.half = this.half === 'pm' ? 'pm' : half;
    this.rest = this.rest.slice(2);
    return undefined;
  }

  #readOffset(element: Parameters<typeof isIsoOffset>[0]): FieldProblem | undefined {
    if (isIsoOffset(element) && this.rest.startsWith('Z')) {
      this.rest = this.rest.slice(1);
      this.isUtc = true;
      return undefined;
    }
    const read = readOffset(this.rest, element);
    if (typeof read === 'string') return read;
    // Go takes this one for none at all
    this.offset = read.offset === -1 ? undefined : read.offset;
    this.rest = this.rest.slice(read.length);
    return undefined;
  }

  #readZone(): FieldProblem | undefined {
    if (this.rest.startsWith('UTC')) {
      this.rest = this.rest.slice(3);
      this.isUtc = true;
      return undefined;
    }
    const length = zoneLength(this.rest);
    if (length === 0) return 'bad';
    this.zone = this.rest.slice(0, length);
    this.rest = this.rest.slice(length);
    return undefined;
  }

  #skipSpaces(most: number): void {
    let count = 0;
    while (count < most && this.rest.charAt(count) === ' ') count += 1;
    this.rest = this.rest.slice(count);
  }

  /** A name in any case; its number from 1. */
  #takeName(names: readonly string[]): number | undefined {
    const index = names.findIndex((name) => this.rest.slice(0, name.length).toLowerCase() === name.toLowerCase());
    if (index < 0) return undefined;
    this.rest = this.rest.slice(names[index]?.length);
    return index + 1;
  }

  /** @param isFixed whether it must have all the digits that it may have */
  #takeNumber(digits: 2 | 3, isFixed: boolean): number | undefined {
    const text = (digits === 2 ? /^[0-9]{1,2}/ : /^[0-9]{1,3}/).exec(this.rest)?.[0];
    if (text === undefined || (isFixed && text.length < digits)) return undefined;
    this.rest = this.rest.slice(text.length);
    return Number(text);
  }
}

function commonLength(left: string, right: string): number {
  let length = 0;
  while (length < right.length && left.charCodeAt(length) === right.charCodeAt(length)) length += 1;
  return length;
}

function fractionLength(text: string): number {
  return /^[.,][0-9]+/.exec(text)?.[0].length ?? 0;
}
