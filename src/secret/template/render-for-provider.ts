import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { TemplateData } from '../../provider/contract.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import { groupedKey, type TemplateRenderer } from '../../template/renderer.ts';

/** A template of a store or a generator. */
export interface ProviderTemplate {
  /** Whose turn it takes: the consumer's namespace. */
  readonly tenant: string;
  readonly template: string;
  readonly data: TemplateData;
}

const empty = SecretBytes.fromUtf8('');

/**
 * Renders a template on behalf of a provider.
 * @throws ProviderError `invalid` for one that is wrong or takes too much, in words that hold no value; the signal's reason
 */
export async function renderForProvider(renderer: TemplateRenderer, { tenant, template, data }: ProviderTemplate, signal: AbortSignal): Promise<SecretBytes> {
  const entries = [...data].flatMap(([group, members]) => [
    [groupedKey(group), empty] as const,
    ...Array.from(members, ([key, value]) => [groupedKey(group, key), value] as const),
  ]);
  const job = { name: 'template', template: SecretBytes.fromUtf8(template), data: new Map(entries), shape: 'grouped' } as const;
  const [result] = await renderer.render({ tenant, jobs: [job] }, signal);
  if (result?.ok === true && result.kind === 'text') return result.output;
  throw new ProviderError('invalid', result?.ok === false ? result.problem.message : 'the template was not rendered');
}
