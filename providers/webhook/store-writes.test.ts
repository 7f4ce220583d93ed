import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { RemoteWrite } from '../../src/provider/contract.ts';
import { startKeyValueServer } from '../../test/support/key-value-server.ts';
import { authSecrets, WebhookStage, webhookStore } from '../../test/support/webhook-stage.ts';

const never = new AbortController().signal;
const stage = new WebhookStage();

describe('writing to a store', () => {
  const value = SecretBytes.fromUtf8('v&w');
  const write = (remoteKey: string, more: Partial<RemoteWrite> = {}): RemoteWrite => ({ remoteKey, secretKey: 'sk', value, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['sk', value]]) }, updatePolicy: 'Replace', ...more });

  async function push(config: object, one: RemoteWrite): Promise<string> {
    const [result] = await stage.reader.write(webhookStore(config), [one], never);
    return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : String(result?.kind);
  }

  it('is a POST of the value where nothing is said', async () => {
    const { url, asked } = await stage.serveEcho();

    expect(await push({ url: `${url}/{{ .remoteRef.remoteKey }}` }, write('prod/db'))).toBe('written');
    expect(asked).toMatchObject([{ method: 'POST', path: '/prod%2Fdb', body: 'v&w' }]);
  });

  it('is what the templates make of key and value', async () => {
    const { url, asked } = await stage.serveEcho();
    const config = { method: 'PUT', url: `${url}/?v={{ .remoteRef.password }}`, headers: { 'x-of': '{{ .remoteRef.secretKey }}', authorization: '{{ .auth.token }}' }, body: '{"{{ .remoteRef.remoteKey }}":{{ .remoteRef.password | toJson }},"p":"{{ .remoteRef.property }}"}', secrets: authSecrets };

    expect(await push(config, write('password', { property: 'part' }))).toBe('written');
    expect(asked).toMatchObject([{ method: 'PUT', body: '{"password":"v\\u0026w","p":"part"}', headers: { 'x-of': 'sk', authorization: 'canary-token' } }]);
    expect(asked[0]?.query.toString()).toBe('v=v%26w');
  });

  it('looks first only where the URL is one for reading too', async () => {
    const server = await startKeyValueServer('canary-token');
    stage.closing(server.close);
    const headers = { authorization: 'Bearer {{ .auth.token }}' };
    const both = { url: `${server.url}/kv/{{ or .remoteRef.key .remoteRef.remoteKey }}`, headers, secrets: authSecrets };
    const single = { ...both, url: `${server.url}/kv/{{ .remoteRef.remoteKey }}` };

    expect([await push(both, write('a')), await push(both, write('a')), await push(single, write('a'))]).toEqual(['written', 'unchanged', 'written']);
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'POST']);
    expect(await push(single, write('a', { updatePolicy: 'IfNotExists' }))).toMatch(/^unsupported: updatePolicy IfNotExists: needs a URL for reading too/);
  });

  it.each([
    [{ method: 'PUT', path: '/{{ .remoteRef.remoteKey }}' }],
    [{ method: 'PUT', path: '/{{ or .remoteRef.key .remoteRef.remoteKey }}' }],
    [{ path: '/{{ .remoteRef.remoteKey }}' }],
    [{ method: 'POST', path: '/', body: '{{ .remoteRef.a | toJson }}' }],
    [{ method: 'POST', path: '/' }],
  ])('is all that a store of %j does: reading it would write', async ({ path, ...config }) => {
    const { url, asked } = await stage.serveEcho();
    const store = { ...config, url: url + path };

    expect(await stage.read(store)).toMatch(/^unsupported: the templates of the store are for writing/);
    expect(asked).toEqual([]);
    expect(await push(store, write('a'))).toBe('written');
  });

  it('removes with DELETE, and no body', async () => {
    const { url, asked } = await stage.serveEcho();
    const results = await stage.reader.remove(webhookStore({ method: 'PUT', url: `${url}/{{ .remoteRef.remoteKey }}`, body: '{{ .remoteRef.a }}', headers: { authorization: '{{ .auth.token }}' }, secrets: authSecrets }), [{ remoteKey: 'a' }], never);

    expect(results).toEqual([{ kind: 'removed' }]);
    expect(asked).toMatchObject([{ method: 'DELETE', path: '/a', body: '', headers: { authorization: 'canary-token' } }]);
  });
});
