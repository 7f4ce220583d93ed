import { z } from 'zod';
import type { CredentialSelector, SecretKeySelector, ServiceAccountSelector } from '../../src/provider/contract.ts';
import { secretKeySelector, serviceAccountSelector } from '../../src/provider/field.ts';
import type { CloudEndpoints } from './clouds.ts';
import { customEndpoints, endpointsOf } from './clouds.ts';
import { tenantPattern } from './entra-request.ts';

/** As whom Entra ID is asked for tokens. */
export type AzureAuth =
  | { readonly kind: 'secret'; readonly tenant: string; readonly clientId: SecretKeySelector; readonly clientSecret: SecretKeySelector }
  | { readonly kind: 'certificate'; readonly tenant: string; readonly clientId: SecretKeySelector; readonly clientCertificate: SecretKeySelector }
  /** An identity of the machine; an empty id is its own. */
  | { readonly kind: 'machine'; readonly id: string }
  /** Prelude's own service account, by the token that is mounted into its pod. */
  | { readonly kind: 'pod' }
  | { readonly kind: 'serviceAccount'; readonly account: ServiceAccountSelector; readonly tenant?: string; readonly clientId?: SecretKeySelector; readonly tenantId?: SecretKeySelector };

/** `spec.provider.azurekv`, understood. */
export interface AzureConfig {
  /** Without a slash at its end. */
  readonly vaultUrl: string;
  readonly endpoints: CloudEndpoints;
  /** Whether the endpoints are the store's own, and none of Azure's. */
  readonly customCloud: boolean;
  readonly auth: AzureAuth;
}

const authTypes = ['ServicePrincipal', 'ManagedIdentity', 'WorkloadIdentity'] as const;
const environmentTypes = ['PublicCloud', 'USGovernmentCloud', 'ChinaCloud', 'GermanCloud', 'AzureStackCloud'] as const;

const authSecretRef = z
  .strictObject({
    clientId: secretKeySelector().exactOptional().describe('The client id of the application.'),
    tenantId: secretKeySelector().exactOptional().describe('The tenant of a service account; with `serviceAccountRef`.'),
    clientSecret: secretKeySelector().exactOptional().describe('The client secret of the application.'),
    clientCertificate: secretKeySelector().exactOptional().describe('A certificate of the application with its private key, in PEM or PKCS#12 without a password.'),
  })
  .describe('What stands in Secrets.');

function httpsUrl(): z.ZodString {
  return z.string().refine((text) => addressOf(text) !== undefined, 'must be an address like https://my-vault.vault.azure.net; credentials are sent over https only');
}

