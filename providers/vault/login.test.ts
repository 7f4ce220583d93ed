import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { HttpClient, HttpRequest } from '../../src/lib/http.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { createAuthority } from '../../test/support/certificate.ts';
import { connectVault, secretsOf, storeInVault, vaultAdmin } from '../../test/support/vault-bench.ts';
import type { VaultServer } from '../../test/support/vault-server.ts';
import { startVaultServer, vaultLogins } from '../../test/support/vault-server.ts';
import { openBao, vault } from './index.ts';

const never = new AbortController().signal;
const http = createHttpClient({ clock: systemClock, allowLoopback: true });
const registry = createRegistry([erase(vault), erase(openBao)]);
const google = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
const googleKey = JSON.stringify({ type: 'service_account', client_email: 'app@acme.iam.gserviceaccount.com', private_key: google.privateKey, private_key_id: 'k1' });
const secrets = { ...vaultLogins, jwt: 'jwt-of-the-secret\n', wrong: 'wrong', googleKey };
const key = (name: string): object => ({ name: 'vault', key: name });

let server: VaultServer;

beforeEach(async () => {
  server = await startVaultServer({ jwts: ['jwt-of-the-secret', 'token-of-app', 'own-token', 'word-of-the-machine'], googleKey: google.publicKey });
  await storeInVault(vaultAdmin(server.url, vaultLogins.token), { mount: 'secret', version: 'v2', key: 'a' }, { k: 'v' });
});

afterEach(() => server.close());
afterAll(() => http.close());

/** Files of Prelude's pod, and what its surroundings answer. */
function ownMeans(files: Readonly<Record<string, string>>, answer: HttpClient = () => Promise.reject(new Error('nobody is asked'))): NonNullable<ProviderContext['own']> {
  return { file: (path) => (files[path] === undefined ? Promise.reject(new Error(`no file ${path}`)) : Promise.resolve(SecretBytes.fromUtf8(files[path]))), http: answer };
}

const accounts = {
  serviceAccountToken: ({ name }: { readonly name: string }) => Promise.resolve(SecretBytes.fromUtf8(`token-of-${name}`)),
  serviceAccountAnnotations: ({ name }: { readonly name: string }) => Promise.resolve<Readonly<Record<string, string>>>(name === 'app' ? { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/app' } : {}),
};

/** `value`, or how reading fails with this way of logging in. */
async function readWith(auth: object, context: Partial<ProviderContext> = {}, config: object = {}): Promise<string | undefined> {
  await using client = await connectVault({ server: server.url, path: 'secret', auth, ...config }, { http: http.request, secret: secretsOf(secrets), ...accounts, ...context });
  const [result] = await client.read([{ key: 'a' }], never);
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result?.kind;
}

const iamKeys = { accessKeyIDSecretRef: key('accessKeyId'), secretAccessKeySecretRef: key('secretAccessKey') };
const iam = { vaultRole: 'reader', region: 'eu-central-1', vaultAwsIamServerID: vaultLogins.serverId };

describe('logging in to Vault', () => {
  it.each([
    ['appRole', { appRole: { roleRef: key('roleId'), secretRef: key('secretId') } }, { appRole: { roleId: 'other', secretRef: key('secretId') } }],
    ['kubernetes, by a service account', { kubernetes: { role: 'reader', serviceAccountRef: { name: 'app' } } }, { kubernetes: { role: 'reader', serviceAccountRef: { name: 'other' } } }],
    ['kubernetes, by a Secret', { kubernetes: { role: 'reader', secretRef: key('jwt') } }, { kubernetes: { role: 'writer', secretRef: key('jwt') } }],
    ['ldap', { ldap: { username: 'user', secretRef: key('password') } }, { ldap: { username: 'user', secretRef: key('wrong') } }],
    ['userPass', { userPass: { username: 'user', secretRef: key('password') } }, { userPass: { username: 'other', secretRef: key('password') } }],
    ['jwt', { jwt: { secretRef: key('jwt') } }, { jwt: { secretRef: key('wrong') } }],
    ['jwt, by a service account', { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: 'app' } } } }, { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: 'other' } } } }],
    ['iam', { iam: { ...iam, secretRef: iamKeys } }, { iam: { ...iam, secretRef: { ...iamKeys, secretAccessKeySecretRef: key('wrong') } } }],
    ['iam, for this Vault alone', { iam: { ...iam, secretRef: iamKeys } }, { iam: { ...iam, vaultAwsIamServerID: 'another', secretRef: iamKeys } }],
    ['gcp', { gcp: { role: 'reader', secretRef: { secretAccessKeySecretRef: key('googleKey') } } }, { gcp: { role: 'writer', secretRef: { secretAccessKeySecretRef: key('googleKey') } } }],
  ])('works with %s, and is denied with another', async (_, good, bad) => {
    expect(await readWith(good)).toBe('value');
    expect(await readWith(bad)).toMatch(/^denied: Vault refuses to log in \(HTTP 40[03]\); check auth\.[a-zA-Z]+$/);
  });

  it('works with a certificate', async () => {
    await server.close();
    const authority = createAuthority('vault');
    server = await startVaultServer({ tls: { ca: authority.cert, ...authority.issue({ commonName: 'server', hosts: ['127.0.0.1'] }) } });
    const client = authority.issue({ commonName: 'client' });
    const secret = secretsOf({ cert: client.cert, key: client.key });
    const auth = { cert: { clientCert: key('cert'), secretRef: key('key') } };

    expect(await readWith(auth, { secret }, { caBundle: btoa(authority.cert) })).toBe('absent');
    expect(await readWith(auth, { secret })).toMatch(/^unavailable: Vault: /);
  });

  it('says what is wrong with keys that can be none', async () => {
    expect(await readWith({ iam: { ...iam, secretRef: iamKeys } }, { secret: secretsOf({ accessKeyId: 'a b' }) })).toBe('invalid: an access key that auth.iam.secretRef names is empty, or not plain text without spaces');
    expect(await readWith({ gcp: { role: 'reader', secretRef: { secretAccessKeySecretRef: key('wrong') } } })).toMatch(/^invalid: the Secret that auth\.gcp\.secretRef names holds no key/);
    const rotten = secretsOf({ googleKey: JSON.stringify({ type: 'service_account', client_email: 'a', private_key: 'canary' }) });
    expect(await readWith({ gcp: { role: 'reader', secretRef: { secretAccessKeySecretRef: key('googleKey') } } }, { secret: rotten })).toBe('invalid: private_key of the Secret that auth.gcp.secretRef names: it holds no RSA private key in PEM, or one of more than 4096 bits');
  });
});

