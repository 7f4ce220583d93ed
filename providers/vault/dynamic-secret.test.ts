import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { remoteGeneratorContract } from '../../test/contract/remote-generator.contract.ts';
import { createAuthority } from '../../test/support/certificate.ts';
import type { GeneratorStage } from '../../test/support/generator-stage.ts';
import { createGeneratorStage } from '../../test/support/generator-stage.ts';
import type { VaultServer } from '../../test/support/vault-server.ts';
import { startVaultServer, vaultLogins } from '../../test/support/vault-server.ts';
import { vaultGenerators } from './index.ts';

const authority = createAuthority('vault');
const client = authority.issue({ commonName: 'client' });
const jwts = ['token-of-consumer-app', 'jwt-of-the-secret'];

function openStage(): GeneratorStage {
  const { token, roleId, secretId, password, accessKeyId, secretAccessKey } = vaultLogins;
  return createGeneratorStage({
    generators: vaultGenerators,
    kind: 'VaultDynamicSecret',
    secrets: {
      vault: { token: `${token}\n`, roleId, secretId, password, accessKeyId, secretAccessKey, jwt: 'jwt-of-the-secret', wrong: 'wrong-canary-value', spaced: 'a token with spaces' },
      client: { 'tls.crt': client.cert, 'tls.key': client.key },
      stranger: { token: 'jwt-of-the-secret' },
    },
    serviceAccounts: { app: {}, other: {} },
  });
}

function key(name: string): object {
  return { name: 'vault', key: name };
}

/** Each method that logs in, and how it fails. */
const methods = {
  tokenSecretRef: [{ tokenSecretRef: key('token') }, { tokenSecretRef: key('wrong') }],
  appRole: [{ appRole: { path: 'teams/approle', roleId: vaultLogins.roleId, secretRef: key('secretId') } }, { appRole: { roleRef: key('roleId'), secretRef: key('wrong') } }],
  'appRole with roleRef': [{ appRole: { roleRef: key('roleId'), secretRef: key('secretId') } }, { appRole: { roleRef: key('wrong'), secretRef: key('secretId') } }],
  'kubernetes with a service account': [{ kubernetes: { role: 'reader', serviceAccountRef: { name: 'app' } } }, { kubernetes: { role: 'reader', serviceAccountRef: { name: 'other' } } }],
  'kubernetes with a Secret': [{ kubernetes: { role: 'reader', secretRef: { name: 'stranger' } } }, { kubernetes: { role: 'reader', secretRef: key('wrong') } }],
  ldap: [{ ldap: { username: 'user', secretRef: key('password') } }, { ldap: { username: 'user', secretRef: key('wrong') } }],
  userPass: [{ userPass: { username: ' user ', secretRef: key('password') } }, { userPass: { username: 'other', secretRef: key('password') } }],
  'jwt with a Secret': [{ jwt: { role: 'reader', secretRef: key('jwt') } }, { jwt: { role: 'writer', secretRef: key('jwt') } }],
  'iam with keys': [
    { iam: { vaultRole: 'reader', region: 'eu-central-1', vaultAwsIamServerID: vaultLogins.serverId, secretRef: { accessKeyIDSecretRef: key('accessKeyId'), secretAccessKeySecretRef: key('secretAccessKey') } } },
    { iam: { vaultRole: 'reader', vaultAwsIamServerID: 'vault.example.org', secretRef: { accessKeyIDSecretRef: key('accessKeyId'), secretAccessKeySecretRef: key('secretAccessKey') } } },
  ],
  'jwt with a service account': [{ jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: 'app' } } } }, { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: 'other' } } } }],
} as const;

remoteGeneratorContract('VaultDynamicSecret', async () => {
  const server = await startVaultServer({ jwts });
  const withAuth = (auth: object, more: object = {}) => ({ path: 'database/creds/app', provider: { server: server.url, auth, ...more } });
  const elsewhere = { name: 'vault', key: 'token', namespace: 'stranger' };
  return {
    ...server,
    stage: openStage(),
    spec: withAuth(methods.appRole[0]),
    foreign: {
      tokenSecretRef: withAuth({ tokenSecretRef: elsewhere }),
      'appRole.roleRef': withAuth({ appRole: { roleRef: elsewhere, secretRef: key('secretId') } }),
      'appRole.secretRef': withAuth({ appRole: { roleId: 'x', secretRef: elsewhere } }),
      'kubernetes.serviceAccountRef': withAuth({ kubernetes: { role: 'r', serviceAccountRef: { name: 'app', namespace: 'stranger' } } }),
      'kubernetes.secretRef': withAuth({ kubernetes: { role: 'r', secretRef: elsewhere } }),
      'ldap.secretRef': withAuth({ ldap: { username: 'u', secretRef: elsewhere } }),
      'userPass.secretRef': withAuth({ userPass: { username: 'u', secretRef: elsewhere } }),
      'jwt.secretRef': withAuth({ jwt: { secretRef: elsewhere } }),
      'jwt.kubernetesServiceAccountToken': withAuth({ jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: 'app', namespace: 'stranger' } } } }),
      'cert.clientCert': withAuth({ cert: { clientCert: elsewhere, secretRef: key('jwt') } }),
      'cert.secretRef': withAuth({ cert: { clientCert: key('jwt'), secretRef: elsewhere } }),
      'iam.jwt.serviceAccountRef': withAuth({ iam: { vaultRole: 'r', jwt: { serviceAccountRef: { name: 'app', namespace: 'stranger' } } } }),
      'iam.secretRef': withAuth({ iam: { vaultRole: 'r', secretRef: { accessKeyIDSecretRef: elsewhere, secretAccessKeySecretRef: key('jwt') } } }),
      'gcp.secretRef': withAuth({ gcp: { role: 'r', secretRef: { secretAccessKeySecretRef: elsewhere } } }),
      'tls.certSecretRef': withAuth(methods.appRole[0], { tls: { certSecretRef: elsewhere, keySecretRef: key('jwt') } }),
      'tls.keySecretRef': withAuth(methods.appRole[0], { tls: { certSecretRef: key('jwt'), keySecretRef: elsewhere } }),
      caProvider: withAuth(methods.appRole[0], { caProvider: { type: 'ConfigMap', ...elsewhere } }),
    },
  };
});

