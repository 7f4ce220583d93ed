import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GithubServer, startGithubServer } from '../../../../test/support/github-server.ts';
import { unquotable } from '../../../../test/support/moody-server.ts';
import { systemClock } from '../../../lib/clock.ts';
import { type ClosableHttpClient, createHttpClient } from '../../../lib/http-client.ts';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import { type AppCredential, createInstallationTokens, type InstallationTokens } from './installation-tokens.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { signal } = new AbortController();
const repository = 'acme/testnets';

let server: GithubServer;
let http: ClosableHttpClient;
/** Milliseconds that the clock is ahead. */
let ahead = 0;
let tokens: InstallationTokens;

beforeEach(async () => {
  ahead = 0;
  server = await startGithubServer(publicKey);
  http = createHttpClient({ clock: systemClock, allowLoopback: true });
  tokens = createInstallationTokens({ http: http.request, clock: { ...systemClock, now: () => systemClock.now() + ahead } });
});

afterEach(async () => {
  await Promise.all([http.close(), server.close()]);
});

interface Changes {
  readonly appId?: string;
  readonly installationId?: string;
  readonly key?: KeyObject;
  readonly version?: string;
}

function app({ appId = '12345', key = privateKey, version = '1', ...rest }: Changes = {}): AppCredential {
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { name: 'Secret argocd/app', version, githubApp: { appId, privateKey: SecretBytes.fromUtf8(pem), api: `${server.url}/api/v3`, ...rest } };
}

const read = async (credential: AppCredential, path = repository): Promise<string> => Buffer.from((await tokens.get(credential, path, signal)).reveal()).toString();

describe('a token of a GitHub App', () => {
  it('is that of the installation, whether the Secret names it or the repository has it', async () => {
    expect(await read(app({ installationId: '678' }))).toBe('ghs_generated');
    expect(server.requests()).toBe(1);
    expect(await read(app({ version: '2' }))).toBe('ghs_generated');
    expect(server.requests()).toBe(3);
  });

  it('serves all repositories of an installation until shortly before its end, and not after it was refused', async () => {
    const credential = app({ installationId: '678' });
    for (const path of [repository, 'acme/charts', repository]) await read(credential, path);
    expect(server.requests()).toBe(1);

    ahead = 3_000_001;
    // the stand-in for GitHub has its own clock, by which a token of the future is none
    await expect(read(credential)).rejects.toThrow('HTTP 401');
    expect(server.requests()).toBe(2);
    ahead = 0;
    tokens.forget(credential, repository);
    expect(await read(credential)).toBe('ghs_generated');
    expect(server.requests()).toBe(3);
  });

  it('is another one for another state of the Secret', async () => {
    await read(app({ installationId: '678' }));
    await read(app({ installationId: '678', version: '2' }));

    expect(server.requests()).toBe(2);
  });

  it.each<[string, () => AppCredential, string, string]>([
    ['the key of another app', () => app({ key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }), repository, 'denied: Secret argocd/app: GitHub knows no such app with this key (HTTP 401); check githubAppID and githubAppPrivateKey'],
    ['another app', () => app({ appId: '54321' }), repository, 'denied: Secret argocd/app: GitHub knows no such app with this key (HTTP 401)'],
    ['a key that signs no RSA', () => app({ key: generateKeyPairSync('ed25519').privateKey }), repository, 'denied: Secret argocd/app: githubAppPrivateKey: it holds no RSA private key in PEM'],
    ['an installation that is not there', () => app({ installationId: '679' }), repository, 'denied: Secret argocd/app: GitHub knows no such installation of the app (HTTP 404)'],
    ['a repository that it is not installed for', () => app(), 'acme/other', 'denied: Secret argocd/app: GitHub knows no such installation of the app (HTTP 404)'],
    ['a path that leaves those of repositories', () => app(), '../../user', 'denied: Secret argocd/app: the url is no repository of GitHub (OWNER/NAME)'],
    ['a folder of repositories', () => app(), 'acme', 'denied: Secret argocd/app: the url is no repository of GitHub (OWNER/NAME)'],
  ])('is not given for %s', async (_what, credential, path, message) => {
    const error: unknown = await read(credential(), path).catch((reason: unknown) => reason);

    expect(`${String(Reflect.get(Object(error), 'kind'))}: ${String(Reflect.get(Object(error), 'message'))}`).toContain(message);
  });

  it.each(['refusing', 'down', 'throttling', 'garbled', 'redirecting', 'elsewhere'] as const)('is an error that quotes nothing when the API is %s', async (mood) => {
    server.behave(mood);

    const error: unknown = await read(app({ installationId: '678' })).catch((reason: unknown) => reason);

    expect(String(error)).toMatch(/^SourceError: Secret argocd\/app: /);
    expect(String(error)).not.toContain(unquotable);
  });
});

it('is not asked for at an address that a tenant may not name', async () => {
  const strict = createHttpClient({ clock: systemClock });
  const guarded = createInstallationTokens({ http: strict.request, clock: systemClock });

  await expect(guarded.get(app({ installationId: '678' }), repository, signal)).rejects.toThrow('Secret argocd/app: the API of the GitHub App: ');
  expect(server.requests()).toBe(0);
  await strict.close();
});
