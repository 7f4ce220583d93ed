import { z } from 'zod';
import type { Cluster } from '../../kube/port.ts';
import { endpointSliceType, serviceType } from '../../kube/resource-types.ts';

/** A Service that the API server calls: of an admission or a conversion webhook. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** Whether somebody answers behind a Service. */
export type ServiceState = 'ready' | 'without endpoints' | 'absent';

const slice = z.object({ endpoints: z.array(z.object({ conditions: z.object({ ready: z.boolean().nullish() }).nullish() })).nullish() });

/**
 * Looks whether a Service exists and has a ready endpoint.
 * @throws KubeError
 */
export async function serviceState(cluster: Cluster, { namespace, name }: ServiceName, signal: AbortSignal): Promise<ServiceState> {
  if ((await cluster.get(serviceType, { namespace, name }, signal, { metadataOnly: true })) === undefined) return 'absent';
  for await (const { items } of cluster.pages(endpointSliceType, { namespace, labelSelector: `kubernetes.io/service-name=${name}` }, signal)) {
    for (const item of items) {
      const parsed = slice.safeParse(item);
      // readiness that is not told counts as ready (Kubernetes' own rule)
      if (parsed.success && (parsed.data.endpoints ?? []).some(({ conditions }) => conditions?.ready !== false)) return 'ready';
    }
  }
  return 'without endpoints';
}
