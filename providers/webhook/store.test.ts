import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { noContext } from '../../test/support/generator-context.ts';
import { unquotable } from '../../test/support/moody-server.ts';
import { authSecrets, clusterWebhookStore, toldResult, webhookAuthority, webhookRegistry, WebhookStage, webhookStore } from '../../test/support/webhook-stage.ts';

const never = new AbortController().signal;
const stage = new WebhookStage();

describe('a request of a store', () => {
  it('is made of templates, with what the reference says escaped in the URL and as it is elsewhere', async () => {
    const { url, asked } = await stage.serveEcho();
    const config = {
      method: 'POST',
      url: `${url}/{{ .remoteRef.key }}?p={{ .remoteRef.property }}&v={{ .remoteRef.version }}&n={{ .remoteRef.namespace }}`,
      headers: { 'x-key': '{{ .remoteRef.key }}', authorization: 'Bearer {{ .auth.token }}' },
      body: '{{ .remoteRef.key }} of {{ .remoteRef.namespace }}, {{ .remoteRef.property }}, {{ .none.x }}',
      result: { jsonPath: '$.body' },
      secrets: authSecrets,
    };

    expect(await stage.read(config, { key: "a/b c?d=e&f'(ü)~", property: 'p&q' })).toBe("a/b c?d=e&f'(ü)~ of team, p&q, <no value>");
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/a%2Fb+c%3Fd%3De%26f%27%28%C3%BC%29~', headers: { authorization: 'Bearer canary-token' } });
    expect(asked[0]?.query.toString()).toBe('p=p%26q&v=&n=team');
  });

  it('is a GET where nothing is said, and its answer the value, to the last byte', async () => {
    const { url } = await stage.serve(({ method }) => ({ body: `${method} {"not": parsed}\n` }));

    expect(await stage.read({ url })).toBe('GET {"not": parsed}\n');
  });

  it('is one for all references whose requests are equal, and whose properties are only looked up in the answer', async () => {
    const { url, asked } = await stage.serveEcho();
    const config = { url: `${url}/{{ .remoteRef.key }}`, headers: { authorization: '{{ .auth.token }}' }, result: { jsonPath: '$.{{ .remoteRef.property }}' }, secrets: authSecrets };
    const results = await stage.reader.read(webhookStore(config), [{ key: 'a', property: 'path' }, { key: 'a', property: 'method' }, { key: 'b', property: 'path' }], never);

    expect(results.map(toldResult)).toEqual(['/a', 'GET', '/b']);
    expect(asked.map(({ path }) => path)).toEqual(['/a', '/b']);
  });

  it('is one for each reference where it may change something', async () => {
    const { url, asked } = await stage.serveEcho();
    await stage.reader.read(webhookStore({ url, method: 'POST', result: { jsonPath: '$.{{ .remoteRef.property }}' } }), [{ key: 'a', property: 'path' }, { key: 'a', property: 'method' }], never);

    expect(asked).toHaveLength(2);
  });

  it('is told the namespace of each consumer, who share nothing then; else they share one', async () => {
    const { url, asked } = await stage.serveEcho();
    const fixed = [{ name: 'auth', secretRef: { name: 'auth', namespace: 'team' } }];
    const ask = (path: string): Promise<readonly ReadResult[][]> =>
      Promise.all(['team', 'other'].map(async (namespace) => [...(await stage.reader.read(clusterWebhookStore({ url: `${url}/${path}`, result: { jsonPath: '$.path' }, secrets: fixed }, namespace), [{ key: 'k' }], never))]));

    expect((await ask('{{ .remoteRef.namespace }}')).flat().map(toldResult)).toEqual(['/team', '/other']);
    expect((await ask('{{ index .remoteRef "namespace" }}')).flat().map(toldResult)).toEqual(['/team', '/other']);
    const before = asked.length;
    expect((await ask('{{ .remoteRef.key }}')).flat().map(toldResult)).toEqual(['/k', '/k']);
    expect(asked.length - before).toBe(1);
  });

  it("is made of the consumer's Secrets in a ClusterSecretStore that names no namespace", async () => {
    const seen: IncomingHttpHeaders['authorization'][] = [];
    const { url } = await stage.serve(({ headers }) => {
      seen.push(headers.authorization);
      return { body: 'v' };
    });
    for (const namespace of ['team', 'other']) await stage.reader.read(clusterWebhookStore({ url, headers: { authorization: '{{ .auth.token }}' }, secrets: authSecrets }, namespace), [{ key: 'k' }], never);

    expect(seen).toEqual(['canary-token', 'canary-other']);
  });

  it('is made only of Secrets that are meant for webhooks, and of the own namespace', async () => {
    expect(await stage.read({ url: 'http://127.0.0.1:1/', secrets: [{ name: 'x', secretRef: { name: 'unlabelled' } }] })).toMatch(/^invalid: Secret "unlabelled" is not meant for webhooks/);
    expect(await stage.read({ url: 'http://127.0.0.1:1/', secrets: [{ name: 'x', secretRef: { name: 'auth', namespace: 'other' } }] })).toMatch(/a SecretStore may use Secrets of its own namespace only/);
  });

  it('trusts the authority of the store, and has the time that it says', async () => {
    const server = await stage.serve(() => ({ body: 'v' }), { ca: webhookAuthority.cert, ...webhookAuthority.issue({ commonName: 'server', hosts: ['127.0.0.1'] }) });
    const trusting = { url: server.url, caProvider: { type: 'Secret', name: 'ca', key: 'ca.crt' }, timeout: '300ms' };

    expect(await stage.read(trusting)).toBe('v');
    expect(await stage.read({ url: server.url })).toMatch(/^unavailable: .*is not trusted/);
    server.behave('hanging');
    expect(await stage.read(trusting)).toMatch(/^unavailable: .*did not answer within 0\.3 s/);
  });
});

