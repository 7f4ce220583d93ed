import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { externalSecretFunctions } from '../../../src/template/external-secret-functions.ts';
import type { TemplateCase } from '../../support/template/corpus.ts';
import { agreement, describeDifference } from '../../support/template/difference.ts';
import { type Answer, Oracle } from '../../support/template/oracle.ts';
import { ourAnswer } from '../../support/template/our-answer.ts';
import { readSnippets, refusedSnippets } from '../../support/template/snippets.ts';
import { differenceOf, differences, functionDifferences, isByDesign, mostExcused } from './differences.ts';
import { countFeatures, describeCounts } from './features.ts';
import { templates } from './generator.ts';
import { readCases } from './read-cases.ts';

const generated = 2_000;
/** So many different texts there must be, of those written by hand and of those generated. */
const fewest = 1_500;

/** What Go does not have cannot be compared: these have tests of their own, beside their code. */
const ourFunctions: ReadonlySet<string> = new Set(functionDifferences.filter(({ only }) => only === 'ours').map(({ name }) => name));

/** Functions whose answers are random: what they answer is looked at beside their code, here only what they refuse. */
const randomFunctions: ReadonlySet<string> = new Set(['randAlpha', 'randAlphaNum', 'randAscii', 'randBytes', 'randInt', 'randNumeric', 'shuffle', 'uuidv4']);

const languageFeatures = [
  'text', 'action', 'if', 'if else', 'with', 'with else', 'range', 'range else', 'break', 'continue', 'template', 'define', 'block', 'declaration', 'assignment',
  'pipeline', 'chain', 'field', 'variable', 'method', 'method with arguments', 'comment', 'trim', 'dot', 'nil', 'bool', 'string', 'rawString', 'number',
];

let oracle: Oracle;
let cases: readonly TemplateCase[];

beforeAll(async () => {
  oracle = new Oracle(inject('parts').templateOracle);
  cases = await readCases();
});

afterAll(async () => {
  await oracle[Symbol.asyncDispose]();
});

interface Comparison {
  readonly one: TemplateCase;
  readonly theirs: Answer;
  readonly ours: Answer;
  readonly how: ReturnType<typeof agreement>;
}

async function compare(chosen: readonly TemplateCase[]): Promise<readonly Comparison[]> {
  const answers = await oracle.ask(chosen);
  return chosen.flatMap((one, index) => {
    const theirs = answers[index];
    if (theirs === undefined) return [];
    const ours = ourAnswer(one);
    return [{ one, theirs, ours, how: agreement(theirs, ours) }];
  });
}

/** What a failure shows: the cases where both do not agree. */
function disagreements(comparisons: readonly Comparison[]): readonly string[] {
  return comparisons.filter(({ how }) => how === 'none').map(({ one, theirs, ours }) => describeDifference(one, theirs, ours));
}

/** How many of the errors are the same to the last byte; the rest agree in stage and place. */
function describeErrors(comparisons: readonly Comparison[]): string {
  const errors = comparisons.filter(({ theirs }) => 'error' in theirs);
  return `${comparisons.length} templates, ${errors.length} of which Go refuses, ${errors.filter(({ how }) => how === 'exact').length} of these in the same words`;
}

function countTexts(all: readonly TemplateCase[]): number {
  return new Set(all.map(({ text }) => text)).size;
}

function countAbout(all: readonly TemplateCase[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(all, ({ about }) => about)].map(([about, { length }]) => [about, length]));
}

/** The salts of hashed passwords are random, and so are the hashes. */
function withoutHashes(answer: Answer): Answer {
  return 'output' in answer ? { output: answer.output.replaceAll(/\$2a\$10\$[./\w]{53}/g, 'hash') } : answer;
}

