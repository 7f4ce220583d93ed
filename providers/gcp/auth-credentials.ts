import type { CredentialSelector, SecretKeySelector, ServiceAccountSelector } from '../../src/provider/contract.ts';
import type { Federation } from './spec.ts';

/** The ways of `auth` that are said. */
export interface AuthWays {
  readonly secretRef?: { readonly secretAccessKeySecretRef: SecretKeySelector };
  readonly workloadIdentity?: { readonly serviceAccountRef: ServiceAccountSelector };
  readonly workloadIdentityFederation?: Federation;
}

/** What `auth` names in the cluster. */
export function authCredentials({ secretRef, workloadIdentity, workloadIdentityFederation: federation }: AuthWays): readonly CredentialSelector[] {
  return [
    ...(secretRef === undefined ? [] : [secretRef.secretAccessKeySecretRef]),
    ...[workloadIdentity?.serviceAccountRef, federation?.serviceAccountRef].flatMap((account): readonly CredentialSelector[] => (account === undefined ? [] : [{ kind: 'ServiceAccount', ...account }])),
    ...(federation?.credConfig === undefined ? [] : [{ kind: 'ConfigMap', ...federation.credConfig } as const]),
    ...(federation?.awsSecurityCredentials === undefined ? [] : [{ kind: 'WholeSecret', ...federation.awsSecurityCredentials.awsCredentialsSecretRef } as const]),
  ];
}
