import type { ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { awsSubject, awsSubjectType } from './aws-subject.ts';
import { exchangeEndpoint, fetchSubject, parseAccount } from './external-account.ts';
import type { GoogleToken } from './google-api.ts';
import { accessTokenType, exchangeGrant, formRequest, impersonate, impersonationUrl, jwtType, requestToken, scope } from './google-api.ts';
import type { Federation } from './spec.ts';

/** Upstream's: a token is traded in at once. */
const tokenSeconds = 900;
/** Google's longest without more ado. */
const lifetimeSeconds = 3600;

/** What is traded in, for whom, and as whom the result acts. */
export interface Exchange {
  readonly subject: string;
  readonly subjectType: string;
  readonly audience: string;
  readonly impersonated?: { readonly url: string; readonly lifetimeSeconds: number };
}

/** Trades the token of a cluster, of AWS, or of another issuer in. @throws ProviderError; the signal's reason */
export async function tokenOfFederation(federation: Federation, context: ProviderContext, signal: AbortSignal): Promise<GoogleToken> {
  const exchange = await exchangeOf(federation, context, signal);
  const { gcpServiceAccountEmail: email = '' } = federation;
  return tokenOfExchange(email === '' ? exchange : { ...exchange, impersonated: { url: impersonationUrl(email, 'auth.workloadIdentityFederation.gcpServiceAccountEmail'), lifetimeSeconds } }, context, signal);
}

/** @throws ProviderError; the signal's reason */
export async function tokenOfExchange({ subject, subjectType, audience, impersonated }: Exchange, context: Pick<ProviderContext, 'http' | 'clock'>, signal: AbortSignal): Promise<GoogleToken> {
  const request = formRequest(exchangeEndpoint, { grant_type: exchangeGrant, audience, scope, requested_token_type: accessTokenType, subject_token: subject, subject_token_type: subjectType });
  const federated = await requestToken(request, { service: "Google's security token service", advice: 'check audience, and the provider of the workload identity pool', context }, signal);
  return impersonated === undefined ? federated : impersonate(impersonated.url, federated.token, impersonated.lifetimeSeconds, { context }, signal);
}

async function exchangeOf({ credConfig, serviceAccountRef, awsSecurityCredentials, audience = '', externalTokenEndpoint = '' }: Federation, context: ProviderContext, signal: AbortSignal): Promise<Exchange> {
  if (serviceAccountRef !== undefined) {
    const token = await context.serviceAccountToken(serviceAccountRef, { audiences: [], expirationSeconds: tokenSeconds });
    return { subject: Buffer.from(token.reveal()).toString('utf8'), subjectType: jwtType, audience };
  }
  if (awsSecurityCredentials !== undefined) return { subject: await awsSubject(awsSecurityCredentials, audience, context), subjectType: awsSubjectType, audience };
  if (credConfig === undefined) throw new ProviderError('invalid', 'auth.workloadIdentityFederation needs credConfig, serviceAccountRef or awsSecurityCredentials');
  const account = parseAccount(await context.configMap(credConfig), `key "${credConfig.key}" of ConfigMap "${credConfig.name}"`, 'tenant');
  const wanted = audience === '' ? account.audience : audience;
  if (wanted === '') throw new ProviderError('invalid', 'auth.workloadIdentityFederation names no audience, nor does its credConfig');
  // whoever writes the ConfigMap does not decide alone where a token is fetched from
  if (account.credential_source.url !== externalTokenEndpoint) throw new ProviderError('invalid', 'credential_source.url of credConfig is not what auth.workloadIdentityFederation.externalTokenEndpoint says');
  const { service_account_impersonation_url: url = '', service_account_impersonation: { token_lifetime_seconds: seconds } } = account;
  return {
    subject: await fetchSubject(account.credential_source, context, signal),
    subjectType: account.subject_token_type,
    audience: wanted,
    ...(url === '' ? {} : { impersonated: { url, lifetimeSeconds: seconds } }),
  };
}
