import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Asked } from '../../src/provider/ask.ts';
import { readJson, send } from '../../src/provider/ask.ts';
import type { CredentialSelector } from '../../src/provider/contract.ts';
import type { Generator } from '../../src/provider/generator.ts';
import { oauthFailure } from '../../src/provider/oauth-failure.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { entraToken, lentIdentityVariable } from './entra-token.ts';
import type { AccessTokenSpec } from './spec.ts';
import { accessTokenSpec } from './spec.ts';

/** The name of the user under which Azure's registries take tokens. */
const username = '00000000-0000-0000-0000-000000000000';

/** Registries of Azure itself: whom the token of the controller's machine is shown to. */
const ownRegistries = /\.azurecr\.(io|us|cn|de)$/i;

/** A token of a registry: one for a scope, valid for an hour or so, or a refresh token, valid for three. */
export const accessTokenGenerator: Generator<AccessTokenSpec> = {
  kind: 'ACRAccessToken',
  schema: accessTokenSpec,
  environment: [lentIdentityVariable],
  credentials: ({ auth: { servicePrincipal, workloadIdentity } }): readonly CredentialSelector[] => [
    ...(servicePrincipal === undefined ? [] : Object.values(servicePrincipal.secretRef)),
    ...(workloadIdentity === undefined ? [] : [{ kind: 'ServiceAccount', ...workloadIdentity.serviceAccountRef } as const]),
  ],
  generate: async (spec, context, signal) => {
    const { auth, registry, scope = '', tenantId = '' } = spec;
    // whoever is shown the token may use it, so a tenant must not choose who that is
    if (auth.servicePrincipal === undefined && auth.managedIdentity !== undefined && !ownRegistries.test(registry)) {
      throw new ProviderError('invalid', 'registry is not one of Azure (*.azurecr.io), which is what auth.managedIdentity is for');
    }
    const asked: Asked = { http: context.http, service: 'the registry', advice: 'let the identity pull from it, or push to it' };
    const entra = reveal(await entraToken(spec, context, signal));
    const exchange = { grant_type: 'access_token', service: registry, ...(tenantId === '' ? {} : { tenant: tenantId }), access_token: entra };
    const refresh = await trade({ url: `https://${registry}/oauth2/exchange`, fields: exchange, wanted: 'refresh_token' }, asked, signal);
    const narrow = { grant_type: 'refresh_token', service: registry, scope, refresh_token: refresh };
    const token = scope === '' ? refresh : await trade({ url: `https://${registry}/oauth2/token`, fields: narrow, wanted: 'access_token' }, asked, signal);
    return {
      values: new Map([
        ['username', SecretBytes.fromUtf8(username)],
        ['password', SecretBytes.fromUtf8(token)],
      ]),
    };
  },
};

function reveal(secret: SecretBytes): string {
  return Buffer.from(secret.reveal()).toString('utf8');
}

interface Trade {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The field of the answer that holds the token. */
  readonly wanted: 'refresh_token' | 'access_token';
}

const tradeAnswer = z.record(z.string(), z.unknown());

async function trade({ url, fields, wanted }: Trade, asked: Asked, signal: AbortSignal): Promise<string> {
  const request = { method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields).toString() } as const;
  const answer = await send(request, asked, signal);
  if (answer.status !== 200) throw oauthFailure(answer, asked);
  const parsed = tradeAnswer.safeParse(readJson(answer, asked.service));
  const token = parsed.success ? parsed.data[wanted] : undefined;
  if (typeof token !== 'string' || token === '') throw new ProviderError('unavailable', 'the registry answers without a token');
  return token;
}
