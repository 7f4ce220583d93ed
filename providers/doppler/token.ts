import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { askJson } from '../../src/provider/json-request.ts';
import type { Login, TokenSource } from '../../src/provider/login-token.ts';
import { LoginToken } from '../../src/provider/login-token.ts';
import { credentialText, headerToken } from '../../src/provider/credential-text.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { DopplerAuth } from './config.ts';

type Oidc = Extract<DopplerAuth, { readonly kind: 'oidc' }>;

export interface DopplerTokens extends TokenSource {
  readonly close?: () => void;
}

/** The token of the configuration, or of a login; that happens with the first request. */
export async function tokenSourceOf(auth: DopplerAuth, address: string, context: ProviderContext): Promise<DopplerTokens> {
  if (auth.kind === 'token') {
    const token = await context.secret(auth.token);
    // a token that cannot be sent is told of before anything is
    headerToken(token, 'auth.secretRef.dopplerToken');
    return { get: () => Promise.resolve(token) };
  }
  const login = new LoginToken(context.clock, (signal) => exchange(auth, { address, context }, signal));
  return { get: (signal) => login.get(signal), drop: (token) => login.drop(token), close: () => void login.close() };
}

const answer = z.object({ success: z.literal(true), token: z.string().min(1), expires_at: z.iso.datetime({ offset: true }) });

async function exchange({ identity, account, expirationSeconds }: Oidc, { address, context }: { readonly address: string; readonly context: ProviderContext }, signal: AbortSignal): Promise<Login> {
  const jwt = await context.serviceAccountToken(account, { audiences: [address, storeAudience(context)], expirationSeconds });
  const request = {
    method: 'POST',
    url: `${address}/v3/auth/oidc`,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ identity, token: credentialText(jwt) }),
  } as const;
  const { token, expires_at } = await askJson(request, answer, { http: context.http, service: 'Doppler', advice: 'check auth.oidcConfig, and the subject and audience of the identity at Doppler' }, signal);
  return { token: SecretBytes.fromUtf8(token), life: Date.parse(expires_at) - context.clock.now() };
}

/** The token is for one store, in upstream's words: `secretStore:<namespace>:<name>` or `clusterSecretStore:<name>`. */
function storeAudience({ store }: ProviderContext): string {
  const [, namespace, name] = /^SecretStore ([^/]+)\/(.+)$/.exec(store?.name ?? '') ?? [];
  if (namespace !== undefined && name !== undefined) return `secretStore:${namespace}:${name}`;
  const [, cluster] = /^ClusterSecretStore (.+)$/.exec(store?.name ?? '') ?? [];
  if (cluster !== undefined) return `clusterSecretStore:${cluster}`;
  throw new ProviderError('invalid', 'auth.oidcConfig: nothing but a SecretStore or a ClusterSecretStore can be named in the token');
}
