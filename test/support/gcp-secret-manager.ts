import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { loadPackageDefinition, Metadata, Server, ServerCredentials, status as codes } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { z } from 'zod';
import { crc32c } from '../../providers/gcp/crc32c.ts';
import { createAuthority } from './certificate.ts';
import { filterOf } from './gcp-filter.ts';
import { statusDetails } from './gcp-status-details.ts';
import type { StoredSecret, VersionState } from './gcp-vault.ts';
import { GcpRefusal, GcpVault } from './gcp-vault.ts';

/** How it behaves. `garbled`: answers with messages that say nothing, and values whose checksum is another. */
export type GcpMood = 'well' | 'down' | 'hanging' | 'throttling' | 'garbled' | 'forbidding';

export interface GcpSecretManagerOptions {
  /** The most items of one page. */
  readonly pageSize?: number;
  /** The tokens that it takes, beside those that the tests' token server gives. */
  readonly tokens?: readonly string[];
}

/** A call, as it was counted: its method, and the resource that it names. */
export interface GcpCall {
  readonly method: string;
  readonly resource: string;
  readonly token: string;
}

/** Who the resource in answers belongs to: Google tells a project's number, whatever it was asked with. */
const projects = { id: 'project', number: '123456789012' } as const;

/**
 * Google Secret Manager on a local port: the service that the SDK's own definition describes, over TLS and HTTP/2. It keeps the
 * project `project`, with global secrets and those of `europe-west1`, and refuses what Google refuses.
 */
export interface GcpSecretManager extends AsyncDisposable {
  readonly url: string;
  /** PEM of the authority that vouches for it. */
  readonly ca: string;
  readonly calls: readonly GcpCall[];
  /** How many calls there were: of one method, or of all. */
  readonly count: (method?: string) => number;
  /** Stores a value as somebody else does, and returns its version. */
  readonly set: (id: string, value: Uint8Array | string, more?: { readonly location?: string; readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> }) => string;
  /** Makes a secret that has no version yet. */
  readonly make: (id: string) => void;
  readonly secret: (id: string, location?: string) => StoredSecret;
  readonly delete: (id: string, location?: string) => void;
  readonly setState: (id: string, version: number, state: VersionState, location?: string) => void;
  /** Denies everybody this secret. */
  readonly deny: (id: string) => void;
  /** No token is good from now on that was before. */
  readonly revokeTokens: () => void;
  readonly allowToken: (token: string) => void;
  /** Answers nobody who comes with this token. */
  readonly hangFor: (token: string) => void;
  /** From now on so many calls a second are answered, and the others told to come again in two seconds. */
  readonly limit: (perSecond: number | undefined) => void;
  /** Is called before a call is answered: what somebody else does meanwhile. */
  readonly meanwhile: (method: string, act: (() => void) | undefined) => void;
  readonly behave: (mood: GcpMood) => void;
  readonly close: () => Promise<void>;
}

const request = z.object({
  name: z.string().default(''),
  parent: z.string().default(''),
  secretId: z.string().default(''),
  etag: z.string().default(''),
  filter: z.string().default(''),
  pageSize: z.number().default(0),
  pageToken: z.string().default(''),
  updateMask: z.object({ paths: z.array(z.string()) }).nullish(),
  payload: z.object({ data: z.instanceof(Uint8Array), dataCrc32c: z.union([z.string(), z.number()]).nullish(), _dataCrc32c: z.string().optional() }).nullish(),
  secret: z
    .object({
      name: z.string().default(''),
      etag: z.string().default(''),
      labels: z.record(z.string(), z.string()).default({}),
      annotations: z.record(z.string(), z.string()).default({}),
      topics: z.array(z.object({ name: z.string() })).default([]),
      replication: z.unknown().transform((value) => value ?? undefined),
      customerManagedEncryption: z.unknown().transform((value) => value ?? undefined),
    })
    .nullish(),
});

type Request = z.output<typeof request>;