describe('an answer to a store', () => {
  const answered = async (body: unknown, jsonPath: string, ref: Partial<RemoteRef> = {}): Promise<string> => stage.read({ url: (await stage.serve(() => ({ body }))).url, result: { jsonPath } }, ref);
  const fields = { data: { fields: [{ name: 'user', value: 'me' }, { name: 'password', value: 'p"w' }] } };

  it.each<readonly [unknown, string, string]>([
    [{ a: 'text' }, '$.a', 'text'],
    [{ a: 12345678901234567890n.toString() }, '$.a', '12345678901234567890'],
    [{ a: 1.5 }, '$.a', '1.5'],
    [{ a: true }, '$.a', 'true'],
    [{ a: null }, '$.a', ''],
    [{ a: { b: 1, a: '<' } }, '$.a', String.raw`{"a":"\u003c","b":1}`],
    [{ a: [[['first']], 'second'] }, '$.a', 'first'],
    [fields, '$.data.fields[*].value', 'me'],
  ])('of %j has at %s', async (body, path, value) => {
    expect(await answered(body, path)).toBe(value);
  });

  it('is looked through by the property, as the template says', async () => {
    expect(await answered(fields, '$.data.fields[?@.name=="{{ .remoteRef.property }}"].value', { property: 'password' })).toBe('p"w');
  });

  it.each<readonly [unknown, string, string]>([
    [{ a: [] }, '$.a', 'invalid: the answer of the webhook has nothing at result.jsonPath'],
    [fields, '$.data.fields[?@.name=="none"].value', 'invalid: the answer of the webhook has nothing at result.jsonPath'],
    [{ a: 'canary' }, '$.b', 'invalid: the answer of the webhook has nothing at result.jsonPath'],
    ['{"canary', '$.b', 'unavailable: the answer of the webhook is not JSON: a string that does not end at character 2'],
    [{}, '$.{{ .remoteRef.property }}', 'invalid: result.jsonPath, rendered, must go on with .name, [0], ["name"], [*], [1:2], [?(…)] or ..; there is something else at character 2'],
  ])('of %j has no value at %s, and is not quoted', async (body, path, message) => {
    expect(await answered(body, path)).toBe(message);
  });

  it.each([
    [404, 'absent'],
    [304, 'unavailable: the webhook says that nothing has changed (HTTP 304), which nobody has asked it'],
    [301, 'invalid: the webhook answers with a redirect (HTTP 301), which is not followed; name the address itself'],
    [401, 'denied: the webhook refuses the credentials (HTTP 401); check the Secrets that its headers, URL and body are made from'],
    [403, 'denied: the webhook refuses the credentials (HTTP 403); check the Secrets that its headers, URL and body are made from'],
    [400, 'invalid: the webhook refuses the request (HTTP 400)'],
    [500, 'unavailable: the webhook is not available (HTTP 500)'],
    [503, 'unavailable: the webhook is not available (HTTP 503)'],
  ])('with status %i is %s', async (status, expected) => {
    expect(await stage.read({ url: (await stage.serve(() => ({ status, body: status === 304 ? '' : unquotable }))).url })).toBe(expected);
  });

  it('that asks to slow down says for how long', async () => {
    const server = await stage.serve(() => ({ body: 'v' }));
    server.behave('throttling');
    // as the adapter says it: what becomes of it is the planner's
    const client = await webhookRegistry.configure({ webhook: { url: server.url } }).connect({ ...noContext, http: stage.http() }, never);

    expect(await client.read([{ key: 'k' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'throttled', retryAfter: 7_000 } }]);
  });

  it('is no more than 1 MiB', async () => {
    expect(await stage.read({ url: (await stage.serve(() => ({ body: 'x'.repeat(1024 * 1024 + 1) }))).url })).toMatch(/^unavailable: .* answers with more than 1048576 bytes$/);
  });
});

