/*
 * Renders the cases of corpus files with Go and with ours, and prints where they differ:
 *
 *   node test/support/template/compare.ts FILE... [--errors] [--about=NAME]
 *
 * `--errors` compares the full texts of errors too. TEMPLATE_ORACLE names the program that test/parts/template-oracle builds.
 */
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TemplateCase } from './corpus.ts';
import { agreement, describeDifference } from './difference.ts';
import { type Answer, Oracle } from './oracle.ts';
import { ourAnswer } from './our-answer.ts';

const files = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const wantsErrors = process.argv.includes('--errors');
const about = process.argv.find((argument) => argument.startsWith('--about='))?.slice('--about='.length);

await using oracle = new Oracle(process.env['TEMPLATE_ORACLE'] ?? join(tmpdir(), 'oracle'));
const counts = { cases: 0, different: 0, onlyErrorText: 0 };
for (const file of files) await compareFile(file);
console.log(`${counts.cases} cases, ${counts.different} differ, ${counts.onlyErrorText} more in the text of their error only`);

async function compareFile(file: string): Promise<void> {
  // a corpus file, by its promise to export `cases`
  const { cases } = (await import(pathToFileURL(resolve(file)).href)) as { readonly cases: readonly TemplateCase[] };
  const chosen = cases.filter((one) => about === undefined || one.about === about);
  const answers = await oracle.ask(chosen);
  for (const [index, one] of chosen.entries()) compareCase(one, answers[index] ?? { output: '' });
}

function compareCase(one: TemplateCase, theirs: Answer): void {
  counts.cases += 1;
  const ours = attempt(one);
  const how = agreement(theirs, ours);
  if (how === 'exact') return;
  if (how === 'errors') counts.onlyErrorText += 1;
  else counts.different += 1;
  if (how === 'errors' && !wantsErrors) return;
  console.log(describeDifference(one, theirs, ours));
}

/** Our answer, or the bug that kept us from one. */
function attempt(one: TemplateCase): Answer {
  try {
    return ourAnswer(one);
  } catch (error) {
    return { error: `BUG ${error instanceof Error ? error.stack : String(error)}`, stage: 'limit' };
  }
}
