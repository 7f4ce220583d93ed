import type { ProviderContext } from '../../src/provider/contract.ts';
import type { GcpConfig } from './config.ts';
import { tokenOfFederation } from './federation.ts';
import type { GoogleToken } from './google-api.ts';
import { ownCluster, tokenOfOwn } from './own-identity.ts';
import { tokenOfKey } from './service-account-key.ts';
import { tokenOfWorkload } from './workload-identity.ts';

/** An access token of whom the store asks as. @throws ProviderError; the signal's reason */
export async function tokenOf({ auth, projectID = '' }: GcpConfig, context: ProviderContext, signal: AbortSignal): Promise<GoogleToken> {
  switch (auth.way) {
    case 'key':
      return tokenOfKey(auth.secretRef.secretAccessKeySecretRef, context, signal);
    case 'workload': {
      const { clusterLocation, clusterName } = auth.workloadIdentity;
      const cluster = clusterLocation === undefined || clusterName === undefined ? await ownCluster(context, signal) : { clusterLocation, clusterName };
      return tokenOfWorkload({ ...cluster, ...auth.workloadIdentity }, projectID, context, signal);
    }
    case 'federation':
      return tokenOfFederation(auth.workloadIdentityFederation, context, signal);
    case 'own':
      return tokenOfOwn(context, signal);
    default:
      return auth satisfies never;
  }
}

/** Whether a store needs what only Prelude's own machine knows: its identity, its project, or its cluster. */
export function asksOwnMachine({ auth, projectID }: GcpConfig): boolean {
  if (auth.way === 'own' || projectID === undefined) return true;
  return auth.way === 'workload' && (auth.workloadIdentity.clusterLocation === undefined || auth.workloadIdentity.clusterName === undefined);
}
