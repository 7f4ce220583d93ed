import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { externalSecretFunctions } from '../../../src/template/external-secret-functions.ts';
import type { TemplateCase } from '../../support/template/corpus.ts';
import { agreement, describeDifference } from '../../support/template/difference.ts';
import { type Answer, Oracle } from '../../support/template/oracle.ts';
import { ourAnswer } from '../../support/template/our-answer.ts';
import { readSnippets } from '../../support/template/snippets.ts';
import { differenceOf, differences, isByDesign } from './differences.ts';
import { templates } from './generator.ts';
import { readCases } from './read-cases.ts';

const generated = 1_500;

/** Newer than the oracle's External Secrets: they have tests of their own, beside their code. */
const newerFunctions: ReadonlySet<string> = new Set(['certSANs', 'hexdec']);

/** Functions whose answers are random: what they answer is looked at beside their code, here only what they refuse. */
const randomFunctions: ReadonlySet<string> = new Set(['randAlpha', 'randAlphaNum', 'randAscii', 'randBytes', 'randInt', 'randNumeric', 'shuffle', 'uuidv4']);

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

function describeCounts(all: readonly TemplateCase[]): string {
  const counts = [...Map.groupBy(all, ({ about }) => about)].map(([about, { length }]) => `${about} ${length}`).toSorted();
  return counts.join(', ');
}

describe('our templates and those of Go', () => {
  it('agree on the corpus', async () => {
    const comparisons = await compare(cases.filter((one) => differenceOf(one) === undefined));

    console.log(`${describeErrors(comparisons)}\n${describeCounts(cases)}`);
    expect(disagreements(comparisons)).toEqual([]);
  });

  it('agree on the templates of External Secrets’ documentation', async () => {
    const comparisons = await compare(await readSnippets());

    console.log(describeErrors(comparisons));
    expect(comparisons.length).toBeGreaterThan(200);
    expect(disagreements(comparisons)).toEqual([]);
  });

  it('agree on generated templates', async () => {
    const comparisons = await compare(fc.sample(templates, { seed: 1, numRuns: generated }));

    console.log(describeErrors(comparisons));
    expect(disagreements(comparisons.filter(({ ours }) => !isByDesign(ours)))).toEqual([]);
    // a grammar that made nothing but mistakes would agree as well
    expect(comparisons.filter(({ theirs }) => 'output' in theirs).length).toBeGreaterThan(generated / 2);
  });

  it('agree on some case of every function', () => {
    const known = new Set(cases.map(({ about }) => about));

    expect([...externalSecretFunctions.keys()].filter((name) => !known.has(name) && !randomFunctions.has(name) && !newerFunctions.has(name))).toEqual([]);
  });

  it.each(differences)('differ on $text, because $reason', async ({ text, data, ours: expected }) => {
    const [comparison] = await compare([{ about: 'difference', text, ...(data === undefined ? {} : { data }) }]);

    expect(comparison?.how).toBe('none');
    if ('output' in expected) expect(comparison?.ours).toEqual(expected);
    else expect(comparison?.ours).toMatchObject({ error: expect.stringContaining(expected.error) });
  });
});
