import { z } from 'zod';
import { configMapKeySelector, secretKeySelector, serviceAccountSelector, unsupported } from '../../src/provider/field.ts';

const workloadIdentity = z
  .strictObject({
    serviceAccountRef: serviceAccountSelector().describe('The service account of the cluster; its annotation `iam.gke.io/gcp-service-account` names whom it acts as.'),
    clusterLocation: z.string().min(1).describe('The location of the cluster.'),
    clusterName: z.string().min(1).describe('The name of the cluster.'),
    clusterProjectID: z.string().exactOptional().describe('The project of the cluster; `projectID` where absent.'),
  })
  .describe('Workload Identity of a GKE cluster.');

const workloadIdentityFederation = z
  .strictObject({
    credConfig: configMapKeySelector().exactOptional().describe('Key of a ConfigMap with the configuration of an external account, JSON.'),
    serviceAccountRef: serviceAccountSelector().exactOptional().describe('The service account of the cluster whose token is traded in; with `audience`.'),
    awsSecurityCredentials: unsupported(),
    audience: z.string().exactOptional().describe('The provider of the workload identity pool; it comes before that of `credConfig`.'),
    externalTokenEndpoint: z.string().exactOptional().describe('What `credential_source.url` of `credConfig` must be.'),
  })
  .refine(({ credConfig, serviceAccountRef }) => (credConfig === undefined) !== (serviceAccountRef === undefined), 'needs either credConfig or serviceAccountRef')
  .refine(({ serviceAccountRef, audience }) => serviceAccountRef === undefined || (audience ?? '') !== '', { path: ['audience'], error: 'is required with serviceAccountRef' })
  .describe('Workload Identity Federation of any cluster.');

/** `spec` of a GCRAccessToken, with all that External Secrets has. */
export const accessTokenSpec = z
  .strictObject({
    auth: z
      .strictObject({
        secretRef: z
          .strictObject({ secretAccessKeySecretRef: secretKeySelector().describe('Key of a Secret with the key of a service account of Google, JSON.') })
          .exactOptional()
          .describe('The key of a service account of Google.'),
        workloadIdentity: workloadIdentity.exactOptional(),
        workloadIdentityFederation: workloadIdentityFederation.exactOptional(),
      })
      // the identity of the controller's own environment, which upstream takes then, must never serve a tenant
      .refine((auth) => Object.values(auth).some((method) => method !== undefined), "needs secretRef, workloadIdentity or workloadIdentityFederation: this version of Prelude does not use the identity of the controller's own environment")
      .describe('How to authenticate to Google; of several ways the first counts.'),
    projectID: z.string().describe('The project.'),
  })
  .describe('An access token of Google Cloud, which logs in to its container registries.');

export type AccessTokenSpec = z.output<typeof accessTokenSpec>;
export type WorkloadIdentity = z.output<typeof workloadIdentity>;
export type Federation = z.output<typeof workloadIdentityFederation>;
