import { z } from 'zod';
import { ask, readJson } from '../../src/provider/ask.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { GoogleToken } from './google-api.ts';
import { accessTokenType, exchangeGrant, formRequest, impersonate, jwtType, requestToken, scope } from './google-api.ts';
import type { Federation } from './spec.ts';

const endpoint = 'https://sts.googleapis.com/v1/token';
const impersonation = /^(?:|https:\/\/iamcredentials\.googleapis\.com\/v1\/projects\/-\/serviceAccounts\/[^\s/?#]+:generateAccessToken)$/;
/** Upstream's: a token is traded in at once. */
const tokenSeconds = 900;

const source = z.object({
  file: z.undefined({ error: 'reads a file of the controller; use url, or serviceAccountRef instead of credConfig' }).optional(),
  executable: z.undefined({ error: 'runs a program, which is not allowed' }).optional(),
  environment_id: z.undefined({ error: 'asks the metadata server of AWS, which is not supported' }).optional(),
  url: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  format: z.object({ type: z.enum(['text', 'json']).default('text'), subject_token_field_name: z.string().default('access_token') }).default({ type: 'text', subject_token_field_name: 'access_token' }),
});

/** The configuration of an external account, as Google's tools write it: of its ways to get a token, the one by URL. */
const accountFile = z.object({
  type: z.literal('external_account'),
  audience: z.string().default(''),
  subject_token_type: z.string().default(jwtType),
  token_url: z.literal(endpoint).default(endpoint),
  service_account_impersonation_url: z.string().regex(impersonation, 'must be the URL of generateAccessToken').optional(),
  service_account_impersonation: z.object({ token_lifetime_seconds: z.int().positive().max(43_200).default(3600) }).default({ token_lifetime_seconds: 3600 }),
  client_id: z.undefined({ error: 'is not supported' }).optional(),
  credential_source: source,
});

/** What is traded in, for whom, and as whom the result acts. */
interface Exchange {
  readonly subject: string;
  readonly subjectType: string;
  readonly audience: string;
  readonly impersonated?: { readonly url: string; readonly lifetimeSeconds: number };
}

/** Trades the token of a cluster, or of another issuer, in. @throws ProviderError; the signal's reason */
export async function tokenOfFederation(federation: Federation, context: ProviderContext, signal: AbortSignal): Promise<GoogleToken> {
  const { subject, subjectType, audience, impersonated } = await exchangeOf(federation, context, signal);
  const request = formRequest(endpoint, { grant_type: exchangeGrant, audience, scope, requested_token_type: accessTokenType, subject_token: subject, subject_token_type: subjectType });
  const federated = await requestToken(request, { service: "Google's security token service", advice: 'check audience, and the provider of the workload identity pool', context }, signal);
  return impersonated === undefined ? federated : impersonate(impersonated.url, federated.token, impersonated.lifetimeSeconds, { context }, signal);
}

async function exchangeOf({ credConfig, serviceAccountRef, audience = '', externalTokenEndpoint = '' }: Federation, context: ProviderContext, signal: AbortSignal): Promise<Exchange> {
  if (serviceAccountRef !== undefined) {
    const token = await context.serviceAccountToken(serviceAccountRef, { audiences: [], expirationSeconds: tokenSeconds });
    return { subject: Buffer.from(token.reveal()).toString('utf8'), subjectType: jwtType, audience };
  }
  if (credConfig === undefined) throw new ProviderError('invalid', 'auth.workloadIdentityFederation needs credConfig or serviceAccountRef');
  const file = parseFile(await context.configMap(credConfig), `key "${credConfig.key}" of ConfigMap "${credConfig.name}"`);
  const wanted = audience === '' ? file.audience : audience;
  if (wanted === '') throw new ProviderError('invalid', 'auth.workloadIdentityFederation names no audience, nor does its credConfig');
  // whoever writes the ConfigMap does not decide alone where a token is fetched from
  if (file.credential_source.url !== externalTokenEndpoint) throw new ProviderError('invalid', 'credential_source.url of credConfig is not what auth.workloadIdentityFederation.externalTokenEndpoint says');
  const { service_account_impersonation_url: url = '', service_account_impersonation: { token_lifetime_seconds: lifetimeSeconds } } = file;
  return {
    subject: await fetchSubject(file.credential_source, context, signal),
    subjectType: file.subject_token_type,
    audience: wanted,
    ...(url === '' ? {} : { impersonated: { url, lifetimeSeconds } }),
  };
}

/** @throws ProviderError `invalid` that names what is wrong, without quoting it */
function parseFile(text: string, where: string): z.output<typeof accountFile> {
  const parsed = accountFile.safeParse(parseQuietly(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  const what = issue?.code === 'custom' || issue?.message.startsWith('Invalid') === false ? issue.message : 'is missing, or is not what it must be';
  throw new ProviderError('invalid', `${where} is no configuration of an external account that is supported: ${path === '' ? 'it' : path} ${what}`);
}

function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function fetchSubject({ url, headers, format }: z.output<typeof source>, { http }: ProviderContext, signal: AbortSignal): Promise<string> {
  const service = 'the external token endpoint';
  const answer = await ask({ method: 'GET', url, headers }, { http, service, advice: 'check credential_source of credConfig' }, signal);
  if (format.type === 'text') return Buffer.from(answer.body).toString('utf8');
  const parsed = z.record(z.string(), z.unknown()).safeParse(readJson(answer, service));
  const token = parsed.success ? parsed.data[format.subject_token_field_name] : undefined;
  if (typeof token !== 'string' || token === '') throw new ProviderError('unavailable', `${service} answers without a token`);
  return token;
}
