import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { satisfies } from './check-constraint.ts';
import { parseConstraints } from './constraint.ts';
import { parseVersion } from './version.ts';

const check = (constraint: string, version: string): boolean => satisfies(parseVersion(version), parseConstraints(constraint, testContext().meter));

describe('constraints', () => {
  it.each([
    ['~1.2.3', ['1.2.3', '1.2.9'], ['1.2.2', '1.3.0']],
    ['^1.2.3', ['1.2.3', '1.9.0'], ['1.2.2', '2.0.0']],
    ['^0.2.3', ['0.2.3', '0.2.9'], ['0.3.0']],
    ['1.2.x', ['1.2.0', '1.2.9'], ['1.3.0']],
    ['1.2 - 1.4', ['1.2.0', '1.4.9'], ['1.5.0']],
    ['>=1.0, <2.0 || >3', ['1.5.0', '4.0.0'], ['2.5.0', '3.1.0']],
    ['>11', ['12.0.0'], ['11.1.0']],
    ['!=1.2.x', ['1.3.0'], ['1.2.5']],
    ['>=1.2.3-beta', ['1.2.3-rc.1', '1.2.4-alpha'], ['1.2.3-alpha']],
    ['>=1.2.3', ['1.2.4'], ['1.2.4-alpha']],
  ])('%s lets the right versions pass', (constraint, passing, failing) => {
    for (const version of passing) expect(check(constraint, version), version).toBe(true);
    for (const version of failing) expect(check(constraint, version), version).toBe(false);
  });

  it.each(['', '1,', ',1', '1 ||', '>', '>>1', '1.2.3.4', 'secret'])('refuse %j without quoting it', (constraint) => {
    expect(() => check(constraint, '1.2.3')).toThrow(/^improper constraint$/);
  });

  it('are read in time that grows with their length', () => {
    const started = performance.now();
    for (const part of ['1', ' ', '1.', ' - ', '>', '1 - 1 ', '1-', '1 ,', '|']) {
      try {
        check(part.repeat(20_000), '1.2.3');
      } catch {
        // all that matters is that it ended
      }
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
