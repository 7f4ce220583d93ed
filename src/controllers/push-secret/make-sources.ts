import type { PushSecret } from '../../api/push-secret.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import type { PushedSecret } from '../../provider/contract.ts';
import type { GeneratorHandle, GeneratorRunner } from '../../provider/generator-runner.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import type { GeneratorCache } from '../../secret/generator-cache.ts';
import { type LeftState, pushSecretStateKey } from '../../secret/generator-states.ts';
import { composeContent, renderJob } from '../../secret/template/compose-content.ts';
import type { RenderTexts } from '../../secret/template/render-texts.ts';
import { templateParts } from '../../secret/template/template-part.ts';
import type { SourceTexts } from '../../secret/template/template-source.ts';
import type { PushProblem } from './outcomes.ts';
import { providerProblem } from './outcomes.ts';
import type { NamedSource, SourcesRead } from './read-sources.ts';
import { readSources } from './read-sources.ts';

export interface SourceOptions {
  readonly cluster: Pick<Cluster, 'get' | 'pages'>;
  readonly generators: GeneratorCache;
  readonly runner: GeneratorRunner;
}

export type SourcesMade =
  /** `left`: what the generator has left behind, which is in use from now on. */
  | { readonly kind: 'made'; readonly sources: readonly NamedSource[]; readonly versions: string; readonly left: readonly LeftState[] }
  /** What is pushed is not there. */
  | { readonly kind: 'missing'; readonly message: string }
  /** `left`: what the generator has left behind, for nothing. */
  | { readonly kind: 'problem'; readonly problem: PushProblem; readonly left: readonly LeftState[] };

/** Reads what is pushed, or has it generated, and applies the template. @throws the signal's reason */
export async function makeSources(pushSecret: PushSecret, render: RenderTexts, options: SourceOptions, signal: AbortSignal): Promise<SourcesMade> {
  const read = await readOrProblem(pushSecret, options, signal);
  if (read.kind === 'problem' || read.kind === 'missing') return read;
  if (read.kind === 'unusable') return { kind: 'problem', problem: { kind: 'wait', message: read.message }, left: [] };
  const generated = read.generator === undefined ? undefined : await generate(read.generator, options.runner, signal);
  if (generated?.kind === 'problem') return generated;
  const { left = [], source } = generated ?? {};
  const secrets = source === undefined ? read.secrets : [source];
  const rendered = await Promise.all(secrets.map((source) => applyTemplate(pushSecret, source, read.texts, render)));
  const problem = rendered.find((one) => one.kind === 'problem');
  if (problem?.kind === 'problem') return { ...problem, left };
  const sources = rendered.flatMap((one) => (one.kind === 'rendered' ? [one.source] : []));
  return { kind: 'made', sources, versions: read.versions, left };
}

type Problem = Extract<SourcesMade, { readonly kind: 'problem' }>;

async function readOrProblem(pushSecret: PushSecret, options: SourceOptions, signal: AbortSignal): Promise<SourcesRead | Problem> {
  try {
    return await readSources(pushSecret, options, signal);
  } catch (error) {
    if (!isKubeError(error)) throw error;
    const { message, retryAfter } = error;
    return { kind: 'problem', problem: { kind: 'retry', message: `could not get source secret: ${message}`, ...(retryAfter === undefined ? {} : { retryAfter }) }, left: [] };
  }
}

interface GeneratedSource {
  readonly kind: 'generated';
  readonly source: NamedSource;
  readonly left: readonly LeftState[];
}

async function generate(handle: GeneratorHandle, runner: GeneratorRunner, signal: AbortSignal): Promise<GeneratedSource | Problem> {
  try {
    const { values, state } = await runner.generate(handle, signal);
    const secret: PushedSecret = { type: 'Opaque', labels: {}, annotations: {}, data: values };
    return { kind: 'generated', source: { name: handle.label, secret }, left: [{ key: pushSecretStateKey, handle, state }] };
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'problem', problem: providerProblem('could not get source secret', error), left: [] };
    throw error;
  }
}

type Rendered = { readonly kind: 'rendered'; readonly source: NamedSource } | Problem;

/**
 * What a template makes of a Secret. Like External Secrets, all that the Secret has stays, whatever the merge policy, save its type;
 * the Secret in the cluster is not touched.
 */
async function applyTemplate({ spec }: PushSecret, source: NamedSource, texts: SourceTexts, render: RenderTexts): Promise<Rendered> {
  if (spec.template === undefined) return { kind: 'rendered', source };
  const template = { ...spec.template, mergePolicy: 'Merge' } as const;
  const { name, secret } = source;
  const { data } = secret;
  const parts = templateParts(template, texts);
  const composed = composeContent({ template, data, parts }, await render(parts.map((part) => renderJob(part, data))));
  if (!composed.ok) {
    const told = composed.problems.slice(0, 3).map(({ place, message }) => `${place.replace('spec.target.', 'spec.')}: ${message}`);
    const isSlow = composed.problems.every(({ kind }) => kind === 'limit');
    return { kind: 'problem', problem: { kind: isSlow ? 'retry' : 'fix', message: `could not apply template to ${name}: ${told.join('; ')}`, ...(isSlow ? { retryAfter: slowRetry } : {}) }, left: [] };
  }
  const { content } = composed;
  const rendered: PushedSecret = { type: template.type ?? 'Opaque', labels: { ...secret.labels, ...content.labels }, annotations: { ...secret.annotations, ...content.annotations }, data: content.data };
  return { kind: 'rendered', source: { name, secret: rendered } };
}

/** What took too long takes as long a second later. */
const slowRetry = 60_000;
