import { generateKeyPairSync } from 'node:crypto';
import { gcpsm } from '../../providers/gcp/index.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { HttpClient as Http } from '../../src/lib/http.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { GcpSecretManager, GcpSecretManagerOptions } from './gcp-secret-manager.ts';
import { startGcpSecretManager } from './gcp-secret-manager.ts';
import { noContext } from './generator-context.ts';
import type { GoogleServer } from './google-server.ts';
import { googleAccount, googleOrigins, startGoogleServer } from './google-server.ts';

// the SDK is loaded with the tests, and not within the time of the first of them
await import('../../providers/gcp/sdk.ts');

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const never = new AbortController().signal;

/** The key of the service account that the token server knows, as Google's console gives it out. */
export const gcpKey = JSON.stringify({ type: 'service_account', client_email: googleAccount, private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), private_key_id: 'k1' });

/** A store that asks with that key. */
export const withGcpKey = { projectID: 'project', auth: { secretRef: { secretAccessKeySecretRef: { name: 'google', key: 'key' } } } };

export interface GcpBenchOptions extends GcpSecretManagerOptions {
  /** The adapter; absent: the one of the sources. */
  readonly provider?: typeof gcpsm;
  readonly clock?: Clock;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly configMaps?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Whether stores may use Prelude's own identity; they may where absent. */
  readonly lendsOwn?: boolean;
  /** Files of Prelude's own pod. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Secret Manager and the servers that give tokens for it, and the adapter connected to them as a store would be. */
export interface GcpBench extends AsyncDisposable {
  readonly secretManager: GcpSecretManager;
  readonly tokens: GoogleServer;
  readonly connect: (config?: object, context?: Partial<ProviderContext>) => Promise<ProviderClient>;
  /** Requests to Google's real addresses reach the servers of the test. */
  readonly http: Http;
  /** The variables that make the adapter ask the server of the test. */
  readonly environment: Readonly<Record<string, string>>;
  /** The audiences that tokens of service accounts were asked for. */
  readonly audiences: readonly (readonly string[])[];
}

/** @see GcpBench */
export async function openGcpBench(options: GcpBenchOptions = {}): Promise<GcpBench> {
  const { provider = gcpsm, clock = systemClock, secrets = {}, configMaps = {}, annotations = {}, files = {}, lendsOwn = true, environment = {} } = options;
  const registry = createRegistry([erase(provider)]);
  const [secretManager, tokens] = await Promise.all([startGcpSecretManager(options), startGoogleServer({ publicKey, jwts: ['jwt-of-app', 'jwt-of-the-issuer'] })]);
  const http = createHttpClient({ clock: systemClock, allowLoopback: true });
  const origins = { ...googleOrigins(tokens.url), 'http://metadata.google.internal': tokens.url };
  const audiences: (readonly string[])[] = [];
  const find = (from: Readonly<Record<string, string>>, name: string): string => {
    const found = from[name];
    if (found === undefined) throw new ProviderError('invalid', `there is no ${name}`);
    return found;
  };
  const known: Readonly<Record<string, string>> = { 'google/key': gcpKey, ...secrets };
  const redirected: Http = (request, signal) => http.request({ ...request, url: redirect(request.url, origins) }, signal);
  const context: ProviderContext = {
    ...noContext,
    clock,
    http: redirected,
    secret: async ({ name, key }) => SecretBytes.fromUtf8(find(known, `${name}/${key}`)),
    configMap: async ({ name, key }) => find(configMaps, `${name}/${key}`),
    wholeSecret: async ({ name }) => ({ labels: {}, data: new Map(Object.entries(known).filter(([at]) => at.startsWith(`${name}/`)).map(([at, text]) => [at.slice(name.length + 1), SecretBytes.fromUtf8(text)])) }),
    serviceAccountToken: (account, asked) => {
      audiences.push([...asked.audiences, ...(account.audiences ?? [])]);
      return Promise.resolve(SecretBytes.fromUtf8('jwt-of-app'));
    },
    serviceAccountAnnotations: () => Promise.resolve(annotations),
    ...(lendsOwn ? { own: { http: redirected, file: async (path) => SecretBytes.fromUtf8(find(files, path)) } } : {}),
    environment: new Map(Object.entries({ GCP_SECRETMANAGER_ENDPOINT: secretManager.url, GCP_SECRETMANAGER_ENDPOINT_CA: secretManager.ca, ...environment })),
  };
  return {
    secretManager,
    tokens,
    audiences,
    http: redirected,
    environment: Object.fromEntries(context.environment),
    connect: (config = withGcpKey, more = {}) => registry.configure({ gcpsm: config }).connect({ ...context, ...more }, never),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([secretManager.close(), tokens.close(), http.close()]);
    },
  };
}

function redirect(url: string, origins: Readonly<Record<string, string>>): string {
  const { origin } = new URL(url);
  const target = origins[origin];
  if (target === undefined && !origin.startsWith('http://127.0.0.1')) throw new Error(`no server of the test stands for ${origin}`);
  return target === undefined ? url : url.replace(origin, target);
}
