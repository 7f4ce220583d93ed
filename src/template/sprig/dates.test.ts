import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { Moment } from '../time/moment.ts';
import { momentIn, time } from '../time/time-value.ts';
import { int64 } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { dates } from './dates.ts';

const noon = BigInt(Date.UTC(2024, 1, 29, 12)) * 1_000_000n;

/** Calls a function on 29 February 2024, at noon. */
function call(name: string, ...args: readonly Value[]): Value {
  return dates.get(name)?.call(args, { ...testContext(), now: () => noon + 5n });
}

describe('dates', () => {
  it('take the present time from the context', () => {
    expect(momentIn(call('now'))?.unixNanoseconds).toBe(noon + 5n);
    expect(call('date', '2006-01-02 15:04:05.999999999', 'not a date')).toBe('2024-02-29 12:00:00.000000005');
    expect(call('htmlDateInZone', undefined, 'Pacific/Auckland')).toBe('2024-03-01');
  });

  it('tell how long ago something was, to the second', () => {
    expect(call('ago', int64(noon / 1_000_000_000n - 3661n))).toBe('1h1m1s');
    expect(call('ago', time.write(Moment.atUnixNanoseconds(noon + 90_000_000_000n)))).toBe('-1m30s');
    expect(call('durationRound', time.write(Moment.atUnixNanoseconds(noon - 49n * 3_600_000_000_000n)))).toBe('2d');
  });

  it('pass over what cannot be read, where Go does', () => {
    expect(momentIn(call('toDate', '2006', 'x'))?.isZero).toBe(true);
    expect(momentIn(call('dateModify', 'x', call('now')))?.unixNanoseconds).toBe(noon + 5n);
    expect(() => call('mustToDate', '2006', 'x')).toThrow('the text is not a time of this layout');
    expect(() => call('mustDateModify', 'x', call('now'))).toThrow('invalid duration');
  });
});
