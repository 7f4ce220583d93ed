import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** What we read of the JSON report of vitest. */
const reportSchema = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  /** What did not pass, a line each. */
  readonly lines: readonly string[];
}

/**
 * Counts a report. A test that did not run (skipped, todo, pending) counts as failed, as does a file that could not be
 * loaded, a run of no tests at all, a run that ended badly although every test of it passed, and each step besides the tests.
 */
export function summarize(report: unknown, exitCode: number, failedSteps: readonly string[] = []): Summary {
  const { testResults, success } = reportSchema.parse(report);
  const tests = testResults.flatMap((file) => file.assertionResults.map((test) => ({ file: file.name, ...test })));
  const passed = tests.filter((test) => test.status === 'passed').length;
  const lines = [
    ...tests.filter((test) => test.status !== 'passed').map((test) => `${test.status}: ${test.file}: ${test.fullName}`),
    ...testResults.filter((file) => file.status !== 'passed' && file.assertionResults.every((test) => test.status === 'passed')).map((file) => `failed: ${file.name} as a whole`),
    ...(tests.length === 0 ? ['failed: no test ran'] : []),
  ];
  if (lines.length === 0 && (exitCode !== 0 || !success)) lines.push(`failed: the run ended with code ${exitCode}`);
  lines.push(...failedSteps.map((step) => `failed: ${step}`));
  return { passed, failed: lines.length, lines };
}

if (import.meta.main) {
  const [file = '', code = '1', ...failedSteps] = process.argv.slice(2);
  const report: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { success: false, testResults: [] };
  const summary = summarize(report, Number(code), failedSteps);
  for (const line of summary.lines) console.log(line);
  console.log(`${summary.passed} passed, ${summary.failed} failed`);
  process.exitCode = summary.failed === 0 ? 0 : 1;
}
