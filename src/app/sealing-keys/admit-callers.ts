import type { Cluster } from '../../kube/port.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { LruMap } from '../../lib/lru-map.ts';
import type { Admission, Caller, SealingData } from '../../server/sealing/sealing-server.ts';
import { TokenBucket } from '../events/token-bucket.ts';

export interface AdmitOptions {
  readonly cluster: Pick<Cluster, 'callerReview'>;
  /** Where the keys are: who may reach Services' proxies there may ask. */
  readonly namespace: string;
  readonly rate: { readonly perSecond: number; readonly burst: number };
  /** Whether callers without a token are turned away. */
  readonly refuseTokenless: boolean;
  readonly clock: Clock;
}

/** Callers whose rate is remembered. One that was forgotten begins anew, so all of them together are limited, too. */
const mostCallers = 1_024;
/** How many times one caller's rate all of them together have. */
const together = 20;

/**
 * Decides who may ask whether a value opens.
 *
 * Who comes with a token is asked of the API server: it must be known, and allowed to `create` on `services/proxy` in the namespace of the keys,
 * which is what it would have needed to come through the API server. Who comes through the API server has been asked that already, and
 * has no token any more: the proxy drops it. A request without a token can be told from neither: it may be from any pod that reaches
 * the port. That is for a NetworkPolicy to rule out, or for `refuseTokenless`, at the price of `kubeseal --validate` and `--re-encrypt`.
 */
export function admitCallers({ cluster, namespace, rate, refuseTokenless, clock }: AdmitOptions): SealingData['admit'] {
  const callers = new LruMap<TokenBucket>(mostCallers);
  const all = new TokenBucket({ perSecond: rate.perSecond * together, burst: rate.burst * together }, clock);
  const isTooOften = ({ origin }: Caller): boolean => {
    const bucket = callers.get(origin) ?? new TokenBucket(rate, clock);
    callers.set(origin, bucket);
    return !bucket.take() || !all.take();
  };
  return async (caller, signal) => {
    if (isTooOften(caller)) return 'too often';
    if (caller.token === undefined) return refuseTokenless ? 'unknown' : 'admitted';
    return review(caller.token, cluster, namespace, signal);
  };
}

async function review(token: string, cluster: AdmitOptions['cluster'], namespace: string, signal: AbortSignal): Promise<Admission> {
  if (cluster.callerReview === undefined) return 'unknown';
  try {
    return await cluster.callerReview({ token, verb: 'create', group: '', resource: 'services', subresource: 'proxy', namespace }, signal);
  } catch (error) {
    if (isKubeError(error)) return 'refused';
    throw error;
  }
}
