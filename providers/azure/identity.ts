import type { OwnMeans, ProviderContext } from '../../src/provider/contract.ts';
import { credentialText } from '../../src/provider/credential-text.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { clientAssertion, readClientCertificate } from './client-certificate.ts';
import type { AzureAuth, AzureConfig } from './config.ts';
import { assertionFields, clientAnnotation, clientCredentialsRequest, type EntraToken, federationAudience, federationSeconds, machineIdentityRequest, requestToken, tenantAnnotation, tenantPattern, tokenUrl } from './entra-request.ts';

/** Asks for a new token for a service: `https://vault.azure.net`. @throws ProviderError */
export type FetchToken = (resource: string) => Promise<EntraToken>;

const clientVariable = 'AZURE_CLIENT_ID';
const tenantVariable = 'AZURE_TENANT_ID';
/** Azure's own name for the variable that says where tokens of managed identities are to be had. */
const identityHostVariable = 'AZURE_POD_IDENTITY_AUTHORITY_HOST';
const fileVariable = 'AZURE_FEDERATED_TOKEN_FILE';
/** What the webhook of Azure's workload identity sets in a pod, and where the machine's identity is to be had if not at the usual address. */
export const identityVariables: readonly string[] = [clientVariable, tenantVariable, fileVariable, identityHostVariable];

/** Where every machine of Azure has its metadata service. */
const metadataService = 'http://169.254.169.254';

/** No signal of a reader ends a request for a token, for it is everybody's: its deadline is the client's. */
const never = new AbortController().signal;

/**
 * How tokens are had for a store. Credentials are read now: where they change, the store is connected anew.
 * @throws ProviderError
 */
export async function openIdentity({ auth, endpoints, customCloud }: AzureConfig, context: ProviderContext): Promise<FetchToken> {
  const { login } = endpoints;
  switch (auth.kind) {
    case 'secret': {
      const [id, secret] = await Promise.all([context.secret(auth.clientId).then(credentialText), context.secret(auth.clientSecret).then(credentialText)]);
      return (resource) => grant(context, { login, tenant: auth.tenant, resource }, { client_id: id, client_secret: secret }, 'check tenantId, authSecretRef.clientId and authSecretRef.clientSecret');
    }
    case 'certificate': {
      const [id, file] = await Promise.all([context.secret(auth.clientId).then(credentialText), context.secret(auth.clientCertificate)]);
      return byCertificate(context, { login, tenant: auth.tenant, id, certificate: await readClientCertificate(file, context.renderTemplate) });
    }
    case 'machine':
      return byMachine(ownMeans(context, customCloud), auth.id, context.environment.get(identityHostVariable) ?? metadataService);
    case 'pod':
      return byPod(context, ownMeans(context, customCloud), login);
    case 'serviceAccount':
      return byServiceAccount(auth, context, login);
    default:
      return auth satisfies never;
  }
}

interface Place {
  readonly login: string;
  readonly tenant: string;
  readonly resource: string;
}

function grant({ http }: ProviderContext, { resource, ...place }: Place, fields: Readonly<Record<string, string>>, advice: string): Promise<EntraToken> {
  return requestToken(clientCredentialsRequest({ ...place, scope: `${resource}/.default` }, fields), { http, advice }, never);
}

function byCertificate(context: ProviderContext, { login, tenant, id, certificate }: { readonly login: string; readonly tenant: string; readonly id: string; readonly certificate: ClientCertificate }): FetchToken {
  const endpoint = tokenUrl({ login, tenant });
  return (resource) => {
    const assertion = clientAssertion(certificate, { clientId: id, endpoint, now: context.clock.now() });
    return grant(context, { login, tenant, resource }, assertionFields(id, assertion), 'check tenantId and authSecretRef, and that the application knows the certificate');
  };
}

/**
 * Prelude's own means, for a store that may use them.
 * @throws ProviderError `denied` where a tenant's store would send the proof of Prelude's identity to a place of the tenant's choice
 */
function ownMeans({ own, store }: ProviderContext, customCloud: boolean): OwnMeans {
  if (own === undefined) throw new ProviderError('denied', "Prelude's own identity is not to be had here; name credentials in the store");
  if (customCloud && store?.scope !== 'cluster') throw new ProviderError('denied', "a SecretStore with customCloudConfig may not use Prelude's own identity: it would be proved to whoever the store names; name credentials in it");
  return own;
}

function byMachine({ http }: OwnMeans, id: string, host: string): FetchToken {
  const service = { http, service: "the metadata service of Prelude's machine", advice: 'check identityId, and that the identity is assigned to the machine' };
  return (resource) => requestToken(machineIdentityRequest(host, id, resource), service, never);
}

/** @throws ProviderError `invalid` where the pod has no workload identity */
function byPod(context: ProviderContext, { file }: OwnMeans, login: string): FetchToken {
  const [id, tenant, path] = [clientVariable, tenantVariable, fileVariable].map((name) => context.environment.get(name));
  if (id === undefined || tenant === undefined || path === undefined) {
    throw new ProviderError('invalid', `WorkloadIdentity without serviceAccountRef needs the environment variables ${clientVariable}, ${tenantVariable} and ${fileVariable}, which Azure's webhook sets in the pod of Prelude`);
  }
  return async (resource) => {
    // the kubelet writes a new token into the file before the old one ends
    const token = Buffer.from((await file(path)).reveal()).toString('utf8').trim();
    return grant(context, { login, tenant, resource }, assertionFields(id, token), "let the application trust Prelude's service account, by a federated credential");
  };
}

async function byServiceAccount({ account, clientId, tenantId, tenant: said }: AzureAuth & { readonly kind: 'serviceAccount' }, context: ProviderContext, login: string): Promise<FetchToken> {
  const [annotations, storedId, storedTenant] = await Promise.all([
    context.serviceAccountAnnotations(account),
    clientId === undefined ? undefined : context.secret(clientId).then(credentialText),
    tenantId === undefined ? undefined : context.secret(tenantId).then(credentialText),
  ]);
  const id = oneOf('client id', [[storedId, 'authSecretRef.clientId'], [annotations[clientAnnotation], `the annotation ${clientAnnotation}`]]);
  if (id === undefined) throw new ProviderError('invalid', `ServiceAccount "${account.name}" needs the annotation ${clientAnnotation}, or the store authSecretRef.clientId`);
  const tenant = oneOf('tenant', [[storedTenant ?? said, 'tenantId of the store'], [annotations[tenantAnnotation], `the annotation ${tenantAnnotation}`]]) ?? context.environment.get(tenantVariable);
  if (tenant === undefined) throw new ProviderError('invalid', `ServiceAccount "${account.name}" needs the annotation ${tenantAnnotation}, or the store tenantId`);
  if (!tenantPattern.test(tenant)) throw new ProviderError('invalid', 'the tenant is neither the id nor the domain of one');
  return async (resource) => {
    const token = await context.serviceAccountToken(account, { audiences: [federationAudience], expirationSeconds: federationSeconds });
    const fields = assertionFields(id, Buffer.from(token.reveal()).toString('utf8'));
    return grant(context, { login, tenant, resource }, fields, 'let the application trust the service account, by a federated credential');
  };
}

/** @throws ProviderError `invalid` where two places say it, as in External Secrets: nobody could tell which one counts */
function oneOf(what: string, places: readonly (readonly [text: string | undefined, place: string])[]): string | undefined {
  const said = places.filter(([text]) => text !== undefined && text !== '');
  if (said.length > 1) throw new ProviderError('invalid', `there are several of the ${what}: ${said.map(([, place]) => place).join(' and ')}; remove one`);
  return said[0]?.[0];
}