const customCloudConfig = z
  .strictObject({
    activeDirectoryEndpoint: httpsUrl().describe('Where tokens are to be had.'),
    keyVaultEndpoint: httpsUrl().exactOptional().describe('What tokens for vaults are for.'),
    keyVaultDNSSuffix: z.string().max(253).regex(/^\.?[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'must be a suffix of host names').exactOptional().describe('What the host names of vaults end with: tokens are for it where `keyVaultEndpoint` is absent.'),
    resourceManagerEndpoint: httpsUrl().exactOptional().describe('The resource manager. Vaults do not need it.'),
  })
  .describe('The endpoints of an Azure Stack.');

const written = z.strictObject({
  vaultUrl: httpsUrl().describe('The address of the vault.'),
  authType: z.enum(authTypes).exactOptional().describe('How to authenticate, `ServicePrincipal` where absent.'),
  tenantId: z.string().regex(tenantPattern, 'must be the id or the domain of a tenant').exactOptional().describe('The tenant.'),
  environmentType: z.enum(environmentTypes).exactOptional().describe('The cloud, `PublicCloud` where absent.'),
  authSecretRef: authSecretRef.exactOptional(),
  serviceAccountRef: serviceAccountSelector().exactOptional().describe("A service account of the cluster; with `WorkloadIdentity`, where it takes the place of Prelude's own."),
  identityId: z.string().exactOptional().describe('The client id or resource id of one of several managed identities; with `ManagedIdentity`.'),
  useAzureSDK: z.boolean().exactOptional().describe("Which of External Secrets' two clients is used. Prelude has one, whatever is said."),
  customCloudConfig: customCloudConfig.exactOptional(),
});

type Written = z.output<typeof written>;

/** `spec.provider.azurekv`: every field that External Secrets has. */
export const azureConfig: z.ZodType<AzureConfig> = written
  .transform((store, context): AzureConfig => {
    const problem = (path: readonly string[], message: string): void => context.addIssue({ code: 'custom', path: [...path], message });
    const endpoints = endpointsIn(store, problem);
    const auth = authIn(store, problem);
    const vaultUrl = addressOf(store.vaultUrl);
    if (endpoints === undefined || auth === undefined || vaultUrl === undefined) return z.NEVER;
    return { vaultUrl, endpoints, customCloud: store.customCloudConfig !== undefined, auth };
  })
  .describe('Azure Key Vault.');

type Problem = (path: readonly string[], message: string) => void;

function endpointsIn({ environmentType = 'PublicCloud', customCloudConfig: custom }: Written, problem: Problem): CloudEndpoints | undefined {
  if (environmentType !== 'AzureStackCloud') {
    if (custom === undefined) return endpointsOf(environmentType);
    problem(['customCloudConfig'], 'belongs to environmentType AzureStackCloud only');
    return undefined;
  }
  if (custom !== undefined) return customEndpoints(custom);
  problem(['customCloudConfig'], 'is required with environmentType AzureStackCloud');
  return undefined;
}

function authIn(store: Written, problem: Problem): AzureAuth | undefined {
  const { authType = 'ServicePrincipal', tenantId, authSecretRef: refs = {}, serviceAccountRef: account, identityId = '' } = store;
  if (authType === 'ManagedIdentity') return { kind: 'machine', id: identityId };
  if (authType === 'ServicePrincipal') return principalIn(store, problem);
  if (account === undefined) return { kind: 'pod' };
  if (store.authSecretRef !== undefined && refs.clientId === undefined) {
    problem(['authSecretRef', 'clientId'], 'is required where WorkloadIdentity has an authSecretRef');
    return undefined;
  }
  // of both, the one of the Secret counts, as in External Secrets
  const tenant = refs.tenantId === undefined ? tenantId : undefined;
  return { kind: 'serviceAccount', account, ...(tenant === undefined ? {} : { tenant }), ...(refs.clientId === undefined ? {} : { clientId: refs.clientId }), ...(refs.tenantId === undefined ? {} : { tenantId: refs.tenantId }) };
}

function principalIn({ tenantId: tenant, authSecretRef: refs = {} }: Written, problem: Problem): AzureAuth | undefined {
  const { clientId, clientSecret, clientCertificate } = refs;
  if (tenant === undefined) problem(['tenantId'], 'is required with authType ServicePrincipal');
  if (clientId === undefined) problem(['authSecretRef', 'clientId'], 'is required with authType ServicePrincipal');
  if (clientSecret === undefined && clientCertificate === undefined) problem(['authSecretRef'], 'needs clientSecret or clientCertificate with authType ServicePrincipal');
  if (clientSecret !== undefined && clientCertificate !== undefined) problem(['authSecretRef'], 'must have clientSecret or clientCertificate, not both');
  if (tenant === undefined || clientId === undefined) return undefined;
  if (clientSecret !== undefined) return { kind: 'secret', tenant, clientId, clientSecret };
  return clientCertificate === undefined ? undefined : { kind: 'certificate', tenant, clientId, clientCertificate };
}

/** Without a slash at its end; undefined for what credentials are not sent to. */
function addressOf(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** What a configuration names in the cluster. */
export function credentialsOf({ auth }: AzureConfig): readonly CredentialSelector[] {
  switch (auth.kind) {
    case 'secret':
      return [auth.clientId, auth.clientSecret];
    case 'certificate':
      return [auth.clientId, auth.clientCertificate];
    case 'machine':
    case 'pod':
      return [];
    case 'serviceAccount':
      return [{ kind: 'ServiceAccount', ...auth.account }, ...[auth.clientId, auth.tenantId].flatMap((selector) => (selector === undefined ? [] : [selector]))];
    default:
      return auth satisfies never;
  }
}
