import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { LimitError, TemplateError } from '../../../src/template/template-error.ts';
import type { OracleData, TemplateCase } from '../../support/template/corpus.ts';
import { agreement, describeDifference } from '../../support/template/difference.ts';
import { type Answer, Oracle } from '../../support/template/oracle.ts';
import { ourAnswer, renderCase, testContext } from '../../support/template/our-answer.ts';
import { bombs } from './bombs.ts';
import { built, type Choices } from './choices.ts';
import { isByDesign, mostExcused } from './differences.ts';
import { isRepeatable } from './function-signatures.ts';
import { templates } from './generator.ts';
import { mutate } from './mutator.ts';
import { readCases } from './read-cases.ts';

/** A minute where it counts, less at a desk. FUZZ_SECONDS fuzzes for longer, FUZZ_SEED begins elsewhere. */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? (process.env['CI'] === 'true' ? 30 : 10));
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);
const compared = 1_000;
const batch = 200;

let corpus: readonly [TemplateCase, ...TemplateCase[]];
let oracle: Oracle;

beforeAll(async () => {
  const [first, ...others] = await readCases();
  if (first === undefined) throw new Error('there are no cases');
  corpus = [first, ...others];
  oracle = new Oracle(inject('parts').templateOracle);
});

afterAll(async () => {
  await oracle[Symbol.asyncDispose]();
});

const noise: fc.Arbitrary<TemplateCase> = fc
  .tuple(fc.constantFrom('', '{{', '{{ print '), fc.uint8Array({ maxLength: 200 }), fc.constantFrom('', '}}'))
  .map(([left, bytes, right]) => ({ about: 'noise', text: left + Buffer.from(bytes).toString('latin1') + right, encoding: 'latin1' }));

/** Cases of the corpus and generated ones, broken. */
function mutants(): fc.Arbitrary<TemplateCase> {
  const broken = built((choices: Choices) => mutate(choices.pick(corpus), choices));
  const brokenAndGenerated = fc.tuple(templates, built((choices) => choices)).map(([one, choices]) => mutate(one, choices));
  return fc.oneof(broken, brokenAndGenerated);
}

/** What is wrong with how a case went, if anything is. */
function problemOf(one: TemplateCase, mostSeconds = 1): string | undefined {
  const before = process.threadCpuUsage();
  let answer: Answer;
  try {
    answer = ourAnswer(one, testContext({ steps: 1_000_000, bytes: 64 << 20 }));
  } catch (error) {
    return error instanceof Error ? error.stack : String(error);
  }
  const { user, system } = process.threadCpuUsage(before);
  if (user + system > mostSeconds * 1_000_000) return `took ${(user + system) / 1_000_000} s`;
  const text = 'output' in answer ? answer.output : answer.error;
  const leak = ['[object ', 'function (', 'native code'].find((word) => text.includes(word) && !one.text.includes(word));
  return leak === undefined ? undefined : `printed ${leak}`;
}

const secret = 'kq7zsecret';

/** The same data, each of its strings a secret. */
function secretive(data: OracleData | undefined): OracleData {
  if (typeof data === 'string') return secret;
  if (typeof data !== 'object' || data === null) return data ?? null;
  if (Array.isArray(data)) return data.map(secretive);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, key.startsWith('$int') || key === '$bytes' ? value : secretive(value)]));
}

/** What an error tells of the data, if it tells anything; what it tells in confidence is another matter. */
function leakOf(one: TemplateCase): string | undefined {
  try {
    renderCase({ ...one, data: secretive(one.data) }, testContext({ steps: 1_000_000, bytes: 64 << 20 }));
  } catch (error) {
    if (!(error instanceof TemplateError || error instanceof LimitError)) return `threw ${String(error)} at secret data`;
    if (new RegExp(secret, 'i').test(String(error.stack))) return `told a secret: ${error.message}`;
  }
  return undefined;
}

/** All that code could hang onto what the whole process shares. */
function sharedState(): readonly string[] {
  const shared = { globalThis, object: Object.prototype, array: Array.prototype, string: String.prototype, function: Function.prototype, map: Map.prototype };
  return Object.entries(shared).flatMap(([name, holder]) => Reflect.ownKeys(holder).map((key) => `${name}.${String(key)}`));
}

describe('hostile templates', () => {
  it('end in an output or a proper error, soon, and change nothing around them', { timeout: (seconds + 60) * 1000 }, () => {
    const before = sharedState();
    const sources = fc.oneof(noise, mutants(), templates, mutants());
    const end = performance.now() + seconds * 1000;
    const problems: { readonly one: TemplateCase; readonly problem: string }[] = [];
    let runs = 0;
    for (let seed = firstSeed; performance.now() < end && problems.length < 20; seed += 1) {
      for (const one of fc.sample(sources, { seed, numRuns: batch })) {
        const problem = problemOf(one) ?? leakOf(one);
        if (problem !== undefined) problems.push({ one, problem });
        runs += 1;
        if (performance.now() > end) break;
      }
    }

    console.log(`${runs} hostile templates in ${seconds} s, from seed ${firstSeed}`);
    expect(problems).toEqual([]);
    expect(sharedState()).toEqual(before);
  });

  it.each(bombs)('end soon where they ask for more than there is: $about', (bomb) => {
    expect(problemOf(bomb, 3)).toBe(undefined);
  });

  it('are to us what they are to Go', async () => {
    const chosen = fc.sample(mutants(), { seed: firstSeed, numRuns: compared }).filter((one) => isComparable(one.text));
    const answers = await oracle.ask(chosen);

    let excused = 0;
    const disagreements = chosen.flatMap((one, index) => {
      const theirs = answers[index];
      const ours = ourAnswer(one);
      if (isByDesign(ours)) excused += 1;
      return theirs === undefined || isByDesign(ours) || agreement(theirs, ours) !== 'none' ? [] : [describeDifference(one, theirs, ours)];
    });
    console.log(`${chosen.length} broken templates, of which Go renders ${answers.filter((answer) => 'output' in answer).length} still; ${excused} excused`);
    expect(disagreements).toEqual([]);
    expect(excused).toBeLessThan(chosen.length * mostExcused);
  });
});

/** Long numbers may ask for gigabytes, maps that hold themselves are the end of Go's process, and %p prints where something lies. */
function isComparable(text: string): boolean {
  return isRepeatable(text) && !/\d{5}|\b(set|merge\w*|mustMerge\w*)\b|%[^a-zA-Z]*p/.test(text);
}
