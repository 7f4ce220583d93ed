import { isIP } from 'node:net';
import type { Cluster } from '../kube/port.ts';
import { endpointSliceType } from '../kube/resource-types.ts';

/** The Service that events come through, and where they are taken. */
export interface LeaderEndpoints {
  readonly namespace: string;
  /** Name of a Service without a selector, and of its EndpointSlice. */
  readonly service: string;
  readonly podAddress: string;
  readonly port: number;
}

/**
 * Leads what comes to a Service to this process: those that wait to lead would have to turn events away, and not every sender sends them again.
 * @throws KubeError
 */
export async function pointToLeader(cluster: Pick<Cluster, 'apply'>, { namespace, service, podAddress, port }: LeaderEndpoints, signal: AbortSignal): Promise<void> {
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name: service, labels: { 'kubernetes.io/service-name': service, 'endpointslice.kubernetes.io/managed-by': 'prelude' } },
    addressType: isIP(podAddress) === 6 ? 'IPv6' : 'IPv4',
    endpoints: [{ addresses: [podAddress], conditions: { ready: true } }],
    ports: [{ name: 'http', protocol: 'TCP', port }],
  };
  await cluster.apply(endpointSliceType, slice, { fieldManager: 'prelude-leadership', force: true }, signal);
}