/** AWS STS: it gives keys to who shows a token, or has signed, and writes down what it was asked. */
function startSts(asked: HttpRequest[], status = 200): HttpClient {
  const keys = `<AssumeRoleResponse><Credentials><AccessKeyId>${vaultLogins.accessKeyId}</AccessKeyId><SecretAccessKey>${vaultLogins.secretAccessKey}</SecretAccessKey>\n<SessionToken>token/+=</SessionToken></Credentials></AssumeRoleResponse>`;
  return (request, signal) => {
    if (!request.url.includes('amazonaws.com')) return http.request(request, signal);
    asked.push(request);
    return Promise.resolve({ status, headers: {}, body: Buffer.from(keys) });
  };
}

function formOf({ body }: HttpRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(String(body)));
}

describe('keys of AWS', () => {
  it('come from a service account, whose token AWS takes for its role', async () => {
    const asked: HttpRequest[] = [];
    const auth = { iam: { ...iam, jwt: { serviceAccountRef: { name: 'app' } } } };

    expect(await readWith(auth, { http: startSts(asked) })).toBe('value');
    expect(asked.map(({ url }) => url)).toEqual(['https://sts.eu-central-1.amazonaws.com/']);
    expect(asked.map(formOf)).toEqual([{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: 'arn:aws:iam::1:role/app', RoleSessionName: 'external-secrets-provider-vault', WebIdentityToken: 'token-of-app' }]);
    expect(asked[0]?.headers).not.toHaveProperty('authorization');
    expect(await readWith({ iam: { ...iam, jwt: { serviceAccountRef: { name: 'other' } } } })).toBe('invalid: ServiceAccount other has no annotation eks.amazonaws.com/role-arn');
    expect(await readWith(auth, { http: startSts([], 400) })).toBe('denied: AWS STS refuses the credentials (HTTP 400); check auth.iam.jwt, and whether the role trusts the service account');
    expect(await readWith(auth, { http: startSts([], 500) })).toBe('unavailable: AWS STS is not available (HTTP 500)');
  });

  it('are those of a role that the first assume, if one is named', async () => {
    const asked: HttpRequest[] = [];
    const auth = { iam: { ...iam, role: 'arn:aws:iam::1:role/vault', externalID: 'x-1', secretRef: iamKeys } };

    expect(await readWith(auth, { http: startSts(asked) })).toBe('value');
    expect(asked.map(formOf)).toEqual([{ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: 'arn:aws:iam::1:role/vault', RoleSessionName: 'external-secrets-provider-vault', ExternalId: 'x-1' }]);
    expect(asked[0]?.headers?.['authorization']).toContain(`Credential=${vaultLogins.accessKeyId}/`);
  });

  it("are Prelude's own where none are named: by IRSA, or by EKS Pod Identity", async () => {
    const asked: HttpRequest[] = [];
    const irsa = new Map([['AWS_WEB_IDENTITY_TOKEN_FILE', '/irsa/token'], ['AWS_ROLE_ARN', 'arn:aws:iam::1:role/prelude']]);
    expect(await readWith({ iam }, { http: startSts(asked), environment: irsa, store: { scope: 'cluster' }, own: ownMeans({ '/irsa/token': 'own-jwt\n' }) })).toBe('value');
    expect(asked.map(formOf)).toMatchObject([{ RoleArn: 'arn:aws:iam::1:role/prelude', WebIdentityToken: 'own-jwt' }]);

    const agent: HttpClient = async ({ url, headers }) => {
      expect([url, headers]).toEqual(['http://169.254.170.23/v1/credentials', { authorization: 'pod-token' }]);
      return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ AccessKeyId: vaultLogins.accessKeyId, SecretAccessKey: vaultLogins.secretAccessKey, Token: 't' })) };
    };
    const pod = new Map([['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://169.254.170.23/v1/credentials'], ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', '/pod/token']]);
    expect(await readWith({ iam }, { environment: pod, store: { scope: 'cluster' }, own: ownMeans({ '/pod/token': 'pod-token' }, agent) })).toBe('value');
    expect(await readWith({ iam }, { store: { scope: 'cluster' }, own: ownMeans({}) })).toMatch(/^invalid: Prelude has no identity at AWS: /);
    expect(await readWith({ iam })).toBe('invalid: auth.iam needs jwt or secretRef');
  });
});

