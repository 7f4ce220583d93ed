import type { KeyRewrite } from '../api/key-rewrite.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { RenderJob, RenderResult } from '../template/renderer.ts';
import { mergeValues } from './merge-values.ts';
import type { Traced } from './provenance.ts';
import { quoteKey } from './quote-key.ts';
import type { RenderTexts } from './template/render-texts.ts';
import type { Selected } from './value-problem.ts';
import { unusable } from './value-problem.ts';

/** The keys of one extracted object, and the steps in which they are renamed. */
export interface KeysToRewrite {
  readonly steps: readonly KeyRewrite[];
  readonly extracted: ReadonlyMap<string, Traced>;
}

/** What the keys have become. Two that become one are refused: which of the values is meant, nobody could tell. */
export type Rewritten = Selected<ReadonlyMap<string, Traced>>;

/**
 * Renames the keys of several objects, or merges what their values hold, step by step. Steps of the same place in their lists are rendered in one request, whichever
 * objects they belong to.
 */
export async function rewriteKeys(objects: readonly KeysToRewrite[], render: RenderTexts): Promise<readonly Rewritten[]> {
  let states: readonly Rewritten[] = objects.map(({ extracted }) => ({ ok: true, value: extracted }));
  const rounds = Math.max(0, ...objects.map(({ steps }) => steps.length));
  for (let round = 0; round < rounds; round += 1) {
    const jobs = states.map((state, index) => jobsOf(objects[index]?.steps[round], state));
    const results = jobs.every((list) => list.length === 0) ? [] : await render(jobs.flat());
    let from = 0;
    states = states.map((state, index) => {
      const object = objects[index];
      const count = jobs[index]?.length ?? 0;
      const own = results.slice(from, from + count);
      from += count;
      return object === undefined ? state : takeStep(object, round, state, own);
    });
  }
  return states;
}

/** Patterns are rendered, too: they are as hostile as templates, and cost time and memory where these may cost some. */
const replaceAll = SecretBytes.fromUtf8('{{ mustRegexReplaceAll .source .value .target }}');

/** One template for each key; merging renders nothing. */
function jobsOf(step: KeyRewrite | undefined, state: Rewritten): readonly RenderJob[] {
  if (step === undefined || step.kind === 'merge' || !state.ok) return [];
  const isPattern = step.kind === 'regexp';
  const template = isPattern ? replaceAll : SecretBytes.fromUtf8(step.template);
  const given: readonly (readonly [string, SecretBytes])[] = isPattern ? [['source', SecretBytes.fromUtf8(step.source)], ['target', SecretBytes.fromUtf8(step.target)]] : [];
  return [...state.value.keys()].map((key) => ({ name: step.kind, template, data: new Map([...given, ['value', SecretBytes.fromUtf8(key)]]) }));
}

function takeStep({ steps }: KeysToRewrite, round: number, state: Rewritten, results: readonly RenderResult[]): Rewritten {
  const step = steps[round];
  if (step === undefined || !state.ok) return state;
  const at = `rewrite[${round}].${step.kind}`;
  if (step.kind === 'merge') return told(at, mergeValues(step, state.value));
  const renamed = new Map<string, Traced>();
  for (const [index, value] of [...state.value.values()].entries()) {
    const found = renderedKey(at, results[index]);
    if (typeof found !== 'string') return found;
    if (renamed.has(found)) return unusable(`${at} makes ${quoteKey(found)} of two keys; each needs a name of its own`);
    renamed.set(found, value);
  }
  return { ok: true, value: renamed };
}

function renderedKey(at: string, result: RenderResult | undefined): string | (Rewritten & { readonly ok: false }) {
  if (result === undefined) throw new Error('the renderer answered fewer templates than it was asked for');
  if (result.ok && result.kind === 'text') return Buffer.from(result.output.reveal()).toString('utf8');
  if (result.ok) throw new Error(`the renderer answered a key with a ${result.kind}`);
  return { ok: false, problem: { ...result.problem, message: `${at}: ${result.problem.message}` } };
}

function told(at: string, result: Rewritten): Rewritten {
  return result.ok ? result : { ok: false, problem: { ...result.problem, message: `${at}: ${result.problem.message}` } };
}