describe('our templates and those of Go', () => {
  it('agree on the corpus', { timeout: 180_000 }, async () => {
    const comparisons = await compare(cases.filter((one) => differenceOf(one) === undefined));

    console.log(`${describeErrors(comparisons)}\nby subject: ${describeCounts(countAbout(cases))}`);
    expect(disagreements(comparisons)).toEqual([]);
    expect(countTexts(cases)).toBeGreaterThanOrEqual(fewest);
    // what our limits refuse stands in the table
    expect(comparisons.filter(({ ours }) => 'error' in ours && ours.stage === 'limit').map(({ one }) => one.text)).toEqual([]);
  });

  it('agree on the templates of External Secrets’ documentation', async () => {
    const comparisons = (await compare(await readSnippets())).map(({ one, ...answers }) => {
      const [theirs, ours] = [withoutHashes(answers.theirs), withoutHashes(answers.ours)];
      return { one, theirs, ours, how: agreement(theirs, ours) };
    });

    console.log(describeErrors(comparisons));
    expect(comparisons.length).toBeGreaterThan(200);
    expect(disagreements(comparisons)).toEqual([]);
    const byText = [...Map.groupBy(comparisons, ({ one }) => one.text)];
    const refused = byText.filter(([, same]) => same.every(({ theirs }) => 'error' in theirs)).map(([text]) => text);
    expect(refused.toSorted()).toEqual([...refusedSnippets.keys()].toSorted());
  });

  it('agree on generated templates', async () => {
    const chosen = fc.sample(templates, { seed: 1, numRuns: generated });
    const comparisons = await compare(chosen);
    const excused = comparisons.filter(({ ours }) => isByDesign(ours)).length;

    console.log(`${describeErrors(comparisons)}, ${countTexts(chosen)} different texts, ${excused} excused`);
    expect(countTexts(chosen)).toBeGreaterThanOrEqual(fewest);
    expect(excused).toBeLessThan(generated * mostExcused);
    expect(disagreements(comparisons.filter(({ ours }) => !isByDesign(ours)))).toEqual([]);
    // a grammar that made nothing but mistakes would agree as well
    expect(comparisons.filter(({ theirs }) => 'output' in theirs).length).toBeGreaterThan(generated / 2);
  });

  it('agree on some case of every function', () => {
    const known = new Set(cases.map(({ about }) => about));

    expect([...externalSecretFunctions.keys()].filter((name) => !known.has(name) && !randomFunctions.has(name) && !ourFunctions.has(name))).toEqual([]);
  });

  it('use all of the language', async () => {
    const all = [...cases, ...(await readSnippets()), ...fc.sample(templates, { seed: 1, numRuns: generated })];

    const { nodes, functions, unparsed } = countFeatures(all);
    console.log(`${all.length} templates, ${unparsed} of which do not parse\nby node: ${describeCounts(nodes)}\nby function: ${describeCounts(functions)}`);
    expect(languageFeatures.filter((feature) => !nodes.has(feature))).toEqual([]);
  });

  it('have the same functions, but for those in the table', async () => {
    const theirs = new Set(await oracle.functionNames());
    const ours = new Set(externalSecretFunctions.keys());

    const onlyTheirs = [...theirs].filter((name) => !ours.has(name)).map((name) => `${name}: Go`);
    const onlyOurs = [...ours].filter((name) => !theirs.has(name)).map((name) => `${name}: ours`);
    expect([...onlyTheirs, ...onlyOurs].toSorted()).toEqual(functionDifferences.map(({ name, only }) => `${name}: ${only}`).toSorted());
  });

  it.each(functionDifferences)('differ on the function $name that only $only has: $reason', async ({ name, only }) => {
    const [comparison] = await compare([{ about: 'difference', text: `{{ ${name} }}` }]);
    const notDefined = { error: `template: t:1: function "${name}" not defined` };

    // the oracle does not render with what would reach out of it
    expect(comparison?.theirs).toMatchObject(notDefined);
    if (only === 'Go') expect(comparison?.ours).toMatchObject(notDefined);
    else expect(comparison?.ours).toMatchObject({ stage: 'execute' });
  });

  it.each(differences)('differ on $text, because $reason', async ({ text, data, zone, ours: expected }) => {
    await using elsewhere = new Oracle(inject('parts').templateOracle, zone);
    const one: TemplateCase = { about: 'difference', text, ...(data === undefined ? {} : { data }) };
    const [theirs] = await elsewhere.ask([one]);
    if (theirs === undefined) throw new Error('Go says nothing');
    const ours = ourAnswer(one);

    expect(agreement(theirs, ours)).toBe('none');
    if ('output' in expected) expect(ours).toEqual(expected);
    else expect(ours).toMatchObject({ error: expect.stringContaining(expected.error) });
  });
});