describe('validating a store', () => {
  it('asks whether there is a server that is trusted, and tells it nothing', async () => {
    const { url, asked } = await stage.serveEcho();

    expect(await stage.reader.validate(webhookStore({ url: `${url}/kv/{{ .remoteRef.key }}`, headers: { authorization: '{{ .auth.token }}' }, secrets: authSecrets }), never)).toBe('valid');
    expect(asked.map(({ method, path, headers }) => [method, path, headers.authorization])).toEqual([['HEAD', '/', undefined]]);
    await expect(stage.reader.validate(webhookStore({ url: 'http://127.0.0.1:1/' }), never)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(stage.reader.validate(webhookStore({ url: 'http://169.254.169.254/' }), never)).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('cannot tell of a host that depends on the consumer', async () => {
    const { namespace: _, ...store } = clusterWebhookStore({ url: 'http://{{ .remoteRef.namespace }}.example.com/' }, '');

    expect(await stage.reader.validate(store, never)).toBe('unknown');
  });
});

describe('the configuration of a store', () => {
  const problems = (config: object): readonly string[] => {
    const parsed = webhookRegistry.parse({ webhook: config });
    return parsed.ok ? [] : parsed.errors.map(({ path, message }) => `${path.replace('spec.provider.webhook.', '')}: ${message}`);
  };

  it.each([
    [{ url: 'https://example.com' }],
    [{ url: 'https://example.com', method: 'PATCH', headers: { 'X-A': 'b' }, body: 'x', timeout: '5s', result: { jsonPath: '$.a' }, secrets: [{ name: 'a', secretRef: { name: 'b', namespace: 'c', key: 'd' } }], caBundle: 'eA==' }],
    [{ url: 'https://example.com', result: {}, secrets: [{ name: 'a', secretRef: { name: 'b' } }], caProvider: { type: 'ConfigMap', name: 'a', key: 'b', namespace: 'c' } }],
  ])('takes %j', (config) => {
    expect(problems(config)).toEqual([]);
  });

  it.each([
    [{ url: 'x', auth: { ntlm: { usernameSecret: {}, passwordSecret: {} } } }, 'auth.ntlm: is not supported by this version of Prelude: it proves who asks to a connection, and connections are shared; remove it, and let a header do it'],
    [{ url: 'x', headers: { Host: 'a' } }, 'headers.Host: is said by the connection itself; remove it'],
    [{ url: 'x', headers: { 'content-LENGTH': '5' } }, 'headers.content-LENGTH: is said by the connection itself; remove it'],
    [{ url: 'x', headers: { 'a b': '5' } }, 'headers[a b]: is no name of a header'],
    [{ url: 'x', secrets: [{ name: 'remoteRef', secretRef: { name: 'a' } }] }, 'secrets[0].name: is what templates call the reference'],
    [{ url: '' }, 'url: Too small: expected string to have >=1 characters'],
  ])('refuses %j', (config, problem) => {
    expect(problems(config)).toEqual([problem]);
  });
});
