import { type Clock, systemClock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { version } from '../lib/version.ts';
import type { Cluster } from './port.ts';
import { ApiClient } from './remote/api-client.ts';
import type { FinishedRequest } from './remote/api-request.ts';
import { findCluster } from './remote/cluster-access.ts';
import { DiscoveryCache } from './remote/discovery.ts';
import { listPages } from './remote/list-pages.ts';
import { objectCalls } from './remote/object-calls.ts';
import { requestToken, reviewAccess, reviewCaller } from './remote/review-calls.ts';
import { watchStream } from './remote/watch-stream.ts';

export interface OpenClusterOptions {
  /** A file. Absent: $KUBECONFIG, then ~/.kube/config, then the service account of the pod we run in. */
  readonly kubeconfig?: string | undefined;
  /** Absent: the kubeconfig's current one. */
  readonly context?: string | undefined;
  /** Absent: `prelude/` and the version. */
  readonly userAgent?: string;
  /** Told of every finished request; of a watch once the server has begun to answer. */
  readonly onRequest?: (request: FinishedRequest) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Opens the cluster of a kubeconfig's context. No request is sent: the first call finds out whether the server answers.
 * All calls share one pool of connections, bounded for requests; watches have their own beside it.
 * @throws KubeError `invalid` or `unsupported` where no cluster is configured, or its configuration cannot be used
 */
export async function openCluster(options: OpenClusterOptions = {}): Promise<Cluster> {
  const { clock = systemClock, random = Math.random } = options;
  const access = await findCluster({ kubeconfig: options.kubeconfig, context: options.context, clock });
  const client = new ApiClient({ access, clock, userAgent: options.userAgent ?? `prelude/${version}`, onRequest: options.onRequest ?? (() => {}) });
  const closing = new AbortController();
  const discovery = new DiscoveryCache({ client, clock, signal: closing.signal });
  return {
    name: access.name,
    kind: 'kubernetes',
    ...objectCalls(client),
    pages: (type, selection, signal) => listPages(client, { type, selection }, signal),
    watch: (type, selection, resourceVersion, signal) => watchStream({ client, clock, random }, { type, selection, resourceVersion }, signal),
    discover: (signal, { fresh = false } = {}) => discovery.find(signal, fresh),
    version: (signal) => discovery.version(signal),
    tokenRequest: (serviceAccount, request, signal) => requestToken(client, { serviceAccount, request }, signal),
    accessReview: (question, signal) => reviewAccess(client, question, signal),
    callerReview: (question, signal) => reviewCaller(client, question, signal),
    close: () => {
      closing.abort(new Error('the cluster has been closed'));
      return client.close();
    },
  };
}
