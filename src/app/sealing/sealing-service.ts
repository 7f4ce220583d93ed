import { z } from 'zod';
import type { KubeconfigOverrides } from '../../kube/remote/kubeconfig-overrides.ts';
import { openServiceProxy, type ProxyAnswer, refusalOf } from '../../kube/remote/service-proxy.ts';
import { systemClock } from '../../lib/clock.ts';
import { SealError } from '../../seal/seal-error.ts';

/** Which controller to ask, in which cluster, as whom. */
export interface SealingServiceOptions {
  readonly namespace: string;
  readonly name: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly overrides?: KubeconfigOverrides;
  readonly groups?: readonly string[];
  readonly uid?: string;
  /** Milliseconds for a request; absent: 30 s. */
  readonly deadline?: number;
}

/** The endpoints of a controller, its own or Sealed Secrets'. */
export interface SealingService {
  readonly get: (path: string, signal: AbortSignal) => Promise<ProxyAnswer>;
  readonly post: (path: string, body: string, signal: AbortSignal) => Promise<ProxyAnswer>;
}

const service = z.object({ spec: z.object({ ports: z.array(z.object({ name: z.string().default('') })).min(1) }) });

/**
 * Finds the Service of a controller, and hands it to `use` until that is done. A kubeconfig and its right to the Service's proxy are all
 * that is needed.
 * @throws SealError where there is no such Service; KubeError; the signal's reason
 */
export async function withSealingService<T>({ namespace, name, ...access }: SealingServiceOptions, use: (service: SealingService) => Promise<T>, signal: AbortSignal): Promise<T> {
  const proxy = await openServiceProxy({ ...access, clock: systemClock });
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/services`;
    const found = await proxy.get(`${path}/${encodeURIComponent(name)}`, signal);
    const parsed = found.status === 200 ? service.safeParse(jsonOf(found.body)) : undefined;
    if (parsed?.success !== true) throw unknownService(found, `${namespace}/${name}`);
    const base = `${path}/http:${encodeURIComponent(name)}:${encodeURIComponent(parsed.data.spec.ports[0]?.name ?? '')}/proxy`;
    return await use({ get: (below, own) => proxy.get(base + below, own), post: (below, body, own) => proxy.post(base + below, body, own) });
  } finally {
    await proxy.close();
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function unknownService(answer: ProxyAnswer, target: string): SealError {
  const why = answer.status === 200 ? 'it has no port' : refusalOf(answer, { verb: 'get', target }).message;
  // kubeseal's words
  return new SealError(`cannot get sealed secret service: ${why}.\nPlease, use the flag --controller-name and --controller-namespace to set up the name and namespace of the sealed secrets controller`);
}
