import { z } from 'zod';
import type { HttpRequest } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Asked } from '../../src/provider/ask.ts';
import { readJson, send } from '../../src/provider/ask.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { oauthFailure } from '../../src/provider/oauth-failure.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { AccessTokenSpec, Cloud } from './spec.ts';
import { tenantPattern } from './spec.ts';

/** Azure's own name for the variable that says where tokens of managed identities are to be had. */
export const identityHostVariable = 'AZURE_POD_IDENTITY_AUTHORITY_HOST';

const clientAnnotation = 'azure.workload.identity/client-id';
const tenantAnnotation = 'azure.workload.identity/tenant-id';
const audience = 'api://AzureADTokenExchange';
/** Seconds that a token of a service account is valid: it is traded in at once. */
const tokenSeconds = 600;

/** Where Entra ID of each cloud is, and of what its tokens are. */
const clouds: Readonly<Record<Cloud, { readonly login: string; readonly resource: string }>> = {
  PublicCloud: { login: 'https://login.microsoftonline.com', resource: 'https://management.azure.com/' },
  USGovernmentCloud: { login: 'https://login.microsoftonline.us', resource: 'https://management.usgovcloudapi.net/' },
  ChinaCloud: { login: 'https://login.chinacloudapi.cn', resource: 'https://management.chinacloudapi.cn/' },
  GermanCloud: { login: 'https://login.microsoftonline.de', resource: 'https://management.microsoftazure.de/' },
};

/** A token of Entra ID, by the first way that is said, in upstream's order. @throws ProviderError; the signal's reason */
export async function entraToken(spec: AccessTokenSpec, context: ProviderContext, signal: AbortSignal): Promise<SecretBytes> {
  const { servicePrincipal, managedIdentity, workloadIdentity } = spec.auth;
  const cloud = clouds[spec.environmentType ?? 'PublicCloud'];
  if (servicePrincipal !== undefined) {
    const [id, secret] = await Promise.all([text(servicePrincipal.secretRef.clientId, context), text(servicePrincipal.secretRef.clientSecret, context)]);
    return request(grantOf(cloud, spec.tenantId ?? '', { client_id: id, client_secret: secret }), context, 'check tenantId and auth.servicePrincipal', signal);
  }
  if (managedIdentity !== undefined) return request(identityRequest(managedIdentity.identityId ?? '', cloud.resource, context), context, 'check auth.managedIdentity', signal);
  if (workloadIdentity === undefined) throw new ProviderError('invalid', 'auth says nothing');
  const { serviceAccountRef: account } = workloadIdentity;
  const annotations = await context.serviceAccountAnnotations(account);
  const clientId = annotations[clientAnnotation] ?? '';
  const tenantId = annotations[tenantAnnotation] ?? '';
  if (clientId === '' || !tenantPattern.test(tenantId)) throw new ProviderError('invalid', `ServiceAccount "${account.name}" needs the annotations ${clientAnnotation} and ${tenantAnnotation}`);
  const token = await context.serviceAccountToken(account, { audiences: [audience], expirationSeconds: tokenSeconds });
  const assertion = Buffer.from(token.reveal()).toString('utf8');
  const fields = { client_id: clientId, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion };
  return request(grantOf(cloud, tenantId, fields), context, 'let the application trust the service account, by a federated credential', signal);
}

async function text(selector: Parameters<ProviderContext['secret']>[0], { secret }: ProviderContext): Promise<string> {
  return Buffer.from((await secret(selector)).reveal()).toString('utf8').trim();
}

function grantOf({ login, resource }: { readonly login: string; readonly resource: string }, tenant: string, fields: Readonly<Record<string, string>>): HttpRequest {
  return {
    method: 'POST',
    url: `${login}/${tenant}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: `${resource}.default`, ...fields }).toString(),
  };
}

/**
 * The identity of the machine is everybody's who may write a generator, so it is lent only where the controller's operator says so, by
 * saying where it is to be had.
 */
function identityRequest(id: string, resource: string, { environment }: ProviderContext): HttpRequest {
  const host = environment.get(identityHostVariable);
  if (host === undefined) throw new ProviderError('invalid', `auth.managedIdentity: the identity of the controller's machine is not lent; its operator may say where it is to be had, by the environment variable ${identityHostVariable}`);
  const which = id === '' ? {} : { [id.includes('/') ? 'msi_res_id' : 'client_id']: id };
  const query = new URLSearchParams({ 'api-version': '2018-02-01', resource, ...which });
  return { method: 'GET', url: `${host.replace(/\/+$/, '')}/metadata/identity/oauth2/token?${query.toString()}`, headers: { Metadata: 'true' } };
}

const tokenAnswer = z.object({ access_token: z.string().min(1) });

async function request(asking: HttpRequest, { http }: ProviderContext, advice: string, signal: AbortSignal): Promise<SecretBytes> {
  const asked: Asked = { http, service: 'Entra ID', advice };
  const answer = await send(asking, asked, signal);
  if (answer.status !== 200) throw oauthFailure(answer, asked);
  const parsed = tokenAnswer.safeParse(readJson(answer, asked.service));
  if (!parsed.success) throw new ProviderError('unavailable', 'Entra ID answers without a token');
  return SecretBytes.fromUtf8(parsed.data.access_token);
}
