import { dopplerToken, startDopplerServer } from '../../support/doppler-server.ts';
import { gitlabToken, startGitlabServer } from '../../support/gitlab-server.ts';
import { infisicalLogins, startInfisicalServer } from '../../support/infisical-server.ts';
import { connectToken, startOnePasswordServer } from '../../support/onepassword-server.ts';
import { storeInVault, vaultAdmin } from '../../support/vault-bench.ts';
import { startVaultServer, vaultLogins } from '../../support/vault-server.ts';
import { countAll, type Subject } from './subject.ts';

/** A key of the Secret with the credentials, as a store names it. */
type Ref = (key: string) => object;

interface Web extends Pick<Subject, 'title' | 'credentials' | 'set' | 'member'> {
  readonly server: { readonly seen: readonly string[]; readonly close: () => Promise<void> };
  readonly provider: (ref: Ref) => object;
  readonly environment?: Subject['environment'];
  /** Which operation a request in short is. */
  readonly operation: (seen: string) => string;
  /** How many of the first requests were of those who filled it. */
  readonly filled?: () => number;
}

/** A service with an HTTP API that needs no SDK; its address stands in the store, and is one of this machine. */
function startWeb({ server, provider, operation, environment = {}, filled = () => 0, ...rest }: Web): Subject {
  return {
    ...rest,
    provider: (namespace) => provider((key) => ({ name: 'credentials', key, ...(namespace === undefined ? {} : { namespace }) })),
    environment,
    calls: () => countAll(server.seen.slice(filled()).map(operation)),
    wasted: () => 0,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** A Vault with a key-value engine of version v2, asked by an AppRole. */
export async function startVault(): Promise<Subject> {
  const server = await startVaultServer();
  const admin = vaultAdmin(server.url, vaultLogins.token);
  let filled = 0;
  return startWeb({
    title: 'Vault KV v2',
    server,
    provider: (ref) => ({ vault: { server: server.url, path: 'secret', version: 'v2', auth: { appRole: { path: 'approle', roleId: vaultLogins.roleId, secretRef: ref('secretId') } } } }),
    credentials: { secretId: vaultLogins.secretId },
    member: 'value',
    set: async (key, value) => {
      await storeInVault(admin, { mount: 'secret', version: 'v2', key }, value.startsWith('{') ? JSON.parse(value) : { value });
      filled = server.seen.length;
    },
    filled: () => filled,
    operation: (seen) => seen.replace(/ secret\/data\/.*/, ' secret/data'),
  });
}

/** A 1Password Connect server: properties are fields of an item. */
export async function startOnePassword(): Promise<Subject> {
  const server = await startOnePasswordServer();
  return startWeb({
    title: '1Password Connect',
    server,
    provider: (ref) => ({ onepassword: { connectHost: server.url, vaults: { chain: 1 }, auth: { secretRef: { connectTokenSecretRef: ref('token') } } } }),
    credentials: { token: connectToken },
    set: (key, value) => void server.put(key, { fields: value.startsWith('{') ? Object.entries(JSON.parse(value)) : [['password', value]] }),
    operation: (seen) => seen.replace(/\/vaults\/[^/ ]+/, '/vaults/ID').replace(/\/items\/[^/ ]+/, '/items/ID').replace(/ title.*/, ' by title'),
  });
}

export async function startDoppler(): Promise<Subject> {
  const server = await startDopplerServer();
  return startWeb({
    title: 'Doppler',
    server,
    provider: (ref) => ({ doppler: { auth: { secretRef: { dopplerToken: ref('token') } }, project: 'chain', config: 'dev' } }),
    credentials: { token: dopplerToken },
    environment: { DOPPLER_BASE_URL: server.url },
    set: server.set,
    operation: (seen) => seen,
  });
}

export async function startInfisical(): Promise<Subject> {
  const server = await startInfisicalServer();
  const { clientId, clientSecret } = infisicalLogins['universal-auth'];
  return startWeb({
    title: 'Infisical',
    server,
    provider: (ref) => ({ infisical: { hostAPI: `${server.url}/api`, auth: { universalAuthCredentials: { clientId: ref('id'), clientSecret: ref('secret') } }, secretsScope: { projectSlug: 'chain', environmentSlug: 'dev', secretsPath: '/' } } }),
    credentials: { id: clientId, secret: clientSecret },
    set: (key, value) => void server.set(key, value),
    operation: (seen) => seen.split(' ').slice(0, 2).join(' '),
  });
}

export async function startGitlab(): Promise<Subject> {
  const server = await startGitlabServer();
  return startWeb({
    title: 'GitLab variables',
    server,
    provider: (ref) => ({ gitlab: { url: server.url, auth: { SecretRef: { accessToken: ref('token') } }, projectID: '7' } }),
    credentials: { token: gitlabToken },
    set: (key, value) => server.set(key, value),
    operation: (seen) => seen.replace(/ page \d+/, ' by page').replace(/\/variables\/.*/, '/variables/KEY'),
  });
}
