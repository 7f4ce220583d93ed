import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpClient } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { OwnMeans, ProviderClient, ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { InfisicalServer } from '../../test/support/infisical-server.ts';
import { infisicalToken, startInfisicalServer } from '../../test/support/infisical-server.ts';
import { serviceContext } from '../../test/support/service-context.ts';
import { infisical } from './index.ts';

const never = new AbortController().signal;
const registry = createRegistry([erase(infisical)]);
const secretsScope = { projectSlug: 'chain', environmentSlug: 'dev' };
const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (passphrase?: string): string => key.privateKey.export({ type: 'pkcs8', format: 'pem', ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }) }).toString();

const secrets = {
  creds: {
    clientId: 'client-id-of-the-test\n',
    clientSecret: 'client-secret-of-the-test\n',
    identity: 'identity-of-the-test',
    jwt: 'jwt-of-the-test\n',
    user: 'user',
    password: ' password of the test ',
    token: infisicalToken,
    wrong: 'canary-wrong',
  },
  oci: { key: pem(), locked: pem('canary-passphrase'), passphrase: 'canary-passphrase', user: 'ocid1.user.oc1..a', tenancy: 'tenancy', fingerprint: 'aa:bb', region: 'eu-frankfurt-1' },
};

const of = (name: string): object => ({ name: 'creds', key: name });
const ofOci = (name: string): object => ({ name: 'oci', key: name });
const ociAuth = { identityId: of('identity'), privateKey: ofOci('key'), fingerprint: ofOci('fingerprint'), userId: ofOci('user'), tenancyId: ofOci('tenancy'), region: ofOci('region') };
const universal = { universalAuthCredentials: { clientId: of('clientId'), clientSecret: of('clientSecret') } };

/** A Pod on a node of any cloud. */
const own: OwnMeans = {
  file: (path) => (path === '/var/run/secrets/kubernetes.io/serviceaccount/token' ? Promise.resolve(SecretBytes.fromUtf8('token-of-the-cluster\n')) : Promise.reject(new ProviderError('invalid', 'there is no such file'))),
  http: metadata,
};

function metadata({ url, headers = {} }: Parameters<HttpClient>[0]): ReturnType<HttpClient> {
  const { host, searchParams } = new URL(url);
  const text = (): string => {
    if (host === '169.254.169.254' && headers['metadata'] === 'true') return JSON.stringify({ access_token: searchParams.get('resource') === 'https://management.azure.com/' ? 'token-of-azure' : 'token-for-another' });
    if (host === 'metadata.google.internal' && headers['metadata-flavor'] === 'Google' && searchParams.get('audience') === 'identity-of-the-test') return 'token.of.google';
    return '<html>canary</html>';
  };
  return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(text()) });
}

let server: InfisicalServer;
let closes: (() => Promise<void>)[];

beforeEach(async () => {
  server = await startInfisicalServer({ ociKey: key.publicKey });
  server.set('a', 'v');
  closes = [server.close];
});

afterEach(async () => {
  for (const close of closes) await close();
});

async function connect(auth: object, more: Partial<ProviderContext> = {}, scope: object = {}): Promise<ProviderClient> {
  const { context, close } = serviceContext({ secrets, more });
  closes.push(close);
  return registry.configure({ infisical: { hostAPI: server.url, auth, secretsScope: { ...secretsScope, ...scope } } }).connect(context, never);
}

async function readKind(client: ProviderClient): Promise<unknown> {
  const [result] = await client.read([{ key: 'a' }], never);
  expect(inspect(result, { depth: 9, showHidden: true })).not.toContain('canary');
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result?.kind;
}

