import { z } from 'zod';
import { KubeError } from '../kube-error.ts';
import type { ApiClient } from './api-client.ts';

const versionInfo = z.object({ gitVersion: z.string().min(1) });

/** The version of Kubernetes that a server says it is, e.g. `v1.34.1`. @throws KubeError */
export async function readServerVersion(client: ApiClient, signal: AbortSignal): Promise<string> {
  const { body } = await client.send({ verb: 'get', resource: 'version', target: '/version', sensitive: false, method: 'GET', path: '/version' }, signal);
  const { data } = versionInfo.safeParse(body);
  if (data === undefined) throw new KubeError('unavailable', 'the API server does not say which version of Kubernetes it is');
  return data.gitVersion;
}
