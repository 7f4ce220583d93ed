import { inspect } from 'node:util';
import { afterEach, beforeEach, expect } from 'vitest';
import { webhook } from '../../providers/webhook/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { ResolveName } from '../../src/lib/guarded-lookup.ts';
import type { HttpClient } from '../../src/lib/http.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { CredentialSource } from '../../src/provider/credential-source.ts';
import type { ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { StoreHandle, StoreReader, StoreWriter } from '../../src/provider/store-reader.ts';
import { renderForProvider } from '../../src/secret/template/render-for-provider.ts';
import { createAuthority } from './certificate.ts';
import { noServices } from './generator-context.ts';
import { type MoodyServer, type Serve, type ServedRequest, startMoodyServer, unquotable } from './moody-server.ts';
import { createThreadRenderer } from './thread-renderer.ts';

const never = new AbortController().signal;
export const webhookAuthority = createAuthority('webhook');
export const webhookRegistry = createRegistry([erase(webhook)]);
const renderer = createThreadRenderer();

type Data = Readonly<Record<string, string>>;

/** Secrets by namespace and name. */
const cluster: Readonly<Record<string, { readonly labels?: Data; readonly data: Data }>> = {
  'team/auth': { labels: { 'external-secrets.io/type': 'webhook' }, data: { token: 'canary-token', host: 'from-secret.example', broken: 'canary\r\nx-evil: 1' } },
  'other/auth': { labels: { 'external-secrets.io/type': 'webhook' }, data: { token: 'canary-other' } },
  'team/unlabelled': { data: { token: 'canary-unlabelled' } },
  'team/ca': { data: { 'ca.crt': webhookAuthority.cert } },
};

const credentials: CredentialSource = {
  ...noServices.credentials,
  version: () => '1',
  configMapVersion: () => '1',
  read: (namespace, name, key) => Promise.resolve(bytes(cluster[`${namespace}/${name}`]?.data[key])),
  readConfigMap: (namespace, name, key) => Promise.resolve(cluster[`${namespace}/${name}`]?.data[key]),
  readWhole: (namespace, name) => {
    const found = cluster[`${namespace}/${name}`];
    return Promise.resolve(found === undefined ? undefined : { labels: found.labels ?? {}, data: new Map(Object.entries(found.data).map(([key, text]) => [key, SecretBytes.fromUtf8(text)])) });
  },
};

function bytes(text: string | undefined): SecretBytes | undefined {
  return text === undefined ? undefined : SecretBytes.fromUtf8(text);
}

interface HttpOptions {
  readonly allowLoopback?: boolean;
  readonly resolve?: ResolveName;
}

/** The Secret `auth` of the consumer, as the template group of that name. */
export const authSecrets = [{ name: 'auth', secretRef: { name: 'auth' } }];

/** A SecretStore of namespace `team`, unless more is said. */
export function webhookStore(config: object, more: Partial<StoreHandle> = {}): StoreHandle {
  return { label: 'SecretStore team/s', scope: 'namespaced', namespace: 'team', provider: { webhook: config }, ...more };
}

/** A ClusterSecretStore that this namespace uses. */
export function clusterWebhookStore(config: object, namespace: string): StoreHandle {
  return webhookStore(config, { label: 'ClusterSecretStore s', scope: 'cluster', namespace });
}

/** What a read came to, as text: `kind: message` of an error. Fails the test where a credential or a server's words show. */
export function toldResult(result: ReadResult | undefined): string {
  const text = inspect(result, { depth: 9, showHidden: true });
  expect(text).not.toMatch(/canary/);
  expect(text).not.toContain(unquotable);
  if (result?.kind === 'error') return `${result.error.kind}: ${result.error.message}`;
  return result?.kind === 'value' ? Buffer.from(result.value.reveal()).toString() : String(result?.kind);
}

/** Stores of webhooks as the controller reads them: the real planner, HTTP client and templates, with Secrets of two namespaces in memory. */
export class WebhookStage {
  #closers: (() => Promise<void>)[] = [];
  #reader: (StoreReader & StoreWriter) | undefined;

  constructor() {
    beforeEach(() => {
      this.#closers = [];
      this.#reader = this.open();
    });
    afterEach(async () => {
      for (const close of this.#closers.toReversed()) await close();
    });
  }

  /** Servers of this machine may be asked. */
  get reader(): StoreReader & StoreWriter {
    if (this.#reader === undefined) throw new Error('no test has begun');
    return this.#reader;
  }

  http(options: HttpOptions = {}): HttpClient {
    const { request, close } = createHttpClient({ clock: systemClock, allowLoopback: true, ...options });
    this.closing(close);
    return request;
  }

  open(options: HttpOptions = {}): StoreReader & StoreWriter {
    const opened = createStoreReader({ ...noServices, credentials, http: this.http(options), clock: systemClock, registry: webhookRegistry, metrics: { providerCalled: () => {} }, environment: {}, renderTemplate: (request, signal) => renderForProvider(renderer, request, signal) });
    this.closing(opened.close);
    return opened;
  }

  /** Closes with the test. */
  closing(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  async serve(handle: Serve, tls?: Parameters<typeof startMoodyServer>[1]): Promise<MoodyServer> {
    const server = await startMoodyServer(handle, tls);
    this.closing(server.close);
    return server;
  }

  /** A server that answers with what it was asked, as JSON. */
  async serveEcho(): Promise<{ readonly url: string; readonly asked: ServedRequest[] }> {
    const asked: ServedRequest[] = [];
    const { url } = await this.serve((request) => {
      asked.push(request);
      return { body: { path: request.path, query: request.query.toString(), method: request.method, body: request.body } };
    });
    return { url, asked };
  }

  /** Reads the key `k`, unless the reference says another. */
  async read(config: object, ref: Partial<RemoteRef> = {}, options?: HttpOptions): Promise<string> {
    const by = options === undefined ? this.reader : this.open(options);
    return toldResult((await by.read(webhookStore(config), [{ key: 'k', ...ref }], never))[0]);
  }
}
