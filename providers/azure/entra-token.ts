import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { HttpRequest } from '../../src/lib/http.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { credentialText } from '../../src/provider/credential-text.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { endpointsOf } from './clouds.ts';
import { assertionFields, clientAnnotation, clientCredentialsRequest, federationAudience, federationSeconds, machineIdentityRequest, requestToken, tenantAnnotation, tenantPattern } from './entra-request.ts';
import type { AccessTokenSpec } from './spec.ts';

/** The variable by which the operator lends the identity of the machine to generators. Stores have another one: they ask by a policy of their own. */
export const lentIdentityVariable = 'PRELUDE_AZURE_LENT_IDENTITY_HOST';

/** A token of Entra ID for a generator, by the first way that is said, in upstream's order. @throws ProviderError; the signal's reason */
export async function entraToken(spec: AccessTokenSpec, context: ProviderContext, signal: AbortSignal): Promise<SecretBytes> {
  const { servicePrincipal, managedIdentity, workloadIdentity } = spec.auth;
  const { login, management } = endpointsOf(spec.environmentType ?? 'PublicCloud');
  const scope = `${management}.default`;
  if (servicePrincipal !== undefined) {
    const { secretRef } = servicePrincipal;
    const [id, secret] = await Promise.all([context.secret(secretRef.clientId).then(credentialText), context.secret(secretRef.clientSecret).then(credentialText)]);
    const place = { login, tenant: spec.tenantId ?? '', scope };
    return tokenBy(clientCredentialsRequest(place, { client_id: id, client_secret: secret }), context, 'check tenantId and auth.servicePrincipal', signal);
  }
  if (managedIdentity !== undefined) return tokenBy(identityRequest(managedIdentity.identityId ?? '', management, context), context, 'check auth.managedIdentity', signal);
  if (workloadIdentity === undefined) throw new ProviderError('invalid', 'auth says nothing');
  const { serviceAccountRef: account } = workloadIdentity;
  const annotations = await context.serviceAccountAnnotations(account);
  const clientId = annotations[clientAnnotation] ?? '';
  const tenant = annotations[tenantAnnotation] ?? '';
  if (clientId === '' || !tenantPattern.test(tenant)) throw new ProviderError('invalid', `ServiceAccount "${account.name}" needs the annotations ${clientAnnotation} and ${tenantAnnotation}`);
  const token = await context.serviceAccountToken(account, { audiences: [federationAudience], expirationSeconds: federationSeconds });
  const fields = assertionFields(clientId, Buffer.from(token.reveal()).toString('utf8'));
  return tokenBy(clientCredentialsRequest({ login, tenant, scope }, fields), context, 'let the application trust the service account, by a federated credential', signal);
}

/**
 * The identity of the machine would be everybody's who may write a generator, so it is lent only where the controller's operator says just
 * that. That it is known where stores get it says nothing of the kind.
 */
function identityRequest(id: string, resource: string, { environment }: ProviderContext): HttpRequest {
  const host = environment.get(lentIdentityVariable);
  if (host === undefined) throw new ProviderError('invalid', `auth.managedIdentity: the identity of the controller's machine is not lent to generators; its operator may lend it to all of them, by the environment variable ${lentIdentityVariable}, which says where it is to be had`);
  return machineIdentityRequest(host, id, resource);
}

async function tokenBy(asking: HttpRequest, { http }: ProviderContext, advice: string, signal: AbortSignal): Promise<SecretBytes> {
  const { token } = await requestToken(asking, { http, advice }, signal);
  return token;
}
