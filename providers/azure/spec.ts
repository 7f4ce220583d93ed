import { z } from 'zod';
import { secretKeySelector, serviceAccountSelector, supportedOf } from '../../src/provider/field.ts';
import { tenantPattern } from './entra-request.ts';

const clouds = ['PublicCloud', 'USGovernmentCloud', 'ChinaCloud', 'GermanCloud'] as const;

const auth = z
  .strictObject({
    servicePrincipal: z
      .strictObject({
        secretRef: z
          .strictObject({
            clientId: secretKeySelector().describe('Key of a Secret with the client id.'),
            clientSecret: secretKeySelector().describe('Key of a Secret with the client secret.'),
          })
          .describe('Where the credentials of the service principal stand.'),
      })
      .exactOptional()
      .describe('A service principal; with `tenantId`.'),
    managedIdentity: z
      .strictObject({ identityId: z.string().exactOptional().describe('The client id or resource id of the identity, where there are several.') })
      .exactOptional()
      .describe('The identity of the machine that the controller runs on, where its operator lends it.'),
    workloadIdentity: z
      .strictObject({ serviceAccountRef: serviceAccountSelector().describe('The service account, with the annotations `azure.workload.identity/client-id` and `azure.workload.identity/tenant-id`.') })
      .exactOptional()
      .describe('A service account of the cluster.'),
  })
  .refine((methods) => Object.values(methods).some((method) => method !== undefined), 'needs servicePrincipal, workloadIdentity or managedIdentity')
  .describe('How to authenticate to Azure; of several ways the first counts.');

/** `spec` of an ACRAccessToken, with all that External Secrets has. */
export const accessTokenSpec = z
  .strictObject({
    auth,
    tenantId: z.string().regex(tenantPattern, 'must be the id or the domain of a tenant').exactOptional().describe('The tenant.'),
    registry: z
      .string()
      .max(253)
      .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i, 'must be a host like example.azurecr.io')
      .describe('The host of the registry.'),
    scope: z.string().exactOptional().describe('What the token is for: `repository:my-repository:pull,push`. Absent: a refresh token, for all that the identity may.'),
    environmentType: supportedOf(clouds, [...clouds, 'AzureStackCloud']).exactOptional().describe('The cloud; `PublicCloud` where absent.'),
  })
  .refine(({ auth: { servicePrincipal }, tenantId }) => servicePrincipal === undefined || tenantId !== undefined, { path: ['tenantId'], error: 'is required with auth.servicePrincipal' })
  .describe('A token that logs in to a container registry of Azure.');

export type AccessTokenSpec = z.output<typeof accessTokenSpec>;
