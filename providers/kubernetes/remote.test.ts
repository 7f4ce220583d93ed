import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { CredentialSource } from '../../src/provider/credential-source.ts';
import type { ReadResult } from '../../src/provider/contract.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { StoreReader } from '../../src/provider/store-reader.ts';
import { createAuthority } from '../../test/support/certificate.ts';
import { noServices } from '../../test/support/generator-context.ts';
import { type MoodyServer, startMoodyServer } from '../../test/support/moody-server.ts';
import { kubernetes } from './index.ts';

const never = new AbortController().signal;
const authority = createAuthority('remote cluster');
const stranger = createAuthority('somebody else');
const client = authority.issue({ commonName: 'reader', organizations: ['readers'] });
const caBundle = Buffer.from(authority.cert).toString('base64');

let server: MoodyServer;
let reader: StoreReader;
let closers: (() => Promise<void>)[];
let asked: (readonly [who: string, path: string])[];

/** Another cluster's API server, that lets in who shows the client certificate or one of two tokens. */
beforeEach(async () => {
  asked = [];
  server = await startMoodyServer(
    ({ headers, hasCertificate, path }) => {
      const who = hasCertificate ? 'certificate' : (headers.authorization ?? 'nobody');
      asked.push([who, path]);
      if (!['certificate', 'Bearer remote-token', 'Bearer account-token'].includes(who)) return { status: 401, body: { kind: 'Status', reason: 'Unauthorized' } };
      return { body: { metadata: { name: 'a', resourceVersion: '1' }, data: { key: btoa('remote') } } };
    },
    { ca: authority.cert, ...authority.issue({ commonName: 'api', hosts: ['127.0.0.1'] }) },
  );
  closers = [server.close];
  reader = openReader(credentialsOf(server.url));
});

afterEach(async () => {
  for (const close of closers.toReversed()) await close();
});

function openReader(credentials: CredentialSource): StoreReader {
  const http = createHttpClient({ clock: systemClock, allowLoopback: true });
  const opened = createStoreReader({ ...noServices, credentials, http: http.request, clock: systemClock, registry: createRegistry([erase(kubernetes)]), metrics: { providerCalled: () => {} }, environment: {} });
  closers.push(http.close, opened.close);
  return opened;
}

/** What the store's namespace has. */
function credentialsOf(url: string): CredentialSource {
  const user = { 'client-certificate-data': btoa(client.cert), 'client-key-data': btoa(client.key) };
  const kubeconfig = {
    'current-context': 'remote',
    contexts: [{ name: 'remote', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: url, 'certificate-authority-data': caBundle } }],
    users: [{ name: 'u', user }],
  };
  const held: Readonly<Record<string, string>> = { token: 'remote-token\n', 'tls.crt': client.cert, 'tls.key': client.key, 'ca.crt': authority.cert, 'stranger.crt': stranger.cert, kubeconfig: JSON.stringify(kubeconfig) };
  return {
    ...noServices.credentials,
    version: () => '1',
    configMapVersion: () => '1',
    read: (_, __, key) => Promise.resolve(held[key] === undefined ? undefined : SecretBytes.fromUtf8(held[key])),
    readConfigMap: (_, __, key) => Promise.resolve(held[key]),
    serviceAccount: () => Promise.resolve({}),
    token: (_, { audiences }) => Promise.resolve(SecretBytes.fromUtf8(audiences.includes('remote') ? 'account-token' : 'no audience')),
  };
}

async function read(config: object): Promise<string> {
  const store = { label: 'SecretStore team/remote', scope: 'namespaced', namespace: 'team', provider: { kubernetes: { remoteNamespace: 'devnet', ...config } } } as const;
  const [result]: readonly ReadResult[] = await reader.read(store, [{ key: 'a' }], never);
  if (result?.kind === 'error') return `${result.error.kind}: ${result.error.message}`;
  return result?.kind === 'value' ? Buffer.from(result.value.reveal()).toString() : String(result?.kind);
}

const named = (key: string) => ({ name: 'creds', key });
const token = { token: { bearerToken: named('token') } };

describe('another cluster', () => {
  it.each([
    ['a token', () => ({ server: { url: server.url, caBundle }, auth: token }), 'Bearer remote-token'],
    ['a client certificate', () => ({ server: { url: server.url, caBundle }, auth: { cert: { clientCert: named('tls.crt'), clientKey: named('tls.key') } } }), 'certificate'],
    ['a service account of this cluster', () => ({ server: { url: server.url, caBundle }, auth: { serviceAccount: { name: 'reader', audiences: ['remote'] } } }), 'Bearer account-token'],
    ['a kubeconfig', () => ({ authRef: named('kubeconfig') }), 'certificate'],
    ['the authority of a Secret', () => ({ server: { url: server.url, caProvider: { type: 'Secret', ...named('ca.crt') } }, auth: token }), 'Bearer remote-token'],
    ['the authority of a ConfigMap', () => ({ server: { url: server.url, caProvider: { type: 'ConfigMap', ...named('ca.crt') } }, auth: token }), 'Bearer remote-token'],
    ['an authority in base64 twice', () => ({ server: { url: server.url, caBundle: btoa(caBundle) }, auth: token }), 'Bearer remote-token'],
  ])('is read with %s', async (_, config, who) => {
    expect(await read(config())).toBe('{"key":"remote"}');
    expect(asked).toEqual([[who, '/api/v1/namespaces/devnet/secrets/a']]);
  });

  it('that shows a certificate of another authority is told nothing', async () => {
    expect(await read({ server: { url: server.url, caProvider: { type: 'ConfigMap', ...named('stranger.crt') } }, auth: token })).toMatch(/^unavailable: .*is not trusted/);
    expect(asked).toEqual([]);
  });

  it('that does not know the certificate refuses', async () => {
    const unknown = stranger.issue({ commonName: 'reader' });
    const held: Readonly<Record<string, string>> = { 'tls.crt': unknown.cert, 'tls.key': unknown.key };
    reader = openReader({ ...credentialsOf(server.url), read: (_, __, key) => Promise.resolve(held[key] === undefined ? undefined : SecretBytes.fromUtf8(held[key])) });

    expect(await read({ server: { url: server.url, caBundle }, auth: { cert: { clientCert: named('tls.crt'), clientKey: named('tls.key') } } })).toBe('denied: the API server refuses the credentials (HTTP 401); check the credentials of the store');
  });

  it('that sends elsewhere is not followed', async () => {
    server.behave('redirecting');

    expect(await read({ server: { url: server.url, caBundle }, auth: token })).toMatch(/^invalid: the API server answers with a redirect/);
  });
});
