import type { Clock } from '../../lib/clock.ts';
import { untilAborted } from '../../lib/until-aborted.ts';
import { version } from '../../lib/version.ts';
import { KubeError } from '../kube-error.ts';
import { findCluster, type AccessOptions } from './cluster-access.ts';
import { reasonOf } from './connection-error.ts';
import { ConnectionPools } from './connection-pools.ts';
import { startDeadline } from './deadline.ts';
import { parseJson, readBody } from './json-body.ts';
import { statusError } from './status-error.ts';

export interface ServiceProxyOptions extends AccessOptions {
  readonly clock: Clock;
  readonly groups?: readonly string[];
  readonly uid?: string;
  /** Milliseconds for a request; absent: 30 s. */
  readonly deadline?: number;
}

/** What a Service answered through the API server: any status is an answer. */
export interface ProxyAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Speaks with a Service through the API server, which drops who asks: what protects there is its right on `services/proxy`. */
export interface ServiceProxy {
  /** A GET of a path of the API server itself. */
  readonly get: (path: string, signal: AbortSignal) => Promise<ProxyAnswer>;
  readonly post: (path: string, body: string, signal: AbortSignal) => Promise<ProxyAnswer>;
  readonly close: () => Promise<void>;
}

const mostBytes = 4 << 20;

/**
 * Opens the cluster of a kubeconfig for requests to Services.
 * @throws KubeError `invalid` where none is configured; its calls `unavailable`, the signal's reason
 */
export async function openServiceProxy({ deadline = 30_000, groups = [], uid, ...options }: ServiceProxyOptions): Promise<ServiceProxy> {
  const access = await findCluster(options);
  const server = new URL(access.server);
  const pools = new ConnectionPools(server.origin);
  const impersonation = { ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }), ...(uid === undefined ? {} : { 'impersonate-uid': uid }) };
  async function send(method: 'GET' | 'POST', path: string, body: string | undefined, signal: AbortSignal): Promise<ProxyAnswer> {
    const limit = startDeadline(options.clock, deadline, signal);
    try {
      const authorization = await untilAborted(access.authorize(), limit.signal);
      const headers = { ...authorization.headers, ...impersonation, 'user-agent': `prelude/${version}`, accept: 'application/x-pem-file, application/json, */*', ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
      const answer = await pools.for(authorization).requests.request({ method, path: server.pathname.replace(/\/+$/, '') + path, headers, body: body ?? null, signal: limit.signal });
      return { status: answer.statusCode, body: await readBody(answer.body, mostBytes) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof KubeError) throw error;
      throw new KubeError('unavailable', limit.passed() ? `${access.server} did not answer within ${deadline / 1000} s` : `no answer from ${access.server}: ${reasonOf(error)}`);
    } finally {
      limit.end();
    }
  }
  return {
    get: (path, signal) => send('GET', path, undefined, signal),
    post: (path, body, signal) => send('POST', path, body, signal),
    close: () => pools.close(),
  };
}

/** Why the API server, or the Service behind it, refused. */
export function refusalOf({ status, body }: ProxyAnswer, attempt: { readonly verb: string; readonly target: string }): KubeError {
  return statusError({ ...attempt, resource: 'services', sensitive: true }, { status, body: parseJson(body)?.value });
}
