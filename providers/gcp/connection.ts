import { z } from 'zod';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { untilAborted } from '../../src/lib/until-aborted.ts';
import { addressOf } from './endpoint.ts';
import { callError, hasStatus } from './errors.ts';
import type { TokenKeeper } from './token-keeper.ts';

export interface ConnectionOptions {
  readonly tokens: TokenKeeper;
  /** The region whose endpoint is asked; absent: the global one. */
  readonly location?: string;
  /** Another endpoint than Google's, `https://` or `http://`. */
  readonly endpoint?: string;
  /** PEM: the authorities that are trusted to vouch for that endpoint. */
  readonly endpointCa?: string;
}

/** The calls of the service that are made. */
export type Method = keyof typeof permissions;

/** Each call's permission, for what is told where it is denied. */
const permissions = {
  accessSecretVersion: 'secretmanager.versions.access',
  getSecret: 'secretmanager.secrets.get',
  listSecrets: 'secretmanager.secrets.list',
  listSecretVersions: 'secretmanager.versions.list',
  createSecret: 'secretmanager.secrets.create',
  updateSecret: 'secretmanager.secrets.update',
  deleteSecret: 'secretmanager.secrets.delete',
  addSecretVersion: 'secretmanager.versions.add',
} as const;

/** A connection of one identity. */
export interface Connection {
  /**
   * Makes one call, once; a second time with another token where the first one is not good any more.
   * @param routing by which field Google finds the region: name or parent
   * @returns the answer; of a list, one page of it
   * @throws ProviderError, a CallError where there is a status; the signal's reason
   */
  readonly call: (method: Method, request: object, routing: string, signal: AbortSignal) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

export interface Answer {
  /** The message, or the items of a page. */
  readonly message: unknown;
  /** Of a list: where the next page begins. */
  readonly next?: string;
}

interface Attempt {
  readonly token: SecretBytes;
  readonly signal: AbortSignal;
}

/** Milliseconds that a call may take at most, should nobody end it earlier. */
const callTimeout = 60_000;

/** As gax answers: the message, the next request, and the page as it came. */
const answered = z.tuple([z.unknown(), z.unknown(), z.object({ nextPageToken: z.string().optional() }).nullish().catch(undefined)]).rest(z.unknown());

/** How channels behave, beside gax' own choices. */
const channel = {
  // a connection of its own: what hangs for one identity holds up no other
  'grpc.use_local_subchannel_pool': 1,
  // the planner retries
  'grpc.enable_retries': 0,
  // no wait of two minutes after an outage
  'grpc.max_reconnect_backoff_ms': 10_000,
  // a connection that died in silence is noticed
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
  // no look-ups of TXT records
  'grpc.service_config_disable_resolution': 1,
};

/**
 * Connects with the SDK. The token goes with each call as a header: it is ours, got with the store's own rules, and the SDK looks
 * for none. Calls go to gax directly: the methods around it print values where a variable of the environment says so.
 */
export async function connectSecretManager({ tokens, location, endpoint, endpointCa }: ConnectionOptions): Promise<Connection> {
  const { credentials, SecretManagerServiceClient } = await import('./sdk.ts');
  const { host, port, plain } = addressOf(endpoint, location);
  const sslCreds = plain ? credentials.createInsecure() : credentials.createSsl(endpointCa === undefined ? null : Buffer.from(endpointCa));
  const universeDomain = 'googleapis.com';
  const client = new SecretManagerServiceClient({ apiEndpoint: host, port, sslCreds, fallback: false, universeDomain, clientOptions: { universeDomain }, enableTelemetryLogging: false, ...channel });
  await client.initialize();
  async function callOnce(method: Method, request: object, routing: string, { token, signal }: Attempt): Promise<Answer> {
    const headers = { authorization: bearer(token), 'x-goog-request-params': routing };
    const options = { retry: null, timeout: callTimeout, autoPaginate: false, signal, otherArgs: { headers } };
    try {
      const promise: Promise<unknown> = Promise.resolve(client.innerApiCalls[method]?.(request, options));
      const [message, , page] = answered.parse(await untilAborted(promise, signal));
      return { message, ...(page?.nextPageToken === undefined || page.nextPageToken === '' ? {} : { next: page.nextPageToken }) };
    } catch (thrown) {
      signal.throwIfAborted();
      throw callError(thrown, permissions[method]);
    }
  }

  return {
    call: async (method, request, routing, signal) => {
      const token = await tokens.get(signal);
      try {
        return await callOnce(method, request, routing, { token, signal });
      } catch (error) {
        // a token may be taken back before its end: nothing was done for it
        if (!hasStatus(error, 'UNAUTHENTICATED') || !tokens.forget(token)) throw error;
        return callOnce(method, request, routing, { token: await tokens.get(signal), signal });
      }
    },
    close: async () => {
      tokens.close();
      await client.close();
    },
  };
}

function bearer(token: SecretBytes): string {
  return `Bearer ${Buffer.from(token.reveal()).toString('utf8')}`;
}
