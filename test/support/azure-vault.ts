import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../../src/lib/clock.ts';
import type { HttpClient } from '../../src/lib/http.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { AzureEntra } from './azure-entra.ts';
import { AzureObjects } from './azure-objects.ts';
import { azureClient } from './azure-server.ts';
import { AzureVaultApi, failure } from './azure-vault-api.ts';
import { createAuthority } from './certificate.ts';
import { listenLocally } from './listen-locally.ts';
import type { ServedAnswer, ServedRequest } from './moody-server.ts';
import { unquotable } from './moody-server.ts';

/** What may be wrong with a vault. Entra ID is always well. */
export type VaultMood = 'well' | 'down' | 'empty-503' | 'hanging' | 'resetting' | 'garbled' | 'garbled-json' | 'redirecting' | 'proxied-404';

export interface AzureVault {
  readonly vaultUrl: string;
  /** Leads all hosts of Azure here, over TLS, with the authority that the server has. */
  readonly http: HttpClient;
  readonly objects: AzureObjects;
  readonly entra: AzureEntra;
  readonly api: AzureVaultApi;
  readonly behave: (mood: VaultMood) => void;
  /** What challenges say that tokens are for; `claims` is what tokens must really be for. */
  readonly challenge: (resource: string) => void;
  /** Answers no more than so many calls in a second; `retryAfter` is the header, in seconds. */
  readonly throttle: (limit: { readonly perSecond: number; readonly retryAfter?: number }) => void;
  /** How many calls of an operation came through: `GetSecret`, `token`, `challenge`, `throttled`. Without one, all of the vault's that are no challenges. */
  readonly calls: (operation?: string) => number;
  readonly forgetCalls: () => void;
  /** Headers of the last request to a host. */
  readonly lastHeaders: (host: string) => IncomingMessage['headers'] | undefined;
  readonly close: () => Promise<void>;
}

const logins = ['login.microsoftonline.com', 'login.microsoftonline.us', 'login.chinacloudapi.cn', 'login.microsoftonline.de', 'login.stack.example'];
const outside = new Set(['token', 'identity', 'challenge', 'throttled']);
const broken: Readonly<Record<'down' | 'empty-503' | 'garbled' | 'garbled-json' | 'redirecting' | 'proxied-404', ServedAnswer>> = {
  down: { status: 503, body: { error: { code: 'ServiceUnavailable', message: unquotable } } },
  'empty-503': { status: 503, body: '' },
  garbled: { body: `<html>${unquotable}</html>` },
  'garbled-json': { body: { unquotable } },
  redirecting: { status: 302, headers: { location: 'https://elsewhere.example/' } },
  'proxied-404': { status: 404, body: `<html>${unquotable}</html>` },
};

/** Starts a vault with an Entra ID and the metadata service of a machine beside it: one server over TLS, told apart by the host asked for. */
export async function startAzureVault(host = 'devnet.vault.azure.net', resource = 'https://vault.azure.net'): Promise<AzureVault> {
  const vaultUrl = `https://${host}`;
  const objects = new AzureObjects();
  const entra = new AzureEntra();
  entra.resources = [resource];
  const api = new AzureVaultApi(objects, vaultUrl);
  const counts = new Map<string, number>();
  const headersOf = new Map<string, IncomingMessage['headers']>();
  let mood: VaultMood = 'well';
  let challenged = resource;
  let limit: { readonly perSecond: number; readonly retryAfter?: number } | undefined;
  let recent: number[] = [];
  const count = (operation: string): void => void counts.set(operation, (counts.get(operation) ?? 0) + 1);

  function serveVault(request: ServedRequest): ServedAnswer {
    if (!entra.accepts(request.headers.authorization, resource)) {
      count('challenge');
      return { ...failure(401, 'Unauthorized'), headers: { 'www-authenticate': `Bearer authorization="https://login.microsoftonline.com/${azureClient.tenant}", resource="${challenged}"` } };
    }
    const now = performance.now();
    recent = recent.filter((time) => now - time < 1000);
    if (limit !== undefined && recent.length >= limit.perSecond) {
      count('throttled');
      return { ...failure(429, 'Throttled'), ...(limit.retryAfter === undefined ? {} : { headers: { 'retry-after': String(limit.retryAfter) } }) };
    }
    recent.push(now);
    const { operation, answer } = api.answer(request);
    count(operation);
    return answer;
  }

  function serve(request: ServedRequest, asked: string): ServedAnswer | 'nothing' | 'reset' {
    if (asked === '169.254.169.254') {
      count('identity');
      return entra.identity(request);
    }
    if (asked !== host) {
      count('token');
      return entra.token(request, asked);
    }
    if (mood === 'hanging') return 'nothing';
    if (mood === 'resetting') return 'reset';
    return mood === 'well' ? serveVault(request) : broken[mood];
  }

  async function respond(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await message.toArray()).toString('utf8');
    const { method = '', url = '/', headers } = message;
    const { pathname: path, searchParams: query } = new URL(url, vaultUrl);
    const asked = headers.host ?? '';
    headersOf.set(asked, headers);
    const answer = serve({ method, path, query, headers, body, form: new URLSearchParams(body), hasCertificate: false }, asked);
    if (answer === 'nothing') return;
    if (answer === 'reset') {
      message.socket.destroy();
      return;
    }
    const { status = 200, headers: more = {}, body: told = '' } = answer;
    // as the real service does where it may
    const zips = /\bgzip\b/.test(String(headers['accept-encoding']));
    const text = typeof told === 'string' ? told : JSON.stringify(told);
    response.writeHead(status, { 'content-type': typeof told === 'string' ? 'text/html' : 'application/json; charset=utf-8', ...(zips ? { 'content-encoding': 'gzip' } : {}), ...more });
    response.end(zips ? gzipSync(text) : text);
  }

  const authority = createAuthority('authority of the vault');
  const server = await listenLocally(createServer(authority.issue({ commonName: host, hosts: [host, '127.0.0.1', ...logins] }), (message, response) => void respond(message, response)));
  const client = createHttpClient({ clock: systemClock, allowLoopback: true });
  const origin = server.url.replace('http:', 'https:');
  return {
    vaultUrl,
    http: (request, signal) => {
      const { host: asked, pathname, search } = new URL(request.url);
      return client.request({ ...request, url: `${origin}${pathname}${search}`, headers: { ...request.headers, host: asked }, tls: { ca: authority.cert } }, signal);
    },
    objects,
    entra,
    api,
    behave: (next) => {
      mood = next;
    },
    challenge: (next) => {
      challenged = next;
    },
    throttle: (next) => {
      limit = next;
    },
    calls: (operation) => (operation === undefined ? [...counts].filter(([name]) => !outside.has(name)).reduce((sum, [, times]) => sum + times, 0) : (counts.get(operation) ?? 0)),
    forgetCalls: () => counts.clear(),
    lastHeaders: (asked) => headersOf.get(asked),
    close: async () => {
      await Promise.all([server.close(), client.close()]);
    },
  };
}