let stage: GeneratorStage;
let server: VaultServer;

beforeEach(async () => {
  stage = openStage();
  server = await startVaultServer({ jwts });
});

afterEach(async () => {
  await stage.close();
  await server.close();
});

function specOf(more: object = {}, provider: object = {}): object {
  return { path: 'database/creds/app', provider: { server: server.url, auth: methods.tokenSecretRef[0], ...provider }, ...more };
}

describe('logging in to Vault', () => {
  it.each(Object.entries(methods))('works with %s, and is denied with another', async (_, [good, bad]) => {
    expect(await stage.run(specOf({}, { auth: good }))).toMatchObject({ username: 'v-app' });
    expect(await stage.failure(specOf({}, { auth: bad }))).toMatch(/^denied: VaultDynamicSecret consumer\/it: Vault refuses (to log in|the credentials) \(HTTP 40[03]\); check auth/);
  });

  it('works with a client certificate', async () => {
    await server.close();
    server = await startVaultServer({ tls: { ca: authority.cert, ...authority.issue({ commonName: 'server', hosts: ['127.0.0.1'] }) } });
    const caBundle = btoa(authority.cert);
    const cert = { clientCert: { name: 'client', key: 'tls.crt' }, secretRef: { name: 'client', key: 'tls.key' } };

    expect(await stage.run(specOf({}, { caBundle, auth: { cert } }))).toMatchObject({ username: 'v-app' });
    expect(await stage.failure(specOf({}, { caBundle, auth: methods.appRole[1] }))).toMatch(/^denied: .*check auth\.appRole$/);
    expect(await stage.run(specOf({}, { caBundle, tls: { certSecretRef: { name: 'client' }, keySecretRef: { name: 'client' } } }))).toMatchObject({ username: 'v-app' });
  });

  it('asks for tokens of service accounts for as short as can be, for Vault alone where it can say so', async () => {
    await stage.run(specOf({}, { auth: methods['kubernetes with a service account'][0] }));
    await stage.run(specOf({}, { auth: methods['jwt with a service account'][0] }));

    expect(stage.tokens).toEqual([
      { serviceAccount: 'consumer/app', audiences: [], expirationSeconds: 600 },
      { serviceAccount: 'consumer/app', audiences: ['vault'], expirationSeconds: 600 },
    ]);
  });

  it('happens in a namespace of its own where one is said, and leaves the token alone afterwards', async () => {
    await stage.run(specOf({}, { namespace: 'team', auth: { namespace: 'admin', ...methods.userPass[0] } }));

    expect(server.seen).toEqual(['PUT auth/userpass/login/user @admin', 'GET database/creds/app @team']);
  });

  it('is not told of where nobody is', async () => {
    expect(await stage.failure(specOf({}, { auth: { userPass: { path: 'none', username: 'user', secretRef: key('password') } } }))).toBe(
      'invalid: VaultDynamicSecret consumer/it: Vault has no such method of logging in (HTTP 404); check the path of auth.userPass',
    );
    expect(await stage.failure(specOf({}, { auth: { tokenSecretRef: key('spaced') } }))).toMatch(/^invalid: .*the token of Vault is not plain text without spaces/);
    expect(await stage.failure({ path: 'database/creds/app', provider: { server: server.url } })).toMatch(/^denied: /);
  });

  it.each([
    [{}, 'spec.provider.auth: names no method: tokenSecretRef, appRole, kubernetes, ldap, userPass, jwt, cert, iam or gcp'],
    [{ appRole: { secretRef: key('x') } }, 'spec.provider.auth.appRole: needs roleId or roleRef'],
    [{ kubernetes: { role: 'r' } }, 'spec.provider.auth.kubernetes: names no credentials: a generator does not log in as Prelude itself'],
    [{ jwt: {} }, 'spec.provider.auth.jwt: needs secretRef or kubernetesServiceAccountToken'],
    [{ iam: { vaultRole: 'x' } }, 'spec.provider.auth.iam: names no credentials: a generator does not log in as Prelude itself'],
    [{ gcp: { role: 'x' } }, 'spec.provider.auth.gcp: names no credentials: a generator does not log in as Prelude itself'],
    [{ userPass: { path: '../../sys', username: 'u', secretRef: key('x') } }, 'spec.provider.auth.userPass.path: must not hold . or .. as a part'],
  ])('needs more than %j', async (auth, message) => {
    expect(await stage.failure(specOf({}, { auth }))).toContain(message);
  });
});

