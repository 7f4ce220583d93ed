import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../src/lib/http.ts';
import { HttpError } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ReadResult } from '../../src/provider/contract.ts';
import { extractMap, selectProperty } from '../../src/provider/property.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { type Answer, openScene as open, pem, registry, type Scene, secretOf, server, statusOf, withToken } from '../../test/support/kubernetes-scene.ts';

const never = new AbortController().signal;
const withAccount = { server, auth: { serviceAccount: { name: 'reader', audiences: ['https://api.example.com'] } } };

async function valueOf(scene: Scene, ref: { readonly metadata?: true } = {}): Promise<SecretBytes> {
  const [result] = await (await scene.connect()).read([{ key: 'a', ...ref }], never);
  if (result?.kind !== 'value') throw new Error(inspect(result));
  return result.value;
}

function text(value: SecretBytes | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value.reveal()).toString();
}

function told(result: ReadResult | undefined): string | undefined {
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result?.kind;
}

describe('the configuration', () => {
  function problemsOf(config: unknown): readonly string[] {
    const parsed = registry.parse({ kubernetes: config });
    return parsed.ok ? [] : parsed.errors.map(({ path, message }) => `${path}: ${message}`);
  }

  it.each([
    [withToken],
    [withAccount],
    [{ ...withToken, remoteNamespace: 'devnet' }],
    [{ server: { ...server, caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca.crt', namespace: 'x' } }, auth: { cert: { clientCert: { name: 'c', key: 'c' }, clientKey: { name: 'c', key: 'k' } } } }],
    [{ authRef: { name: 'kubeconfig', key: 'config' } }],
    [{ auth: withAccount.auth }],
  ])('takes %j', (config) => {
    expect(problemsOf(config)).toEqual([]);
  });

  it.each([
    [{ server }, 'spec.provider.kubernetes.auth: is needed where there is no authRef'],
    [{ server, auth: {} }, 'spec.provider.kubernetes.auth: must have exactly one of cert, token and serviceAccount'],
    [{ server, auth: { ...withToken.auth, ...withAccount.auth } }, 'spec.provider.kubernetes.auth: must have exactly one of cert, token and serviceAccount'],
    [{ ...withToken, server: { url: 'https://api.example.com' } }, 'spec.provider.kubernetes.server: needs caBundle or caProvider'],
    [{ ...withToken, server: { ...server, url: 'http://api.example.com' } }, 'spec.provider.kubernetes.server.url: must be an address like https://api.example.com:6443; credentials are sent over https only'],
    [{ ...withToken, server: { ...server, url: 'https://user:pw@api.example.com' } }, 'spec.provider.kubernetes.server.url: must be an address like https://api.example.com:6443; credentials are sent over https only'],
    [{ ...withToken, remoteNamespace: '../kube-system' }, 'spec.provider.kubernetes.remoteNamespace: must be the name of a namespace'],
  ])('refuses %j', (config, problem) => {
    expect(problemsOf(config)).toEqual([problem]);
  });

  it('names its credentials and its authority; inside the cluster, the one that every namespace has', () => {
    expect(registry.configure({ kubernetes: { auth: { serviceAccount: { name: 'reader', namespace: 'fixed' } } } }).credentials).toEqual([
      { kind: 'ServiceAccount', name: 'reader', namespace: 'fixed' },
      { kind: 'ConfigMap', name: 'kube-root-ca.crt', key: 'ca.crt', namespace: 'fixed' },
    ]);
    expect(registry.configure({ kubernetes: withToken }).credentials).toEqual([{ name: 'creds', key: 'token' }]);
  });
});

describe('reading', () => {
  it('asks the server of the store, as the account of the store', async () => {
    const scene = open(() => ({ status: 200, body: secretOf({ k: 'v' }) }));
    await (await scene.connect({ ...withToken, server: { ...server, url: 'api.example.com/prefix/' }, remoteNamespace: 'devnet' })).read([{ key: 'a' }], never);

    expect(scene.requests).toMatchObject([{ method: 'GET', url: 'https://api.example.com/prefix/api/v1/namespaces/devnet/secrets/a', headers: { authorization: 'Bearer bearer-token' }, tls: { ca: pem } }]);
  });

  it('gives a property by its exact key, else by a path in the JSON of a key; whole, the data as JSON', async () => {
    const scene = open(() => ({ status: 200, body: secretOf({ 'tls.crt': 'exact', tls: '{"crt": "nested", "list": [1, 2]}', binary: Uint8Array.of(0, 0xff), b: '<&\u2028>' }) }));
    const value = await valueOf(scene);

    expect(text(selectProperty(value, 'tls.crt', 'path-only'))).toBe('exact');
    expect(text(selectProperty(value, 'tls.list.1', 'path-only'))).toBe('2');
    expect(selectProperty(value, 'tls.other', 'path-only')).toBeUndefined();
    expect(selectProperty(value, 'nothing', 'path-only')).toBeUndefined();
    expect(() => selectProperty(value, 'binary.x', 'path-only')).toThrow('the value is not JSON');
    expect([...(selectProperty(value, 'binary', 'path-only')?.reveal() ?? [])]).toEqual([0, 0xff]);
    expect([...(extractMap(value).get('binary')?.reveal() ?? [])]).toEqual([0, 0xff]);
    expect(text(value)).toBe(String.raw`{"b":"<&\u2028>","binary":"\u0000` + '\ufffd' + String.raw`","tls":"{\"crt\": \"nested\", \"list\": [1, 2]}","tls.crt":"exact"}`);
  });

  it('gives labels and annotations, whatever dots their names have, and nothing of the data', async () => {
    const scene = open(() => ({ status: 200, body: secretOf({ k: 'canary' }, { labels: { 'app.kubernetes.io/name': 'rpc' }, annotations: { note: '{"by": "hand"}' } }) }));
    const value = await valueOf(scene, { metadata: true });

    expect(text(value)).toBe(String.raw`{"annotations":{"note":"{\"by\": \"hand\"}"},"labels":{"app.kubernetes.io/name":"rpc"}}`);
    expect(text(selectProperty(value, 'labels', 'path-only'))).toBe('{"app.kubernetes.io/name":"rpc"}');
    expect(text(selectProperty(value, 'labels.app.kubernetes.io/name', 'path-only'))).toBe('rpc');
    expect(text(selectProperty(value, 'annotations.note.by', 'path-only'))).toBe('hand');
  });

  it('asks once for one Secret, whatever is wanted of it, and refuses versions', async () => {
    const scene = open(() => ({ status: 200, body: secretOf({ k: 'v' }) }));
    const results = await (await scene.connect()).read([{ key: 'a' }, { key: 'a', metadata: true }, { key: 'a', version: '7' }], never);

    expect(results.map(told)).toEqual(['value', 'value', 'unsupported: version: the API server keeps one version of a Secret only']);
    expect(scene.requests).toHaveLength(1);
  });

  it.each(['..', '.', '', 'a/../../configmaps', 'A', 'a?x', 'a'.repeat(254)])('lets no key but a name into the path: %j', async (key) => {
    const scene = open(() => ({ status: 200, body: secretOf({}) }));

    expect(told((await (await scene.connect()).read([{ key }], never))[0])).toMatch(/^invalid: .* cannot be the name of a Secret/);
    expect(scene.requests).toEqual([]);
  });

  it.each([
    ['absent where Kubernetes says so', statusOf(404, 'NotFound'), 'absent'],
    ['unavailable where something else has no such page', { status: 404, body: 'not found' }, 'unavailable: the API server does not answer in JSON (HTTP 404)'],
    ['unavailable where something else has no such page in JSON', { status: 404, body: { error: 'nope' } }, 'unavailable: the API server does not answer as one of Kubernetes does (HTTP 404)'],
    ['denied without rights', statusOf(403, 'Forbidden'), "denied: the API server does not let the store's account get Secret default/a (HTTP 403)"],
    ['denied without an identity', statusOf(401, 'Unauthorized'), 'denied: the API server refuses the credentials (HTTP 401); check the credentials of the store'],
    ['throttled, for as long as it is told', { ...statusOf(429, 'TooManyRequests'), headers: { 'retry-after': '3' } }, 'throttled: the API server asks to slow down (HTTP 429)'],
    ['unavailable in trouble', statusOf(503, 'ServiceUnavailable'), 'unavailable: the API server is not available (HTTP 503)'],
    ['unavailable for what is no Secret', { status: 200, body: { kind: 'Pod', metadata: {}, data: 'canary' } }, 'unavailable: the API server answers with something that is no Secret'],
    ['unavailable without a connection', new HttpError('unreachable', 'api.example.com cannot be reached'), 'unavailable: the API server: api.example.com cannot be reached'],
    ['invalid for an address that must not be asked', new HttpError('address', '169.254.169.254 must not be asked'), 'invalid: the API server: 169.254.169.254 must not be asked'],
  ])('is %s', async (_, answer, expected) => {
    const scene = open(() => answer);
    const [result] = await (await scene.connect()).read([{ key: 'a' }], never);

    expect(told(result)).toBe(expected);
    expect(result?.kind === 'error' ? result.error.retryAfter : undefined).toBe(expected.startsWith('throttled') ? 3000 : undefined);
  });
});

describe('the token of a service account', () => {
  function jwt(seconds: number): SecretBytes {
    return SecretBytes.fromUtf8(`h.${Buffer.from(JSON.stringify({ iat: 1000, exp: 1000 + seconds })).toString('base64url')}.s`);
  }

  it('is used again until it is nearly over, by its own words', async () => {
    const clock = createFakeClock();
    let asked = 0;
    const token = async (): Promise<SecretBytes> => {
      asked += 1;
      return jwt(600);
    };
    const client = await open(() => ({ status: 200, body: secretOf({}) })).connect(withAccount, { clock, serviceAccountToken: token });
    for (const wait of [0, 470_000, 20_000, 0]) {
      await clock.advance(wait);
      await client.read([{ key: 'a' }], never);
    }

    expect(asked).toBe(2);
  });

  it('is asked for anew, once, where the server refuses it', async () => {
    let asked = 0;
    const token = async (): Promise<SecretBytes> => {
      asked += 1;
      return SecretBytes.fromUtf8(`token-${asked}`);
    };
    const scene = open(({ headers }) => (headers?.['authorization'] === 'Bearer token-2' ? { status: 200, body: secretOf({}) } : statusOf(401, 'Unauthorized')));
    const client = await scene.connect(withAccount, { serviceAccountToken: token });

    expect(told((await client.read([{ key: 'a' }], never))[0])).toBe('value');
    expect(scene.requests.map(({ headers }) => headers?.['authorization'])).toEqual(['Bearer token-1', 'Bearer token-2']);
  });
});

describe('a server that is not the own one', () => {
  const account = { serviceAccount: { name: 'reader' } };
  const host = new Map([['KUBERNETES_SERVICE_HOST', '10.96.0.1']]);

  it.each([
    ['https://api.example.com', new Map<string, string>()],
    ['https://kubernetes.default.example.com', host],
    ['https://10.96.0.2', host],
  ])('%s gets no token of this cluster that names no audience', async (url, environment) => {
    const scene = open(() => ({ status: 200, body: secretOf({}) }));

    await expect(scene.connect({ server: { ...server, url }, auth: account }, { environment })).rejects.toMatchObject({ kind: 'invalid', message: expect.stringMatching(/^auth\.serviceAccount\.audiences is needed/) });
    await expect(scene.connect({ server: { ...server, url }, auth: { serviceAccount: { name: 'reader', audiences: [] } } }, { environment })).rejects.toMatchObject({ kind: 'invalid' });
  });

  it.each(['https://kubernetes.default', 'kubernetes.default.svc:443', 'https://10.96.0.1:443'])('%s is the own one, which gets what it gives', async (url) => {
    const scene = open(() => ({ status: 200, body: secretOf({}) }));
    const client = await scene.connect({ server: { ...server, url }, auth: account }, { environment: host, serviceAccountToken: async () => SecretBytes.fromUtf8('token') });

    expect(told((await client.read([{ key: 'a' }], never))[0])).toBe('value');
  });
});

describe('a kubeconfig', () => {
  const config = (cluster: object, user: object): object => ({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'there',
    contexts: [{ name: 'there', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://other.example.com', 'certificate-authority-data': server.caBundle, ...cluster } }],
    users: [{ name: 'u', user }],
  });
  const connect = (scene: Scene, kubeconfig: unknown) => scene.connect({ authRef: { name: 'k', key: 'config' } }, { secret: async () => SecretBytes.fromUtf8(typeof kubeconfig === 'string' ? kubeconfig : JSON.stringify(kubeconfig)) });

  it('says where the server is and who asks', async () => {
    const scene = open(() => ({ status: 200, body: secretOf({}) }));
    await (await connect(scene, config({}, { token: 'canary' }))).read([{ key: 'a' }], never);

    expect(scene.requests).toMatchObject([{ url: 'https://other.example.com/api/v1/namespaces/default/secrets/a', headers: { authorization: 'Bearer canary' }, tls: { ca: pem } }]);
  });

  it.each([
    ['a program to run', config({}, { token: 'canary', exec: { command: 'sh' } }), 'its user uses exec, which is not supported'],
    ["a file of the controller's", config({}, { tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token', token: 'canary' }), 'its user uses tokenFile, which is not supported'],
    ['a connection that nobody checks', config({ 'insecure-skip-tls-verify': true }, { token: 'canary' }), 'its cluster uses insecure-skip-tls-verify, which is not supported'],
    ['plain text', config({ server: 'http://other.example.com' }, { token: 'canary' }), 'its server must begin with https://: credentials are sent over https only'],
    ['nobody', config({}, {}), 'its user has neither a token nor a client certificate with its key'],
    ['a context that is not there', { ...config({}, {}), 'current-context': 'elsewhere' }, 'it has no context of the name that current-context says'],
    ['what is no kubeconfig', { canary: true }, 'current-context is not as in a kubeconfig'],
    ['what is no YAML', '{"canary"', 'it is not YAML'],
    ['more than a kubeconfig has', `${' '.repeat(64 * 1024)}canary`, 'it has more than 64 KiB'],
  ])('with %s is refused, and not quoted', async (_, kubeconfig, why) => {
    const error: unknown = await connect(open(() => ({ status: 200 })), kubeconfig).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );

    expect(error).toMatchObject({ kind: 'invalid', message: `the kubeconfig that authRef names cannot be used: ${why}` });
    expect(inspect(error)).not.toContain('canary');
  });
});

describe('finding', () => {
  const page = (names: readonly string[], next = ''): Answer => ({ status: 200, body: { metadata: { continue: next }, items: names.map((name) => secretOf({ k: name }, { name })) } });

  it('goes on where a page ends, with the labels as a selector', async () => {
    const scene = open((_, count) => (count === 1 ? page(['a', 'b'], 'more+/=') : page(['c'])));
    const found = await (await scene.connect()).find?.({ tags: { 'example.com/team': 'chain', net: '' } }, never);

    expect(found?.map(({ key, value }) => `${key} ${text(value) ?? ''}`)).toEqual(['a {"k":"a"}', 'b {"k":"b"}', 'c {"k":"c"}']);
    expect(scene.requests.map(({ url }) => Object.fromEntries(new URL(url).searchParams))).toEqual([
      { limit: '50', labelSelector: 'example.com/team=chain,net=' },
      { limit: '50', labelSelector: 'example.com/team=chain,net=', continue: 'more+/=' },
    ]);
  });

  it('begins anew where its list has become too old, a few times', async () => {
    const once = open((_, count) => (count === 1 ? page(['a'], 'more') : count === 2 ? statusOf(410, 'Expired') : page(['a', 'b'])));
    expect((await (await once.connect()).find?.({}, never))?.map(({ key }) => key)).toEqual(['a', 'b']);
    const always = await open((_, count) => (count % 2 === 1 ? page(['a'], 'more') : statusOf(410, 'Expired'))).connect();

    await expect(always.find?.({}, never)).rejects.toThrow('too old');
  });

  const large = (name: string, megabytes: number): object => secretOf({ k: 'x'.repeat(megabytes * 1024 * 1024) }, { name });

  it('asks for fewer at once where many are too large together, and gives up where a few are', async () => {
    const tooLarge = new HttpError('too-large', 'api.example.com answers with more than 8388608 bytes');
    const some = open(({ url }) => (new URL(url).searchParams.get('limit') === '50' ? tooLarge : page(['a'])));
    const none = open(() => tooLarge);

    expect((await (await some.connect()).find?.({}, never))?.map(({ key }) => key)).toEqual(['a']);
    expect(some.requests.map(({ url, largestAnswer }) => [new URL(url).searchParams.get('limit'), largestAnswer])).toEqual([['50', 8 * 1024 * 1024], ['5', 8 * 1024 * 1024]]);
    await expect((await none.connect()).find?.({}, never)).rejects.toMatchObject({ kind: 'invalid', message: 'the API server: api.example.com answers with more than 8388608 bytes' });
  });

  it('reads no more than 32 MiB for one search, found or not', async () => {
    const scene = open(() => ({ status: 200, body: { metadata: { continue: 'more' }, items: [large('a', 5)] } }));

    await expect((await scene.connect()).find?.({ name: { source: 'b', matches: (name) => name === 'b' } }, never)).rejects.toMatchObject({ kind: 'invalid', message: 'the search reads more than 32 MiB of Secrets; narrow it by find.tags' });
    expect(scene.requests).toHaveLength(5);
  });

  it('lets nothing into the selector that is no label', async () => {
    const scene = open(() => page([]));

    await expect((await scene.connect()).find?.({ tags: { team: 'chain,net!=main' } }, never)).rejects.toMatchObject({ kind: 'invalid' });
    expect(scene.requests).toEqual([]);
  });
});

describe('validating', () => {
  const access = (allowed: boolean): Answer => ({ status: 201, body: { status: { allowed } } });
  const rules = (...resourceRules: object[]): Answer => ({ status: 201, body: { status: { resourceRules, incomplete: false } } });
  const forAccess = ({ url }: HttpRequest): boolean => url.endsWith('selfsubjectaccessreviews');

  it('is content with an account that may get Secrets, all or some', async () => {
    const all = open(() => access(true));
    const some = open((request) => (forAccess(request) ? access(false) : rules({ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['a'] })));

    expect(await (await all.connect()).validate?.(never)).toBe('valid');
    expect(await (await some.connect()).validate?.(never)).toBe('valid');
    expect(JSON.parse(String(all.requests[0]?.body))).toMatchObject({ spec: { resourceAttributes: { resource: 'secrets', namespace: 'default', verb: 'get' } } });
  });

  it('says denied of one that may not', async () => {
    const scene = open((request) => (forAccess(request) ? access(false) : rules({ verbs: ['list'], apiGroups: [''], resources: ['secrets'] }, { verbs: ['get'], apiGroups: ['apps'], resources: ['*'] })));

    await expect((await scene.connect()).validate?.(never)).rejects.toMatchObject({ kind: 'denied', message: "the store's account may not get Secrets of namespace default" });
  });
});