/** @see GcpSecretManager */
export async function startGcpSecretManager({ pageSize = 100, tokens = [] }: GcpSecretManagerOptions = {}): Promise<GcpSecretManager> {
  const vault = new GcpVault();
  const calls: GcpCall[] = [];
  const denied = new Set<string>();
  const hanging = new Set<string>();
  const known = new Set(['ya29.key', 'ya29.federated', 'ya29.impersonated-3600s', 'ya29.own', ...tokens]);
  const interruptions = new Map<string, () => void>();
  let mood: GcpMood = 'well';
  let perSecond: number | undefined;
  let second = { at: 0, answered: 0 };

  function admit(token: string): void {
    if (mood === 'down') throw new GcpRefusal('UNAVAILABLE', 'unquotable: the service is currently unavailable');
    if (mood === 'throttling') throw new GcpRefusal('RESOURCE_EXHAUSTED', 'unquotable: quota exceeded', 'RATE_LIMIT_EXCEEDED');
    if (!known.has(token)) throw new GcpRefusal('UNAUTHENTICATED', 'unquotable: request had invalid authentication credentials', 'ACCESS_TOKEN_EXPIRED');
    if (mood === 'forbidding') throw new GcpRefusal('PERMISSION_DENIED', 'unquotable: permission denied', 'IAM_PERMISSION_DENIED');
    const at = Math.floor(Date.now() / 1000);
    if (second.at !== at) second = { at, answered: 0 };
    second.answered += 1;
    if (perSecond !== undefined && second.answered > perSecond) throw new GcpRefusal('RESOURCE_EXHAUSTED', 'unquotable: quota exceeded', 'RATE_LIMIT_EXCEEDED');
  }

  function secretAt(resource: string): { readonly secret: StoredSecret; readonly version: string } {
    const { location, rest } = placeOf(resource);
    const [, id = '', version = ''] = /^secrets\/([A-Za-z0-9_-]{1,255})(?:\/versions\/([^/]+))?$/.exec(rest) ?? [];
    if (id === '') throw new GcpRefusal('INVALID_ARGUMENT', 'unquotable: malformed name');
    if (denied.has(id)) throw new GcpRefusal('PERMISSION_DENIED', `unquotable: permission denied for ${id}`, 'IAM_PERMISSION_DENIED');
    return { secret: vault.get(location, id), version };
  }

  function paged<T>(items: readonly T[], { pageSize: wanted, pageToken }: Request): { readonly items: readonly T[]; readonly nextPageToken: string } {
    const size = Math.min(wanted === 0 ? pageSize : wanted, pageSize);
    const from = pageToken === '' ? 0 : Number(pageToken);
    return { items: items.slice(from, from + size), nextPageToken: from + size < items.length ? String(from + size) : '' };
  }

  const methods: Readonly<Record<string, (asked: Request) => object>> = {
    AccessSecretVersion: ({ name }) => {
      const { secret, version } = secretAt(name);
      const { number, data } = vault.access(secret, version);
      return { name: `${nameOf(secret)}/versions/${number}`, payload: { data, dataCrc32c: mood === 'garbled' ? crc32c(data) ^ 1 : crc32c(data) } };
    },
    GetSecret: ({ name }) => answerOf(secretAt(name).secret),
    ListSecrets: (asked) => {
      const { location, rest } = placeOf(`${asked.parent}/`);
      if (rest !== '') throw new GcpRefusal('INVALID_ARGUMENT', 'unquotable: malformed parent');
      const passes = filterOf(asked.filter);
      const { items, nextPageToken } = paged(vault.list(location).filter((secret) => passes({ name: nameOf(secret), labels: secret.labels, state: '' })), asked);
      return { secrets: items.map(answerOf), nextPageToken };
    },
    ListSecretVersions: (asked) => {
      const { secret } = secretAt(asked.parent);
      const passes = filterOf(asked.filter);
      const name = nameOf(secret);
      const { items, nextPageToken } = paged(secret.versions.filter(({ state }) => passes({ name, labels: {}, state })), asked);
      return { versions: items.map((version) => ({ name: `${name}/versions/${version.number}`, state: version.state, createTime: { seconds: version.created } })), nextPageToken };
    },
    CreateSecret: ({ parent, secretId, secret }) => {
      const { location, rest } = placeOf(`${parent}/`);
      if (rest !== '' || secret === null || secret === undefined) throw new GcpRefusal('INVALID_ARGUMENT', 'unquotable: malformed request');
      return answerOf(vault.create(location, secretId, { ...secret, topics: secret.topics.map(({ name }) => name) }));
    },
    UpdateSecret: ({ secret: given, updateMask }) => {
      if (given === null || given === undefined) throw new GcpRefusal('INVALID_ARGUMENT', 'unquotable: no secret');
      const { secret } = secretAt(given.name);
      const change = { labels: given.labels, annotations: given.annotations, topics: given.topics.map(({ name }) => name) };
      const paths = updateMask?.paths ?? [];
      if (paths.length === 0 || paths.some((path) => !Object.hasOwn(change, path))) throw new GcpRefusal('INVALID_ARGUMENT', 'unquotable: bad update mask');
      vault.update(secret, given.etag, Object.fromEntries(Object.entries(change).filter(([path]) => paths.includes(path))));
      return answerOf(secret);
    },
    DeleteSecret: ({ name, etag }) => {
      vault.delete(secretAt(name).secret, etag);
      return {};
    },
    AddSecretVersion: ({ parent, payload }) => {
      const { secret } = secretAt(parent);
      const { data = new Uint8Array(), dataCrc32c, _dataCrc32c: present } = payload ?? {};
      if (present !== undefined && Number(dataCrc32c) !== crc32c(data)) throw new GcpRefusal('INVALID_ARGUMENT', 'unquotable: checksum mismatch');
      const version = vault.add(secret, Uint8Array.from(data));
      return { name: `${nameOf(secret)}/versions/${version.number}`, state: version.state, createTime: { seconds: version.created } };
    },
  };

  const answer = (method: string, act: (asked: Request) => object) => (call: ServerUnaryCall<unknown, object>, done: sendUnaryData<object>): void => {
    const asked = request.parse(call.request);
    const token = String(call.metadata.get('authorization')[0] ?? '').replace(/^Bearer /, '');
    calls.push({ method, resource: asked.name || asked.parent || (asked.secret?.name ?? ''), token });
    if (mood === 'hanging' || hanging.has(token)) return;
    try {
      admit(token);
      interruptions.get(method)?.();
      const told = act(asked);
      done(null, mood === 'garbled' && method !== 'AccessSecretVersion' ? {} : told);
    } catch (error) {
      if (!(error instanceof GcpRefusal)) throw error;
      const metadata = new Metadata();
      metadata.set('grpc-status-details-bin', statusDetails(codes[error.status], { ...(error.reason === undefined ? {} : { reason: error.reason }), ...(error.status === 'RESOURCE_EXHAUSTED' ? { retrySeconds: 2 } : {}) }));
      done({ code: codes[error.status], details: error.message, metadata });
    }
  };

  const server = new Server();
  server.addService(serviceDefinition(), Object.fromEntries(Object.entries(methods).map(([method, act]) => [method, answer(method, act)])));
  const authority = createAuthority('Test Google');
  const { cert, key } = authority.issue({ commonName: 'localhost', hosts: ['localhost', '127.0.0.1'] });
  const tls = ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }]);
  const port = await new Promise<number>((resolve, reject) => server.bindAsync('127.0.0.1:0', tls, (error, bound) => (error === null ? resolve(bound) : reject(error))));
  // eslint-disable-next-line typescript/require-await
  const close = async (): Promise<void> => server.forceShutdown();

  return {
    url: `https://localhost:${port}`,
    ca: authority.cert,
    calls,
    count: (method) => (method === undefined ? calls.length : calls.filter((one) => one.method === method).length),
    set: (id, value, { location, labels = {}, annotations = {} } = {}) => {
      const secret = vault.list(location).find((one) => one.id === id) ?? vault.create(location, id, location === undefined ? { replication: { automatic: {} } } : {});
      if (Object.keys(labels).length + Object.keys(annotations).length > 0) vault.update(secret, '', { labels, annotations });
      return String(vault.add(secret, typeof value === 'string' ? Buffer.from(value) : Uint8Array.from(value)).number);
    },
    make: (id) => void vault.create(undefined, id, { replication: { automatic: {} } }),
    secret: (id, location) => vault.get(location, id),
    delete: (id, location) => vault.delete(vault.get(location, id), ''),
    setState: (id, version, state, location) => vault.setState(vault.get(location, id), version, state),
    deny: (id) => void denied.add(id),
    revokeTokens: () => known.clear(),
    allowToken: (token) => void known.add(token),
    hangFor: (token) => void hanging.add(token),
    limit: (value) => void (perSecond = value),
    meanwhile: (method, act) => void (act === undefined ? interruptions.delete(method) : interruptions.set(method, act)),
    behave: (next) => void (mood = next),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Which place of the project a resource is in. */
function placeOf(resource: string): { readonly location: string | undefined; readonly rest: string } {
  const [, project = '', location, rest = ''] = /^projects\/([^/]+)\/(?:locations\/([^/]+)\/)?(.*)$/.exec(resource) ?? [];
  if (project !== projects.id && project !== projects.number) throw new GcpRefusal('PERMISSION_DENIED', 'unquotable: permission denied on resource project', 'CONSUMER_INVALID');
  if (location !== undefined && location !== 'europe-west1') throw new GcpRefusal('INVALID_ARGUMENT', 'unquotable: the location does not match that of the endpoint');
  return { location, rest };
}

function nameOf({ id, location }: StoredSecret): string {
  return `projects/${projects.number}${location === undefined ? '' : `/locations/${location}`}/secrets/${id}`;
}

function answerOf(secret: StoredSecret): object {
  const { labels, annotations, topics, etag, replication } = secret;
  return { name: nameOf(secret), labels, annotations, topics: topics.map((name) => ({ name })), etag, replication: replication ?? null };
}

/** The service as the SDK's own files define it. */
function serviceDefinition(): Parameters<Server['addService']>[0] {
  const require = createRequire(import.meta.url);
  const sdk = require.resolve('@google-cloud/secret-manager');
  const ofSdk = join(dirname(sdk), '../protos');
  // the definitions that all of Google's share come with what the SDK is built on
  const ofGax = join(dirname(createRequire(sdk).resolve('google-gax')), '../protos');
  const definition = loadSync('google/cloud/secretmanager/v1/service.proto', { includeDirs: [ofSdk, ofGax], longs: String, enums: String, defaults: true, oneofs: true });
  const methods = loadPackageDefinition(definition)['google'];
  return serviceIn(methods);
}

function serviceIn(root: unknown): Parameters<Server['addService']>[0] {
  let at: unknown = root;
  for (const step of ['cloud', 'secretmanager', 'v1', 'SecretManagerService', 'service']) at = (typeof at === 'object' || typeof at === 'function') && at !== null ? Reflect.get(at, step) : undefined;
  if (typeof at !== 'object' || at === null) throw new Error('the SDK no longer defines the service where it did');
  return Object.fromEntries(Object.entries(at));
}