describe("Prelude's own identity", () => {
  it('is its service account, from its own pod', async () => {
    const own = ownMeans({ '/var/run/secrets/kubernetes.io/serviceaccount/token': 'own-token\n' });

    expect(await readWith({ kubernetes: { role: 'reader' } }, { own, store: { scope: 'cluster' } })).toBe('value');
    expect(await readWith({ kubernetes: { role: 'reader' } })).toBe('invalid: auth.kubernetes needs serviceAccountRef or secretRef');
  });

  it('is what Google says of the machine', async () => {
    const metadata: HttpClient = async ({ url, headers }) => {
      expect(url).toBe('http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity?audience=http%3A%2F%2Fvault%2Freader&format=full');
      expect(headers).toEqual({ 'metadata-flavor': 'Google' });
      return { status: 200, headers: {}, body: Buffer.from('word-of-the-machine\n') };
    };

    expect(await readWith({ gcp: { role: 'reader' } }, { store: { scope: 'cluster' }, own: ownMeans({}, metadata) })).toBe('value');
  });

  it.each([
    ['kubernetes', { kubernetes: { role: 'reader' } }, 'auth.kubernetes.serviceAccountRef'],
    ['iam', { iam }, 'auth.iam.jwt'],
    ['gcp', { gcp: { role: 'reader' } }, 'auth.gcp.secretRef'],
  ])('is not proved to the host that a SecretStore names, by %s', async (_, auth, instead) => {
    const used: string[] = [];
    const own: ProviderContext['own'] = {
      file: (path) => Promise.resolve(SecretBytes.fromUtf8(`${used.push(path)}`)),
      http: ({ url }) => Promise.resolve({ status: 200, headers: {}, body: Buffer.from(`${used.push(url)}`) }),
    };
    const environment = new Map([['AWS_WEB_IDENTITY_TOKEN_FILE', '/irsa/token'], ['AWS_ROLE_ARN', 'arn:aws:iam::1:role/prelude']]);
    const message = `denied: a SecretStore may not log in as Prelude itself, --allow-own-identity or not: that would be proved to whoever the store names; name ${instead}, or use a ClusterSecretStore`;

    expect(await readWith(auth, { own, environment, store: { scope: 'namespaced' } })).toBe(message);
    expect(await readWith(auth, { own, environment })).toBe(message);
    expect([used, server.seen.filter((line) => line.includes('login'))]).toEqual([[], []]);
  });

  it.each([
    [{ kubernetes: { role: 'r' } }, true],
    [{ kubernetes: { role: 'r', serviceAccountRef: { name: 'a' } } }, false],
    [{ kubernetes: { role: 'r', secretRef: { name: 'a' } } }, false],
    [{ iam: { vaultRole: 'r' } }, true],
    [{ iam: { vaultRole: 'r', secretRef: iamKeys } }, false],
    [{ gcp: { role: 'r' } }, true],
    [{ gcp: { role: 'r', secretRef: { secretAccessKeySecretRef: key('k') } } }, false],
    // another method counts
    [{ appRole: { roleId: 'x', secretRef: key('k') }, iam: { vaultRole: 'r' } }, false],
    [{ kubernetes: { role: 'r' }, gcp: { role: 'r', secretRef: { secretAccessKeySecretRef: key('k') } } }, true],
  ])('is used or not by %j', (auth, isOwn) => {
    expect(registry.configure({ vault: { server: server.url, auth } }).usesOwnIdentity).toBe(isOwn);
  });
});

