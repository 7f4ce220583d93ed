import { z } from 'zod';
import type { HttpClient, HttpRequest } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Asked } from '../../src/provider/ask.ts';
import { readJson, send } from '../../src/provider/ask.ts';
import { oauthFailure } from '../../src/provider/oauth-failure.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** What the annotations of a service account are called that say as which application it acts. */
export const clientAnnotation = 'azure.workload.identity/client-id';
export const tenantAnnotation = 'azure.workload.identity/tenant-id';
/** Whom a token of a service account must be for, for Entra ID to take it. */
export const federationAudience = 'api://AzureADTokenExchange';
/** Seconds that a token of a service account is valid: it is traded in at once. */
export const federationSeconds = 600;

/** A tenant goes into a URL. */
export const tenantPattern = /^[A-Za-z0-9][A-Za-z0-9.-]*$/;

/** A token of Entra ID, and for how many seconds it is valid. */
export interface EntraToken {
  readonly token: SecretBytes;
  readonly seconds: number;
}

/** Where an application asks for a token, and for what. */
export interface GrantPlace {
  readonly login: string;
  readonly tenant: string;
  /** With `/.default` at its end. */
  readonly scope: string;
}

/** Where the token endpoint of a tenant is; signed requests are made out to it. */
export function tokenUrl({ login, tenant }: Omit<GrantPlace, 'scope'>): string {
  return `${login}/${tenant}/oauth2/v2.0/token`;
}

/** The request with which an application asks for a token in its own name (RFC 6749, section 4.4). */
export function clientCredentialsRequest(place: GrantPlace, fields: Readonly<Record<string, string>>): HttpRequest {
  return {
    method: 'POST',
    url: tokenUrl(place),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: place.scope, ...fields }).toString(),
  };
}

/** What proves an application by a token that somebody has signed for it (RFC 7523). */
export function assertionFields(clientId: string, assertion: string): Readonly<Record<string, string>> {
  return { client_id: clientId, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion };
}

/**
 * The request for a token of an identity of the machine.
 * @param host the metadata service
 * @param id the client id or the resource id of one identity of several; empty: the machine's own
 * @param resource without `/.default`
 */
export function machineIdentityRequest(host: string, id: string, resource: string): HttpRequest {
  const which = id === '' ? {} : { [id.includes('/') ? 'msi_res_id' : 'client_id']: id };
  const query = new URLSearchParams({ 'api-version': '2018-02-01', resource, ...which });
  return { method: 'GET', url: `${host.replace(/\/+$/, '')}/metadata/identity/oauth2/token?${query.toString()}`, headers: { Metadata: 'true' } };
}

// the machine's own endpoint writes its numbers as texts
const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().optional() });
/** How long a token is taken to be valid of which this is not said. */
const shortestSeconds = 300;

/** Who is asked for a token, and what to look at where it is refused. */
export interface TokenService {
  readonly http: HttpClient;
  readonly advice: string;
  /** Absent: Entra ID. */
  readonly service?: string;
}

/** Sends a request for a token. @throws ProviderError; the signal's reason */
export async function requestToken(asking: HttpRequest, { http, advice, service = 'Entra ID' }: TokenService, signal: AbortSignal): Promise<EntraToken> {
  const asked: Asked = { http, service, advice };
  const answer = await send(asking, asked, signal);
  if (answer.status !== 200) throw oauthFailure(answer, asked);
  const parsed = tokenAnswer.safeParse(readJson(answer, service));
  if (!parsed.success) throw new ProviderError('unavailable', `${service} answers without a token`);
  return { token: SecretBytes.fromUtf8(parsed.data.access_token), seconds: parsed.data.expires_in ?? shortestSeconds };
}
