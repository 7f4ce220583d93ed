import { z } from 'zod';
import { configMapKeySelector, objectNameField, secretKeySelector, serviceAccountSelector } from '../../src/provider/field.ts';

/** `auth.secretRef`, as in External Secrets. */
export const gcpSecretRef = z
  .strictObject({ secretAccessKeySecretRef: secretKeySelector().describe('Key of a Secret with the key of a service account of Google, JSON.') })
  .describe('The key of a service account of Google.');

const workloadIdentity = z
  .strictObject({
    serviceAccountRef: serviceAccountSelector().describe('The service account of the cluster; its annotation `iam.gke.io/gcp-service-account` names whom it acts as.'),
    clusterLocation: z.string().min(1).describe('The location of the cluster.'),
    clusterName: z.string().min(1).describe('The name of the cluster.'),
    clusterProjectID: z.string().exactOptional().describe('The project of the cluster; `projectID` where absent.'),
  })
  .describe('Workload Identity of a GKE cluster.');

const awsSecurityCredentials = z
  .strictObject({
    region: z
      .string()
      .max(50)
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be the name of an AWS region, like eu-central-1')
      .describe('The region whose STS says who the keys belong to.'),
    awsCredentialsSecretRef: z
      .strictObject({ name: objectNameField().describe('The name of the Secret.'), namespace: z.string().exactOptional().describe("Its namespace. A SecretStore may name its own only; in a ClusterSecretStore, absence means the consumer's.") })
      .describe('The Secret with the keys `aws_access_key_id`, `aws_secret_access_key` and, where they are temporary, `aws_session_token`.'),
  })
  .describe('Access keys of AWS.');

export const workloadIdentityFederation = z
  .strictObject({
    credConfig: configMapKeySelector().exactOptional().describe('Key of a ConfigMap with the configuration of an external account, JSON.'),
    serviceAccountRef: serviceAccountSelector().exactOptional().describe('The service account of the cluster whose token is traded in; with `audience`.'),
    awsSecurityCredentials: awsSecurityCredentials.exactOptional(),
    audience: z.string().exactOptional().describe('The provider of the workload identity pool; it comes before that of `credConfig`.'),
    externalTokenEndpoint: z.string().exactOptional().describe('What `credential_source.url` of `credConfig` must be.'),
    gcpServiceAccountEmail: z.string().exactOptional().describe('The service account of Google that is acted as.'),
  })
  .refine(({ credConfig, serviceAccountRef, awsSecurityCredentials: aws }) => [credConfig, serviceAccountRef, aws].filter((way) => way !== undefined).length === 1, 'needs either credConfig, serviceAccountRef or awsSecurityCredentials')
  .refine(({ credConfig, audience }) => credConfig !== undefined || (audience ?? '') !== '', { path: ['audience'], error: 'is required with serviceAccountRef and awsSecurityCredentials' })
  .describe('Workload Identity Federation of any cluster.');

/** `spec` of a GCRAccessToken, with all that External Secrets has. */
export const accessTokenSpec = z
  .strictObject({
    auth: z
      .strictObject({
        secretRef: gcpSecretRef.exactOptional(),
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