describe('the configuration', () => {
  function problemsOf(config: object, id: 'vault' | 'openBao' = 'vault'): readonly string[] {
    const parsed = registry.parse({ [id]: { server: 'https://vault.example.com:8200', ...config } });
    return parsed.ok ? [] : parsed.errors.map(({ path, message }) => `${path.replace('spec.provider.', '')}: ${message}`);
  }

  const token = { tokenSecretRef: key('token') };

  it.each([
    [{ server: 'vault.example.com' }, 'vault.server: must be a URL like https://vault.example.com:8200'],
    [{ version: 'v3' }, 'vault.version: must be one of "v1", "v2"'],
    [{ auth: {} }, 'vault.auth: names no method: tokenSecretRef, appRole, kubernetes, ldap, userPass, jwt, cert, iam or gcp'],
    [{ tls: { certSecretRef: { name: 'x' } } }, 'vault.tls: needs both certSecretRef and keySecretRef'],
    [{ headers: { Host: 'other.example' } }, 'vault.headers.Host: is said by the connection itself; remove it'],
    [{ headers: { 'transfer-encoding': 'chunked' } }, 'vault.headers.transfer-encoding: is said by the connection itself; remove it'],
    [{ headers: { 'x a': '1' } }, 'vault.headers[x a]: is no name of a header'],
    [{ headers: { 'X-Vault-Token': 'canary' } }, 'vault.headers.X-Vault-Token: is what auth says, which keeps it in a Secret; remove it'],
    [{ headers: { 'x-vault-namespace': 'team' } }, 'vault.headers.x-vault-namespace: is what namespace says; say it there'],
    [{ version: 'v1', checkAndSet: { required: true } }, 'vault.checkAndSet: needs version v2'],
    [{ auth: { gcp: { role: 'r', workloadIdentity: {} } } }, 'vault.auth.gcp.workloadIdentity: is not supported by this version of Prelude, which asks Google to sign for nobody; use secretRef, or jwt with the issuer of the cluster'],
    [{ auth: { iam: { vaultRole: 'r', region: 'x.evil.example/' } } }, 'vault.auth.iam.region: must be the name of an AWS region, like eu-central-1'],
  ])('of Vault is not %j', (config, problem) => {
    expect(problemsOf(config)).toEqual([problem]);
  });

  it.each([
    [{ headers: {} }, 'openBao.headers: unknown field'],
    [{ auth: { ...token, userPass: { username: 'u', secretRef: key('k') } } }, 'openBao.auth: needs exactly one of tokenSecretRef, appRole, kubernetes and userPass'],
    [{ auth: { kubernetes: { role: 'r' } } }, 'openBao.auth.kubernetes: needs either serviceAccountRef or secretRef'],
    [{ auth: { appRole: { roleId: 'r', roleRef: key('k'), secretRef: key('k') } } }, 'openBao.auth.appRole: needs either roleId or roleRef'],
    [{ auth: token, caBundle: 'x', caProvider: { type: 'Secret', name: 'x', key: 'x' } }, 'openBao.caProvider: cannot stand beside caBundle'],
  ])('of OpenBao is not %j', (config, problem) => {
    expect(problemsOf(config, 'openBao')).toEqual([problem]);
  });

  it('of OpenBao asks as that of Vault does', async () => {
    const auth = { kubernetes: { path: 'kubernetes', role: 'reader', serviceAccountRef: { name: 'app' } } };
    await using client = await connectVault({ server: server.url, path: 'secret', auth }, { http: http.request, ...accounts }, 'openBao');

    expect(await client.read([{ key: 'a' }], never)).toMatchObject([{ kind: 'value', version: '1' }]);
    expect(registry.configure({ openBao: { server: server.url, auth } })).toMatchObject({ usesOwnIdentity: false, credentials: [{ kind: 'ServiceAccount', name: 'app' }] });
  });

  it('names all that it needs in the cluster', () => {
    const config = {
      server: server.url,
      auth: { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: 'a' } } }, iam: { vaultRole: 'r', secretRef: iamKeys, jwt: { serviceAccountRef: { name: 'b' } } } },
      tls: { certSecretRef: { name: 'tls' }, keySecretRef: { name: 'tls' } },
      caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca.crt' },
    };

    expect(registry.configure({ vault: config }).credentials).toEqual([
      key('accessKeyId'),
      key('secretAccessKey'),
      { name: 'tls', key: 'tls.crt' },
      { name: 'tls', key: 'tls.key' },
      { kind: 'ServiceAccount', name: 'a' },
      { kind: 'ServiceAccount', name: 'b' },
      { kind: 'ConfigMap', name: 'ca', key: 'ca.crt', pinned: true },
    ]);
  });
});
