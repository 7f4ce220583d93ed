import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { remoteGeneratorContract } from '../../test/contract/remote-generator.contract.ts';
import { createAuthority } from '../../test/support/certificate.ts';
import type { GeneratorStage } from '../../test/support/generator-stage.ts';
import { createGeneratorStage } from '../../test/support/generator-stage.ts';
import type { MoodyServer, Serve, ServedAnswer } from '../../test/support/moody-server.ts';
import { startMoodyServer } from '../../test/support/moody-server.ts';
import { webhookGenerators } from './index.ts';

const label = { 'external-secrets.io/type': 'webhook' };
const authority = createAuthority('webhook');

function openStage(): GeneratorStage {
  return createGeneratorStage({
    generators: webhookGenerators,
    kind: 'Webhook',
    secrets: { credentials: { token: 'canary token/&é', user: 'canary-user' }, unlabelled: { token: 'canary-unlabelled' }, other: { token: 'canary-other' }, ca: { 'ca.crt': authority.cert } },
    labels: { credentials: label, other: { 'external-secrets.io/type': 'something' } },
    configMaps: { ca: { 'ca.crt': authority.cert } },
  });
}

const credentials = [{ name: 'auth', secretRef: { name: 'credentials' } }];

remoteGeneratorContract('Webhook', async () => {
  const server = await startMoodyServer(({ headers }) => (headers.authorization === 'Bearer canary-user' ? { body: { password: 'p' } } : { status: 401 }));
  const spec = { url: `${server.url}/{{ .auth.token }}`, headers: { authorization: 'Bearer {{ .auth.user }}' }, result: {}, secrets: credentials };
  return {
    ...server,
    stage: openStage(),
    spec,
    foreign: {
      secretRef: { ...spec, secrets: [{ name: 'auth', secretRef: { name: 'credentials', namespace: 'stranger' } }] },
      'caProvider Secret': { ...spec, caProvider: { type: 'Secret', name: 'ca', key: 'ca.crt', namespace: 'stranger' } },
      'caProvider ConfigMap': { ...spec, caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca.crt', namespace: 'stranger' } },
    },
  };
});

let stage: GeneratorStage;
let servers: MoodyServer[];

beforeEach(() => {
  stage = openStage();
  servers = [];
});

afterEach(async () => {
  await stage.close();
  for (const server of servers) await server.close();
});

async function serve(handle: Serve): Promise<string> {
  const server = await startMoodyServer(handle);
  servers.push(server);
  return server.url;
}

async function given(answer: ServedAnswer['body'], spec: object = {}): Promise<Readonly<Record<string, string>>> {
  return stage.run({ url: await serve(() => ({ body: answer })), result: {}, ...spec });
}

async function failureOf(answer: ServedAnswer['body'], spec: object = {}): Promise<string> {
  return stage.failure({ url: await serve(() => ({ body: answer })), result: {}, ...spec });
}

describe('the request of a Webhook', () => {
  const echo: Serve = ({ method, path, query, headers, body }) => ({ body: { method, path, query: query.toString(), x: headers['x-token'] ?? '', body } });

  it('is made of templates with all keys of its Secrets, in which what is not there is no value', async () => {
    const spec = {
      method: 'POST',
      url: `${await serve(echo)}/{{ .auth.user | upper }}?token={{ .auth.token | urlquery }}`,
      headers: { 'x-token': '{{ .auth.user | b64enc }}' },
      body: '{"token":{{ .auth.token | toJson }},"none":"{{ .auth.none }}"}',
      result: {},
      secrets: credentials,
    };

    expect(await stage.run(spec)).toEqual({ method: 'POST', path: '/CANARY-USER', query: 'token=canary+token%2F%26%C3%A9', x: btoa('canary-user'), body: '{"token":"canary token/\u0026é","none":"<no value>"}'.replace('&', String.raw`\u0026`) });
  });

  it('is a GET where nothing is said', async () => {
    expect(await stage.run({ url: await serve(echo), result: {} })).toMatchObject({ method: 'GET', path: '/', body: '' });
  });

  it('is made only of Secrets that are meant for webhooks', async () => {
    for (const name of ['unlabelled', 'other']) {
      expect(await stage.failure({ url: 'http://127.0.0.1:1/', result: {}, secrets: [{ name: 'auth', secretRef: { name } }] })).toBe(
        `invalid: Webhook consumer/it: Secret "${name}" is not meant for webhooks; give it the label external-secrets.io/type: webhook`,
      );
    }
    expect(await stage.failure({ url: 'http://127.0.0.1:1/', result: {}, secrets: [{ name: 'auth', secretRef: { name: 'none' } }] })).toContain('it needs Secret consumer/none, which does not exist');
  });

  it('names the field whose template is wrong', async () => {
    const spec = { url: 'http://127.0.0.1:1/', result: {}, secrets: credentials };

    expect(await stage.failure({ ...spec, body: '{{ .auth.token' })).toMatch(/^invalid: Webhook consumer\/it: spec\.body: template: template:1: /);
    expect(await stage.failure({ ...spec, headers: { 'x-a': '{{ fail .auth.token }}' } })).toMatch(/spec\.headers\.x-a: /);
  });

  it('tells its host, unless a template has made it', async () => {
    expect(await stage.failure({ url: 'http://127.0.0.1:1/{{ .auth.user }}', result: {}, secrets: credentials })).toContain('127.0.0.1:1 cannot be reached (ECONNREFUSED)');
    expect(await stage.failure({ url: 'http://{{ .auth.user }}.invalid/', result: {}, secrets: credentials })).toBe('unavailable: Webhook consumer/it: the webhook: the host cannot be reached, or its certificate is not trusted');
  });

  it('goes to no address of the machine, its link or its cloud', async () => {
    expect(await stage.failure({ url: 'http://169.254.169.254/latest/meta-data/', result: {} })).toMatch(/^invalid: .*169\.254\.169\.254 must not be asked/);
  });

  it('has the time that it says', async () => {
    const server = await startMoodyServer(() => ({}));
    servers.push(server);
    server.behave('hanging');

    expect(await stage.failure({ url: server.url, result: {}, timeout: '40ms' })).toMatch(/^unavailable: .*did not answer within 0\.04 s/);
  });

  it.each([
    ['caBundle', { caBundle: Buffer.from(authority.cert).toString('base64') }],
    ['caBundle, encoded twice', { caBundle: btoa(btoa(authority.cert)) }],
    ['caProvider with a Secret', { caProvider: { type: 'Secret', name: 'ca', key: 'ca.crt' } }],
    ['caProvider with a ConfigMap', { caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca.crt' } }],
  ])('trusts the authority of %s', async (_, trust) => {
    const server = await startMoodyServer(() => ({ body: { a: 'b' } }), { ca: authority.cert, ...authority.issue({ commonName: 'server', hosts: ['127.0.0.1'] }) });
    servers.push(server);

    expect(await stage.run({ url: server.url, result: {}, ...trust })).toEqual({ a: 'b' });
    expect(await stage.failure({ url: server.url, result: {} })).toMatch(/^unavailable: .*is not trusted/);
  });
});

describe('the values of a Webhook', () => {
  it('are the members of the object that is answered, as text', async () => {
    expect(await given({ text: 'a', count: 3, share: 1.5, yes: true, none: null, list: [1, 'x'], map: { b: 1, a: '<' } })).toEqual({ text: 'a', count: '3', share: '1.5', yes: 'true', none: '', list: '[1,"x"]', map: String.raw`{"a":"\u003c","b":1}` });
  });

  it('are those at result.jsonPath, also in a text that is JSON itself', async () => {
    expect(await given({ data: [{ user: 'u' }] }, { result: { jsonPath: '$.data[0]' } })).toEqual({ user: 'u' });
    expect(await given({ data: '{"user":"u"}' }, { result: { jsonPath: '$.data' } })).toEqual({ user: 'u' });
    expect(await given(JSON.stringify('{"user":"u"}'))).toEqual({ user: 'u' });
  });

  it.each<readonly [unknown, object, string]>([
    ['{"secret', {}, 'unavailable: Webhook consumer/it: the answer of the webhook is not JSON: a string that does not end at character 2'],
    [{ a: 'unquoted secret' }, { jsonPath: '$.a' }, 'invalid: Webhook consumer/it: the text at result.jsonPath is not JSON: no value at character 1'],
    [{ a: {} }, { jsonPath: '$.b' }, 'invalid: Webhook consumer/it: the answer of the webhook has nothing at result.jsonPath'],
    [[1], {}, 'invalid: Webhook consumer/it: the answer of the webhook is an array, not an object; let result.jsonPath lead to one'],
    [{ a: 5 }, { jsonPath: '$.a' }, 'invalid: Webhook consumer/it: the answer of the webhook is a number or a boolean, not an object; let result.jsonPath lead to one'],
    [{}, { jsonPath: '$.a[*]' }, 'invalid: Webhook consumer/it: spec.result.jsonPath: must lead to one value, by .name, [0] or ["name"]: several are an array, and no object'],
  ])('of %j are not to be had', async (answer, result, message) => {
    expect(await failureOf(answer, { result })).toBe(message);
  });
});

describe('the spec of a Webhook', () => {
  it('refuses NTLM by its path, which it knows', async () => {
    expect(await stage.failure({ url: 'http://x/', result: {}, auth: { ntlm: {} } })).toBe(
      'invalid: Webhook consumer/it: spec.auth.ntlm: is not supported by this version of Prelude: it proves who asks to a connection, and connections are shared; remove it, and let a header do it',
    );
  });
});