describe('what Vault gives', () => {
  it('is its data', async () => {
    expect(await stage.run(specOf())).toEqual({ username: 'v-app', password: 'p-app', ttl: '1.5', roles: '["a","b"]', none: '' });
  });

  it('is a token, of which all parts are told', async () => {
    expect(await stage.run(specOf({ path: 'auth/token/create', method: 'POST', resultType: 'Auth', parameters: { ttl: '1h' } }))).toEqual({
      client_token: 'hvs.created',
      accessor: 'a-1',
      policies: '["default"]',
      token_policies: '["default"]',
      identity_policies: '',
      metadata: '{"role":"x"}',
      lease_duration: '3600',
      renewable: 'true',
      entity_id: '',
      orphan: 'true',
      mfa_requirement: '',
    });
  });

  it('is the whole answer', async () => {
    expect(await stage.run(specOf({ resultType: 'Raw' }))).toEqual({
      request_id: 'r-1',
      lease_id: 'database/creds/app/1',
      lease_duration: '3600',
      renewable: 'true',
      warnings: '',
      data: '{"none":null,"password":"p-app","roles":["a","b"],"ttl":1.5,"username":"v-app"}',
    });
  });

  it.each([
    [{ method: 'GET', getParameters: { version: ['3'], a: ['b c', 'd'] } }, { method: 'GET', query: 'version=3&a=b+c&a=d', body: '' }],
    [{ method: 'POST', parameters: { a: [1, { b: 'é' }] } }, { method: 'PUT', query: '', body: '{"a":[1,{"b":"é"}]}' }],
    [{ method: 'PUT' }, { method: 'PUT', query: '', body: '{}' }],
    [{ method: 'DELETE', parameters: { a: 1 } }, { method: 'DELETE', query: '', body: '' }],
  ])('to %j is what was asked', async (more, told) => {
    expect(await stage.run(specOf({ path: '/echo', ...more }))).toEqual(told);
  });

  it('is a list', async () => {
    expect(await stage.run(specOf({ path: 'list/', method: 'LIST' }))).toEqual({ keys: '["a","b/"]' });
  });

  it('may be nothing, where that is allowed', async () => {
    for (const path of ['nothing', 'no/such/path']) {
      expect(await stage.run(specOf({ path, allowEmptyResponse: true }))).toEqual({});
      expect(await stage.failure(specOf({ path }))).toMatch(/^invalid: .*Vault answers with nothing \(HTTP (204|404)\); check path, or set allowEmptyResponse$/);
    }
    expect(await stage.run(specOf({ path: 'gone' }))).toEqual({ deleted: 'true' });
  });

  it('is refused in words that are not its own', async () => {
    expect(await stage.failure(specOf({ path: 'forbidden' }))).toBe('denied: VaultDynamicSecret consumer/it: Vault refuses the credentials (HTTP 403); check auth, and the policies of its role');
    expect(await stage.failure(specOf({ path: 'broken' }))).toBe('unavailable: VaultDynamicSecret consumer/it: Vault is not available (HTTP 500)');
    expect(await stage.failure(specOf({ path: 'a/../../sys/raw' }))).toContain('a path of Vault must not hold . or .. as a part');
    expect(await stage.failure(specOf({ parameters: [1] }))).toContain('spec.parameters: must be an object');
  });

  it('is asked for again as often as the spec says, where Vault was not available', async () => {
    server.behave('down');

    expect(await stage.failure(specOf({ retrySettings: { maxRetries: 2, retryInterval: '10ms' } }))).toMatch(/^unavailable: /);
    expect(server.requests()).toBe(3);
    server.behave('refusing');
    await stage.failure(specOf({ retrySettings: { maxRetries: 2, retryInterval: '10ms' } }));
    expect(server.requests()).toBe(4);
  });
});

describe('a request to Vault', () => {
  it('has the headers of the spec, and asks to be passed on where that is wanted', async () => {
    await stage.run(specOf({}, { headers: { 'x-team': 'a' }, readYourWrites: true, forwardInconsistent: true }));

    expect(server.lastHeaders()).toMatchObject({ 'x-team': 'a', 'x-vault-inconsistent': 'forward-active-node', 'x-vault-request': 'true', 'x-vault-token': vaultLogins.token });
  });
});
