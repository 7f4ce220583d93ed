import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FunctionError } from '../template-error.ts';
import { formatTime, rfc3339Nano, timeText } from './format-time.ts';
import { Moment } from './moment.ts';
import { parseTime } from './parse-time.ts';
import { fixedZone } from './zone.ts';

/** Moments of the years 0 to 9999, which is all that can be read. */
const moments = fc
  .tuple(fc.bigInt({ min: -62_167_000_000n, max: 253_402_000_000n }), fc.nat({ max: 999_999_999 }), fc.integer({ min: -14 * 60, max: 14 * 60 }))
  .map(([seconds, nanoseconds, minutes]) => Moment.atUnix(seconds, nanoseconds).in(fixedZone('', minutes * 60)));

describe('parseTime', () => {
  it('reads what formatTime writes', () => {
    const layouts = fc.constantFrom(rfc3339Nano, 'Mon Jan _2 15:04:05.000000000 2006 -0700', 'Monday, 2 January 2006 3:04:5.999999999PM Z07:00', '2006-002T15:04:05.000000000-07:00', '2006 __2 15 4 05,999999999 -0700');
    fc.assert(
      fc.property(moments, layouts, (moment, layout) => {
        const read = parseTime(layout, formatTime(moment, layout));

        expect(read.compare(moment)).toBe(0);
        expect(read.zone.offset).toBe(moment.zone.offset);
      }),
    );
  });

  it('agrees with Date about the calendar', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8_640_000_000_000, max: 8_640_000_000_000 }), (seconds) => {
        const moment = Moment.atUnix(BigInt(seconds));
        const date = new Date(seconds * 1000);

        expect(moment.civil).toEqual({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds() });
        expect(moment.weekday).toBe(date.getUTCDay());
        expect(Moment.atCivil(moment.civil, 0, moment.zone).unix).toBe(BigInt(seconds));
      }),
    );
  });

  it('reads a time without a zone as UTC, wherever it runs', () => {
    expect(timeText(parseTime('2006-01-02', '2024-07-01'))).toBe('2024-07-01 00:00:00 +0000 UTC');
  });

  it('keeps the text out of the message', () => {
    expect(() => parseTime('2006-01-02', 'hunter2')).toThrow('the text is not a time of this layout');
    expect(() => parseTime('15:04', '25:00')).toThrow('the text is not a time: hour out of range');
    expect(() => parseTime('2006', '2024 hunter2')).toThrow('the text is not a time: there is text after the time');
  });

  it('answers or refuses whatever it is given', () => {
    const pieces = fc.constantFrom('2006', '01', '02', 'Jan', 'Mon', '_2', '__2', '002', '15', '03', '04', '05', '.000', ',999', 'PM', 'MST', 'Z07:00', '-0700', ' ', '-', ':', '12', '24', 'AM', 'GMT+3', '+01:00', 'x');
    const texts = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, texts, (layout, text) => {
        try {
          timeText(parseTime(layout, text));
        } catch (error) {
          expect(error).toBeInstanceOf(FunctionError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
