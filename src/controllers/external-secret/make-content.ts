import type { ExternalSecret } from '../../api/external-secret.ts';
import type { GeneratorRunner } from '../../provider/generator-runner.ts';
import type { StoreReader } from '../../provider/store-reader.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import { type Assembled, assemble } from '../../secret/assemble.ts';
import type { SecretContent } from '../../secret/desired-secret.ts';
import { plainContent } from '../../secret/desired-secret.ts';
import { type Extracted, extractAll, selectAll } from '../../secret/extract-keys.ts';
import { type GeneratedState, type GeneratedValues, generateValues, takeBack } from '../../secret/generate-values.ts';
import type { ManifestContent } from '../../secret/manifest/compose-manifest.ts';
import { generatorName } from '../../secret/generator-handle.ts';
import type { Provenance } from '../../secret/provenance.ts';
import { type RemoteValues, readValues } from '../../secret/read-values.ts';
import { generatorsOf, storesOf } from '../../secret/references.ts';
import { storeName } from '../../secret/store-handle.ts';
import { composeContent, renderJob } from '../../secret/template/compose-content.ts';
import { type RenderTexts, renderTexts } from '../../secret/template/render-texts.ts';
import { templateParts } from '../../secret/template/template-part.ts';
import type { SourceTexts } from '../../secret/template/template-source.ts';
import type { ValueProblem } from '../../secret/value-problem.ts';
import { type ReadVersions, readVersions } from '../../secret/version-order.ts';
import type { TemplateRenderer } from '../../template/renderer.ts';
import { makeManifest } from './generic/make-manifest.ts';
import { unassembled, unrendered } from './outcomes.ts';
import type { Sources } from './sources.ts';

export interface ContentOptions {
  readonly reader: StoreReader;
  /** Runs generators; nothing is asked of it for ExternalSecrets that have none. */
  readonly generators: GeneratorRunner;
  readonly renderer: TemplateRenderer;
}

export type Made = Content | NotMade;

export interface Content {
  readonly kind: 'made';
  readonly content: SecretContent;
  /** What the target is made of, where it is no Secret and there is something to make it of. */
  readonly manifest?: ManifestContent;
  /** The providers hold nothing at all: the deletion policy says what becomes of the Secret. */
  readonly isEmpty: boolean;
  /** What is gone from the providers, where the deletion policy takes that for an answer. */
  readonly missing: readonly ValueProblem[];
  readonly provenance: Provenance;
  /** Of what was read, whatever templates have made of it. */
  readonly versions: ReadVersions;
  /** What generators have left: to be recorded once the Secret is written, and taken back where it is not. */
  readonly generated: readonly GeneratedState[];
}

export interface NotMade {
  readonly kind: 'not';
  readonly outcome: Outcome;
  /** A template cannot be parsed: there will be no content, whatever the provider holds. */
  readonly isMalformed: boolean;
}

/** All that content is made of, beside what the providers hold. */
export interface Ingredients extends Sources {
  readonly externalSecret: ExternalSecret;
  /** The ConfigMaps' and Secrets' part of the template. */
  readonly texts: SourceTexts;
}

/**
 * Reads the providers, runs the generators and renders the templates, all of them in one request (and one more for each step in which
 * keys are rewritten by templates). Content, or the outcome that says why there is none; what generators gave for nothing is taken back.
 */
export async function makeContent(ingredients: Ingredients, options: ContentOptions, signal: AbortSignal): Promise<Made> {
  const { externalSecret } = ingredients;
  const render = renderTexts(options.renderer, externalSecret.metadata.namespace ?? '', signal);
  const values = await readValues(options.reader, ingredients, externalSecret.spec, signal);
  const made = await generateUnlessHopeless(ingredients, values, options, signal);
  try {
    const content = await finish(ingredients, values, made, render);
    if (content.kind === 'not') await takeBack(options.generators, made.generated);
    return content;
  } catch (error) {
    await takeBack(options.generators, made.generated);
    throw error;
  }
}

const nothing: GeneratedValues = { entries: new Map(), generated: [] };

/** Generators run last, and only where there is a use for what they give: some of it has a life outside. */
async function generateUnlessHopeless({ externalSecret: { spec }, generators }: Ingredients, values: RemoteValues, options: ContentOptions, signal: AbortSignal): Promise<GeneratedValues> {
  if (generators.size === 0) return nothing;
  const read = assemble(spec, values, selectAll(spec, values).flatMap((entry) => entry ?? []));
  return read.ok ? generateValues(options.generators, generators, spec, signal) : nothing;
}

async function finish({ externalSecret, texts }: Ingredients, values: RemoteValues, { entries, generated }: GeneratedValues, render: RenderTexts): Promise<Made> {
  const { spec } = externalSecret;
  // a generator that did not run has no part in what is told
  const selected = selectAll(spec, values).map((entry, index): Extracted => entry ?? entries.get(index) ?? { ok: true, value: new Map() });
  const assembled = assemble(spec, values, await extractAll(spec, selected, render));
  if (!assembled.ok) return notMade(unassembled(namesOfSources(spec), assembled.problems), assembled.problems);
  return compose(externalSecret, assembled, texts, generated, render);
}

async function compose(externalSecret: ExternalSecret, assembled: Assembled & { readonly ok: true }, texts: SourceTexts, generated: Content['generated'], render: RenderTexts): Promise<Made> {
  const { data, provenance, missing } = assembled;
  const { template, deletionPolicy, manifest: kind } = externalSecret.spec;
  const isEmpty = data.size === 0;
  // what is deleted or retained is not rendered
  const isAnswer = isEmpty && deletionPolicy !== 'Merge';
  const versions = readVersions(externalSecret.spec, provenance);
  const plain: Content = { kind: 'made', content: plainContent(externalSecret, data), isEmpty, missing, provenance, versions, generated };
  if (kind !== undefined && !isAnswer) {
    const composed = await makeManifest(externalSecret, kind, data, texts, render);
    return composed.ok ? { ...plain, manifest: composed.content } : notMade(unrendered(composed.problems), composed.problems);
  }
  if (template === undefined || isAnswer) return plain;
  const parts = templateParts(template, texts);
  const composed = composeContent({ template, data, parts }, await render(parts.map((part) => renderJob(part, data))));
  if (!composed.ok) return notMade(unrendered(composed.problems), composed.problems);
  return { ...plain, content: composed.content, provenance: renderedFrom(provenance, data, composed.content) };
}

/** What a template has put there, or in the place of what was read, is rendered; the rest is where it came from. */
function renderedFrom(provenance: Provenance, data: SecretContent['data'], content: SecretContent): Provenance {
  return new Map([...content.data].map(([key, value]) => [key, (data.get(key) === value ? provenance.get(key) : undefined) ?? { kind: 'template' }]));
}

function namesOfSources(spec: ExternalSecret['spec']): string {
  return [...storesOf(spec).map(storeName), ...generatorsOf(spec).map(generatorName)].join(' and ');
}

function notMade(outcome: Outcome, problems: readonly { readonly isMalformed?: true }[]): NotMade {
  return { kind: 'not', outcome, isMalformed: problems.some(({ isMalformed }) => isMalformed) };
}
