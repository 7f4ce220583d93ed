import { describe, expect, it } from 'vitest';
import { summarize } from './ci-summary.ts';

function report(statuses: readonly string[], file = 'passed'): object {
  return { success: file === 'passed', testResults: [{ name: 'a.test.ts', status: file, assertionResults: statuses.map((status, index) => ({ fullName: `test ${index}`, status })) }] };
}

describe('summarize', () => {
  it('counts what passed', () => {
    expect(summarize(report(['passed', 'passed']), 0)).toEqual({ passed: 2, failed: 0, lines: [] });
  });

  it.each(['failed', 'skipped', 'todo', 'pending', 'disabled'])('counts a test that is %s as failed', (status) => {
    expect(summarize(report(['passed', status]), 0)).toMatchObject({ passed: 1, failed: 1, lines: [`${status}: a.test.ts: test 1`] });
  });

  it('counts a file that could not be loaded, or whose hooks failed', () => {
    expect(summarize(report([], 'failed'), 1).failed).toBeGreaterThanOrEqual(1);
    expect(summarize(report(['passed'], 'failed'), 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  it('counts a run that ended badly although its tests passed', () => {
    expect(summarize(report(['passed']), 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  it('counts each step that failed besides the tests', () => {
    expect(summarize(report(['passed']), 0, ['npm run check'])).toEqual({ passed: 1, failed: 1, lines: ['failed: npm run check'] });
  });

  it('counts a run of nothing as failed', () => {
    expect(summarize({ success: true, testResults: [] }, 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('refuses what is not a report', () => {
    expect(() => summarize({ tests: 3 }, 0)).toThrow();
  });
});
