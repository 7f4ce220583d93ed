import { z } from 'zod';
import type { HttpRequest } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Asked } from '../../src/provider/ask.ts';
import { readJson, send } from '../../src/provider/ask.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { oauthFailure } from '../../src/provider/oauth-failure.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** A token, and until when it is valid. */
export interface GoogleToken {
  readonly token: SecretBytes;
  /** Seconds since the epoch. */
  readonly expiry: number;
}

/** Everything that the identity may do: upstream's scope. Registries have none of their own. */
export const scope = 'https://www.googleapis.com/auth/cloud-platform';

export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
export const jwtType = 'urn:ietf:params:oauth:token-type:jwt';

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().default(3600) });
const impersonationAnswer = z.object({ accessToken: z.string().min(1), expireTime: z.string() });

export interface GoogleCall {
  /** For messages: `Google's token endpoint`. */
  readonly service: string;
  /** What to look at where it refuses. */
  readonly advice: string;
  readonly context: Pick<ProviderContext, 'http' | 'clock'>;
}

/** Trades something in for a token (RFC 6749, RFC 8693). @throws ProviderError; the signal's reason */
export async function requestToken(request: HttpRequest, call: GoogleCall, signal: AbortSignal): Promise<GoogleToken> {
  const parsed = tokenAnswer.safeParse(await json(request, call, signal));
  if (!parsed.success) throw new ProviderError('unavailable', `${call.service} answers without a token`);
  const { access_token: token, expires_in: seconds } = parsed.data;
  return { token: SecretBytes.fromUtf8(token), expiry: Math.floor(call.context.clock.now() / 1000 + seconds) };
}

/** Lets a token act as a service account of Google. @throws ProviderError; the signal's reason */
export async function impersonate(url: string, bearer: SecretBytes, lifetimeSeconds: number, call: Pick<GoogleCall, 'context'>, signal: AbortSignal): Promise<GoogleToken> {
  const service = "Google's IAM Credentials API";
  const advice = 'allow iam.serviceAccounts.getAccessToken on the service account';
  const request = { ...jsonRequest(url, { scope: [scope], lifetime: `${lifetimeSeconds}s` }), headers: { 'content-type': 'application/json', authorization: `Bearer ${Buffer.from(bearer.reveal()).toString('utf8')}` } };
  const parsed = impersonationAnswer.safeParse(await json(request, { ...call, service, advice }, signal));
  const expiry = parsed.success ? Date.parse(parsed.data.expireTime) : Number.NaN;
  if (!parsed.success || Number.isNaN(expiry)) throw new ProviderError('unavailable', `${service} answers without a token`);
  return { token: SecretBytes.fromUtf8(parsed.data.accessToken), expiry: Math.floor(expiry / 1000) };
}

/** Where a service account of Google lends its rights. @throws ProviderError `invalid` for what is no e-mail address of one */
export function impersonationUrl(account: string, where: string): string {
  if (!/^[\w.+-]+@[\w.-]+$/.test(account)) throw new ProviderError('invalid', `${where} must be the e-mail address of a service account of Google`);
  return `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:generateAccessToken`;
}

export function jsonRequest(url: string, body: object): HttpRequest {
  return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export function formRequest(url: string, fields: Readonly<Record<string, string>>): HttpRequest {
  return { method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields).toString() };
}

async function json(request: HttpRequest, { service, advice, context }: GoogleCall, signal: AbortSignal): Promise<unknown> {
  const asked: Asked = { http: context.http, service, advice };
  const answer = await send(request, asked, signal);
  if (answer.status >= 200 && answer.status < 300) return readJson(answer, service);
  throw oauthFailure(answer, asked);
}
