import { z } from 'zod';
import type { HttpRequest } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { send, statusError } from '../../src/provider/ask.ts';
import type { ProviderContext, SecretKeySelector } from '../../src/provider/contract.ts';
import { credentialText, headerToken } from '../../src/provider/credential-text.ts';
import { parseJson } from '../../src/provider/json-request.ts';
import type { Login, TokenSource } from '../../src/provider/login-token.ts';
import { LoginToken } from '../../src/provider/login-token.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { InfisicalConfig } from './config.ts';
import { ociHeaders } from './oci-signature.ts';
import { azureToken, clusterToken, googleToken } from './own-token.ts';

export interface InfisicalTokens extends TokenSource {
  /** Takes back the token that a login has given. */
  readonly close: () => Promise<void>;
}

/** Where Infisical is, and whom its certificate must be from. */
export interface InfisicalSite {
  readonly host: string;
  readonly tls: NonNullable<HttpRequest['tls']>;
}

/** What is sent to log in. */
interface Attempt {
  readonly method: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** What to look at where it is refused. */
  readonly field: string;
}

const service = 'Infisical';
const loginAnswer = z.object({ accessToken: z.string().min(1), expiresIn: z.number() });
/** Milliseconds for the call that takes a token back: nobody waits for it gladly. */
const revocationTimeout = 5_000;

/** The token of the configuration, or of a login; that happens with the first request. */
export async function tokensOf(config: InfisicalConfig, site: InfisicalSite, context: ProviderContext): Promise<InfisicalTokens> {
  const given = givenToken(config.auth);
  if (given !== undefined) {
    const token = await context.secret(given);
    headerToken(token, 'auth.tokenAuthCredentials.accessToken');
    return { get: () => Promise.resolve(token), close: () => Promise.resolve() };
  }
  const login = new LoginToken(context.clock, (signal) => logIn(config, { site, context }, signal));
  return {
    get: (signal) => login.get(signal),
    drop: (token) => login.drop(token),
    close: async () => {
      const token = login.close();
      if (token !== undefined) await revoke(token, site, context);
    },
  };
}

/** A token counts where it is the only thing that is said: it stands last in upstream's order. */
function givenToken({ tokenAuthCredentials, ...methods }: InfisicalConfig['auth']): SecretKeySelector | undefined {
  return Object.values(methods).some((method) => method !== undefined) ? undefined : tokenAuthCredentials?.accessToken;
}

async function logIn(config: InfisicalConfig, { site, context }: { readonly site: InfisicalSite; readonly context: ProviderContext }, signal: AbortSignal): Promise<Login> {
  const { method, body, field } = await attemptOf(config.auth, context, signal);
  const organization = config.organizationSlug === undefined ? {} : { organizationSlug: config.organizationSlug };
  const answer = await send(postRequest(site, `/v1/auth/${method}/login`, { ...body, ...organization }), { http: context.http, service, advice: '' }, signal);
  const { status } = answer;
  if (status === 400 || status === 401 || status === 403 || status === 404) throw new ProviderError('denied', `${service} refuses to log in (HTTP ${status}); check auth.${field}`);
  if (status !== 200) throw statusError(answer, { service, advice: `check auth.${field}` });
  const { accessToken, expiresIn } = parseJson(answer, loginAnswer, service);
  return { token: SecretBytes.fromUtf8(accessToken), life: expiresIn * 1000 };
}

/** The first method of those that are said, in upstream's order. */
async function attemptOf(auth: InfisicalConfig['auth'], context: ProviderContext, signal: AbortSignal): Promise<Attempt> {
  const text = async (selector: SecretKeySelector): Promise<string> => credentialText(await context.secret(selector));
  const { universalAuthCredentials: universal, azureAuthCredentials: azure, gcpIdTokenAuthCredentials: google, jwtAuthCredentials: jwt, ldapAuthCredentials: ldap, ociAuthCredentials: oci, kubernetesAuthCredentials: cluster } = auth;
  if (universal !== undefined) return { method: 'universal-auth', body: { clientId: await text(universal.clientId), clientSecret: await text(universal.clientSecret) }, field: 'universalAuthCredentials' };
  if (azure !== undefined) {
    const resource = azure.resource === undefined ? undefined : await text(azure.resource);
    return { method: 'azure-auth', body: { identityId: await text(azure.identityId), jwt: await azureToken(context, resource, signal) }, field: 'azureAuthCredentials' };
  }
  if (google !== undefined) {
    const identityId = await text(google.identityId);
    return { method: 'gcp-auth', body: { identityId, jwt: await googleToken(context, identityId, signal) }, field: 'gcpIdTokenAuthCredentials' };
  }
  if (jwt !== undefined) return { method: 'jwt-auth', body: { identityId: await text(jwt.identityId), jwt: await text(jwt.jwt) }, field: 'jwtAuthCredentials' };
  if (ldap !== undefined) {
    const password = Buffer.from((await context.secret(ldap.ldapPassword)).reveal()).toString('utf8');
    return { method: 'ldap-auth', body: { identityId: await text(ldap.identityId), username: await text(ldap.ldapUsername), password }, field: 'ldapAuthCredentials' };
  }
  if (oci !== undefined) {
    const { identityId, ...key } = oci;
    return { method: 'oci-auth', body: { identityId: await text(identityId), userOcid: await text(key.userId), headers: await ociHeaders(key, context) }, field: 'ociAuthCredentials' };
  }
  if (cluster === undefined) throw new ProviderError('invalid', 'auth names no method of logging in');
  return { method: 'kubernetes-auth', body: { identityId: await text(cluster.identityId), jwt: await clusterToken(context) }, field: 'kubernetesAuthCredentials' };
}

/** Whether it succeeds makes no difference: the token ends by itself. */
async function revoke(token: SecretBytes, site: InfisicalSite, { http }: ProviderContext): Promise<void> {
  const request = { ...postRequest(site, '/v1/auth/token/revoke', { accessToken: credentialText(token) }), timeout: revocationTimeout };
  await send(request, { http, service, advice: '' }, new AbortController().signal).catch(() => {});
}

function postRequest({ host, tls }: InfisicalSite, path: string, body: unknown): HttpRequest {
  return { method: 'POST', url: `${host}${path}`, headers: { accept: 'application/json', 'content-type': 'application/json' }, body: JSON.stringify(body), tls };
}
