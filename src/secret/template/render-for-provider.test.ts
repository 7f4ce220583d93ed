import { describe, expect, it } from 'vitest';
import { recordRequests } from '../../../test/support/recording-renderer.ts';
import { createThreadRenderer } from '../../../test/support/thread-renderer.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { TemplateData } from '../../provider/contract.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import { renderForProvider } from './render-for-provider.ts';

const data: TemplateData = new Map([
  ['auth', new Map([['token', SecretBytes.fromUtf8('canary-token')], ['a.b', SecretBytes.fromUtf8('dots')]])],
  ['empty', new Map()],
]);

function render(template: string, renderer = createThreadRenderer()): Promise<SecretBytes> {
  return renderForProvider(renderer, { tenant: 'ns', template, data }, new AbortController().signal);
}

async function textOf(template: string): Promise<string> {
  return Buffer.from((await render(template)).reveal()).toString();
}

describe('a template of a store or a generator', () => {
  it('sees maps of maps, with External Secrets’ functions', async () => {
    expect(await textOf('{{ .auth.token | upper }} {{ index .auth "a.b" }} {{ .empty }} {{ .auth.none }} {{ .none.none }}')).toBe('CANARY-TOKEN dots map[] <no value> <no value>');
  });

  it('takes the turn of its namespace', async () => {
    const renderer = recordRequests(createThreadRenderer());
    await render('x', renderer);

    expect(renderer.requests.map(({ tenant }) => tenant)).toEqual(['ns']);
  });

  it.each(['{{ .auth.token', '{{ fail .auth.token }}', '{{ mustFromJson .auth.token }}', '{{ nothing }}'])('that is wrong says so without a value: %s', async (template) => {
    const failure = await render(template).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(ProviderError);
    expect(String(failure)).toMatch(/template: template:1/);
    expect(String(failure)).not.toContain('canary-token');
  });
});
