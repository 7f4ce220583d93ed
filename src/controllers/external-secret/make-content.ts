import type { ExternalSecret } from '../../api/external-secret.ts';
import type { StoreHandle, StoreReader } from '../../provider/store-reader.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import { assemble } from '../../secret/assemble.ts';
import type { SecretContent } from '../../secret/desired-secret.ts';
import { plainContent } from '../../secret/desired-secret.ts';
import { extractAll } from '../../secret/extract-keys.ts';
import { readValues } from '../../secret/read-values.ts';
import { storeName } from '../../secret/store-handle.ts';
import { composeContent, renderJob } from '../../secret/template/compose-content.ts';
import { renderTexts } from '../../secret/template/render-texts.ts';
import { templateParts } from '../../secret/template/template-part.ts';
import type { SourceTexts } from '../../secret/template/template-source.ts';
import type { TemplateRenderer } from '../../template/renderer.ts';
import { unassembled, unrendered } from './outcomes.ts';

export interface ContentOptions {
  readonly reader: StoreReader;
  readonly renderer: TemplateRenderer;
}

export type Made = { readonly kind: 'made'; readonly content: SecretContent } | NotMade;

export interface NotMade {
  readonly kind: 'not';
  readonly outcome: Outcome;
  /** A template cannot be parsed: there will be no content, whatever the provider holds. */
  readonly isMalformed: boolean;
}

/** All that content is made of, beside what the provider holds. */
export interface Ingredients {
  readonly externalSecret: ExternalSecret;
  readonly store: StoreHandle;
  /** The ConfigMaps' and Secrets' part of the template. */
  readonly texts: SourceTexts;
}

/**
 * Reads the provider and renders the templates, all of them in one request (and one more for each step in which keys are rewritten by
 * templates). Content, or the outcome that says why there is none.
 */
export async function makeContent({ externalSecret, store, texts }: Ingredients, { reader, renderer }: ContentOptions, signal: AbortSignal): Promise<Made> {
  const { metadata, spec } = externalSecret;
  const render = renderTexts(renderer, metadata.namespace ?? '', signal);
  const values = await readValues(reader, store, spec, signal);
  const assembled = assemble(spec, values, await extractAll(spec, values, render));
  if (!assembled.ok) return notMade(unassembled(storeName(spec.secretStoreRef), assembled.problems), assembled.problems);

  const { data } = assembled;
  const { template } = spec;
  if (template === undefined) return { kind: 'made', content: plainContent(externalSecret, data) };
  const parts = templateParts(template, texts);
  const composed = composeContent({ template, data, parts }, await render(parts.map((part) => renderJob(part, data))));
  return composed.ok ? { kind: 'made', content: composed.content } : notMade(unrendered(composed.problems), composed.problems);
}

function notMade(outcome: Outcome, problems: readonly { readonly isMalformed?: true }[]): NotMade {
  return { kind: 'not', outcome, isMalformed: problems.some(({ isMalformed }) => isMalformed) };
}
