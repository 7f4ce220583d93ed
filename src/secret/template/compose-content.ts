import type { SecretTemplate, TemplateTarget } from '../../api/secret-template.ts';
import { labelValueProblem, qualifiedNameProblem, secretKeyProblem } from '../../api/kube-text.ts';
import type { SecretBytes } from '../../lib/secret-bytes.ts';
import type { RenderJob, RenderProblem, RenderResult } from '../../template/renderer.ts';
import { keptMetadata } from '../kept-metadata.ts';
import { decode } from '../decode.ts';
import type { SecretContent } from '../desired-secret.ts';
import { quoteKey } from '../quote-key.ts';
import { sizeProblem } from '../secret-size.ts';
import { hasAction } from './has-action.ts';
import { keepsData } from './keeps-data.ts';
import type { TemplatePart } from './template-part.ts';

/** Why a template did not become a part of the Secret. No value stands in the message. */
export interface TemplateProblem extends RenderProblem {
  /** Of the template: `spec.target.template.data[config]`. */
  readonly place: string;
}

export type Composed = { readonly ok: true; readonly content: SecretContent } | { readonly ok: false; readonly problems: readonly TemplateProblem[] };

/** What the Kubernetes API lets annotations be in all. */
const largestAnnotations = 256 * 1024;

/** What is to be rendered for a part; `data` is what the provider's values became. */
export function renderJob({ name, text, isConfidential, key, field }: TemplatePart, data: ReadonlyMap<string, SecretBytes>): RenderJob {
  return { name, template: text, ...(isConfidential ? { isConfidential } : {}), data, output: key === undefined && field === undefined ? 'stringMap' : 'text' };
}

/** A template, the values that it is rendered with, and all parts of it. */
export interface Rendering {
  readonly template: SecretTemplate;
  readonly data: ReadonlyMap<string, SecretBytes>;
  readonly parts: readonly TemplatePart[];
  /** Of the values that were read those that stay; where it does not say, what the template keeps. */
  readonly kept?: ReadonlyMap<string, SecretBytes>;
}

/**
 * Puts together what the templates have rendered: the values that were read, where the template keeps them, then part by part; what
 * comes later wins. All of it, or every reason why not.
 * @param results of the parts' jobs, in their order
 */
export function composeContent({ template, data, parts, kept = new Map(keepsData(template) ? data : []) }: Rendering, results: readonly RenderResult[]): Composed {
  const made: Made = { Data: new Map(kept), Labels: new Map(), Annotations: new Map() };
  const problems = parts.flatMap((part, index) => addPart(made, part, results[index]));
  const tooLarge = problems.length > 0 ? [] : [sizeProblem(made.Data), annotationsProblem(made.Annotations)].flatMap((message) => message ?? []);
  problems.push(...tooLarge.map((message): TemplateProblem => ({ kind: 'template', place: 'spec.target.template', message })));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, content: { data: made.Data, labels: keptMetadata(textsOf(made.Labels)), annotations: keptMetadata(textsOf(made.Annotations)) } };
}

type Made = Readonly<Record<TemplateTarget, Map<string, SecretBytes>>>;

function addPart(made: Made, part: TemplatePart, result: RenderResult | undefined): readonly TemplateProblem[] {
  const { place, target, decodingStrategy } = part;
  if (result === undefined) throw new Error('the renderer answered fewer templates than it was asked for');
  const wrong = (message: string): readonly TemplateProblem[] => [{ kind: 'template', place, message }];
  if (!result.ok) return [{ ...result.problem, place }];
  const problems: TemplateProblem[] = [];
  for (const [index, [name, encoded]] of [...valuesOf(part, result)].entries()) {
    const value = decode(decodingStrategy, encoded);
    const problem = value === undefined ? `is not ${decodingStrategy}, as valuesDecodingStrategy says` : entryProblem(target, name, value);
    if (problem !== undefined) problems.push(...wrong(`the ${nouns[target]} ${subject(part, index, name)} ${problem}`));
    else if (value !== undefined) made[target].set(name, value);
  }
  return problems;
}

/** Names an entry. A key that was rendered, or that stands in a Secret, is a value like any other, and only counted. */
function subject({ key, text, isConfidential }: TemplatePart, index: number, name: string): string {
  const isWritten = key !== undefined || (!isConfidential && !hasAction(text));
  return isWritten ? quoteKey(name) : `of entry ${index + 1} of the rendered text`;
}

function valuesOf({ key, place }: TemplatePart, result: RenderResult & { readonly ok: true }): ReadonlyMap<string, SecretBytes> {
  if (key === undefined && result.kind === 'stringMap') return result.values;
  if (key !== undefined && result.kind === 'text') return new Map([[key, result.output]]);
  throw new Error(`the renderer answered ${place} with a ${result.kind}`);
}

const nouns = { Data: 'key', Labels: 'label', Annotations: 'annotation' } as const satisfies Readonly<Record<TemplateTarget, string>>;

/** What the API server would refuse; its answer would quote the value. */
function entryProblem(target: TemplateTarget, name: string, value: SecretBytes): string | undefined {
  if (target === 'Data') return secretKeyProblem(name);
  const problem = qualifiedNameProblem(target === 'Labels' ? name : name.toLowerCase());
  if (problem !== undefined) return problem;
  const text = textOf(value);
  if (text === undefined) return 'has a value that is not UTF-8 text';
  const refused = target === 'Labels' ? labelValueProblem(text) : undefined;
  return refused === undefined ? undefined : `has a value that ${refused}`;
}

function annotationsProblem(annotations: ReadonlyMap<string, SecretBytes>): string | undefined {
  const size = [...annotations].reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + value.size, 0);
  return size > largestAnnotations ? `the annotations are ${size} bytes together, and a Secret holds at most ${largestAnnotations}` : undefined;
}

function textsOf(values: ReadonlyMap<string, SecretBytes>): Readonly<Record<string, string>> {
  return Object.fromEntries([...values].flatMap(([name, value]) => [[name, textOf(value) ?? '']]));
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(value: SecretBytes): string | undefined {
  try {
    return utf8.decode(value.reveal());
  } catch {
    return undefined;
  }
}