describe('logging in', () => {
  it.each([
    ['universalAuthCredentials', universal],
    ['jwtAuthCredentials', { jwtAuthCredentials: { identityId: of('identity'), jwt: of('jwt') } }],
    ['ldapAuthCredentials', { ldapAuthCredentials: { identityId: of('identity'), ldapUsername: of('user'), ldapPassword: of('password') } }],
    ['ociAuthCredentials', { ociAuthCredentials: ociAuth }],
    ['ociAuthCredentials with a passphrase', { ociAuthCredentials: { ...ociAuth, privateKey: ofOci('locked'), privateKeyPassphrase: ofOci('passphrase') } }],
    ['azureAuthCredentials', { azureAuthCredentials: { identityId: of('identity') } }],
    ['gcpIdTokenAuthCredentials', { gcpIdTokenAuthCredentials: { identityId: of('identity') } }],
    ['kubernetesAuthCredentials', { kubernetesAuthCredentials: { identityId: of('identity') } }],
    ['tokenAuthCredentials', { tokenAuthCredentials: { accessToken: of('token') } }],
  ])('works with %s', async (_, auth) => {
    await using client = await connect(auth, { own, store: { scope: 'cluster' } });

    expect(await readKind(client)).toBe('value');
    expect(server.logins).toHaveLength('tokenAuthCredentials' in auth ? 0 : 1);
  });

  it.each([
    ['universalAuthCredentials', { universalAuthCredentials: { clientId: of('clientId'), clientSecret: of('wrong') } }],
    ['jwtAuthCredentials', { jwtAuthCredentials: { identityId: of('identity'), jwt: of('wrong') } }],
    ['ociAuthCredentials', { ociAuthCredentials: { ...ociAuth, fingerprint: of('user') } }],
    ['azureAuthCredentials', { azureAuthCredentials: { identityId: of('identity'), resource: of('user') } }],
  ])('is denied where %s are refused, and says which', async (field, auth) => {
    await using client = await connect(auth, { own, store: { scope: 'cluster' } });

    expect(await readKind(client)).toBe(`denied: Infisical refuses to log in (HTTP 401); check auth.${field}`);
  });

  it('says of a key that cannot sign, and of parts that are none, that they are wrong', async () => {
    await using locked = await connect({ ociAuthCredentials: { ...ociAuth, privateKey: ofOci('locked') } });
    await using strange = await connect({ ociAuthCredentials: { ...ociAuth, region: of('password') } });

    expect(await readKind(locked)).toMatch(/^invalid: auth\.ociAuthCredentials\.privateKey/);
    expect(await readKind(strange)).toMatch(/^invalid: auth\.ociAuthCredentials: /);
  });

  it('takes the first of several methods', async () => {
    await using client = await connect({ tokenAuthCredentials: { accessToken: of('wrong') }, jwtAuthCredentials: { identityId: of('identity'), jwt: of('wrong') }, ...universal });

    expect(await readKind(client)).toBe('value');
    expect(registry.configure({ infisical: { auth: { kubernetesAuthCredentials: { identityId: of('identity') }, ...universal }, secretsScope } })).toMatchObject({ usesOwnIdentity: false, credentials: [of('clientId'), of('clientSecret')] });
  });

  it('names the organization where the store does', async () => {
    await using client = await connect(universal, {}, { organizationSlug: 'acme' });
    await readKind(client);

    expect(server.logins).toMatchObject([{ organizationSlug: 'acme' }]);
  });

  it('happens once for many calls, and again before the token ends', async () => {
    const clock = createFakeClock();
    await using client = await connect(universal, { clock });
    await Promise.all([readKind(client), readKind(client), readKind(client)]);
    await clock.advance(5_700_000);
    await readKind(client);
    expect(server.logins).toHaveLength(1);
    await clock.advance(100_000);
    expect(await readKind(client)).toBe('value');
    await expect.poll(() => server.logins.length).toBe(2);
  });

  it('is not tried for every read where it was refused: nobody is locked out', async () => {
    const clock = createFakeClock();
    await using client = await connect({ ldapAuthCredentials: { identityId: of('identity'), ldapUsername: of('user'), ldapPassword: of('wrong') } }, { clock });
    const logins = (): number => server.seen.filter((line) => line.startsWith('POST /v1/auth/ldap-auth/login')).length;
    for (let reads = 0; reads < 10; reads += 1) expect(await readKind(client)).toMatch(/^denied: /);
    expect(logins()).toBe(1);
    await clock.advance(10_000);
    await readKind(client);

    expect(logins()).toBe(2);
  });

  it('happens again, once, after the token was taken back', async () => {
    await using client = await connect(universal);
    await readKind(client);
    server.revokeAll();

    expect(await readKind(client)).toBe('value');
    expect(server.logins).toHaveLength(2);
  });

  it('is undone when nobody uses the client any more, but for a token that was there before', async () => {
    const client = await connect(universal);
    await readKind(client);
    await client[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
    expect(server.seen.filter((line) => line === 'POST /v1/auth/token/revoke')).toHaveLength(1);

    const given = await connect({ tokenAuthCredentials: { accessToken: of('token') } });
    await readKind(given);
    await given[Symbol.asyncDispose]();
    expect(server.seen.filter((line) => line === 'POST /v1/auth/token/revoke')).toHaveLength(1);
  });
});

describe("Prelude's own identity", () => {
  it.each(['azureAuthCredentials', 'gcpIdTokenAuthCredentials', 'kubernetesAuthCredentials'])('is said to be used by %s, and is needed there', async (method) => {
    const auth = { [method]: { identityId: of('identity') } };
    expect(registry.configure({ infisical: { auth, secretsScope } }).usesOwnIdentity).toBe(true);
    await using client = await connect(auth);

    expect(await readKind(client)).toMatch(/^denied: the store logs in as Prelude itself/);
  });

  it.each(['azureAuthCredentials', 'gcpIdTokenAuthCredentials', 'kubernetesAuthCredentials'])('is not proved to the host that a SecretStore names, by %s', async (method) => {
    const used: string[] = [];
    const watched: OwnMeans = { file: (path) => (used.push(path), own.file(path)), http: (request, signal) => (used.push(request.url), own.http(request, signal)) };
    await using client = await connect({ [method]: { identityId: of('identity') } }, { own: watched, store: { scope: 'namespaced' } });

    expect(await readKind(client)).toMatch(/^denied: a SecretStore may not log in as Prelude itself, .*use a ClusterSecretStore$/);
    expect([used, server.seen]).toEqual([[], []]);
  });

  it('says nothing of what a metadata service answers that gives no token', async () => {
    const strange: OwnMeans = { file: own.file, http: () => Promise.resolve({ status: 200, headers: {}, body: Buffer.from('<html>canary</html>') }) };
    for (const method of ['azureAuthCredentials', 'gcpIdTokenAuthCredentials']) {
      await using client = await connect({ [method]: { identityId: of('identity') } }, { own: strange, store: { scope: 'cluster' } });
      expect(await readKind(client)).toMatch(/^unavailable: .*metadata service/);
    }
  });
});

describe('a configuration', () => {
  it.each([
    [{ auth: {}, secretsScope }, 'names no method'],
    [{ auth: { awsAuthCredentials: { identityId: of('identity') } }, secretsScope }, 'auth.awsAuthCredentials'],
    [{ auth: { gcpIamAuthCredentials: { identityId: of('identity'), serviceAccountKeyFilePath: of('token') } }, secretsScope }, 'auth.gcpIamAuthCredentials'],
    [{ auth: { kubernetesAuthCredentials: { identityId: of('identity'), serviceAccountTokenPath: of('token') } }, secretsScope }, 'auth.kubernetesAuthCredentials.serviceAccountTokenPath'],
    [{ auth: universal, secretsScope: { ...secretsScope, secretsPath: 'team' } }, 'must be a path'],
    [{ auth: universal, secretsScope: { ...secretsScope, secretsPath: '/a/../b' } }, 'must not hold'],
    [{ auth: universal, secretsScope: { ...secretsScope, projectSlug: '' } }, 'projectSlug'],
  ])('is refused where it is wrong: %j', (config, says) => {
    const parsed = registry.parse({ infisical: config });

    expect(parsed.ok ? 'it was taken' : JSON.stringify(parsed.errors)).toContain(says);
  });
});
