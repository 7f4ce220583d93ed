import type { Provider } from '../../src/provider/contract.ts';
import { KubernetesApi } from './api.ts';
import { createKubernetesClient } from './client.ts';
import type { KubernetesConfig } from './config.ts';
import { credentialsOf, kubernetesConfig } from './config.ts';
import { openConnection, ownHostVariable } from './connection.ts';

/** Secrets of a Kubernetes cluster, this one or another. */
export const kubernetes: Provider<KubernetesConfig> = {
  id: 'kubernetes',
  schema: kubernetesConfig,
  propertyLookup: 'path-only',
  environment: [ownHostVariable],
  capabilities: 'ReadWrite',
  credentials: credentialsOf,
  connect: async (config, context) => {
    const api = new KubernetesApi(await openConnection(config, context), context.http);
    return createKubernetesClient({ api, remoteNamespace: config.remoteNamespace, mayLeaveNamespace: context.store?.scope === 'cluster', clock: context.clock });
  },
};
