import { z } from 'zod';
import { SigningKeyError, signJwt } from '../../src/lib/sign-jwt.ts';
import type { ProviderContext, SecretKeySelector } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { GoogleToken } from './google-api.ts';
import { formRequest, requestToken, scope } from './google-api.ts';

const keyFile = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.string().optional(),
});

const standardEndpoint = 'https://oauth2.googleapis.com/token';
const service = "Google's token endpoint";

/** A key of a service account, and where it stands, for messages. */
export interface KeyText {
  readonly text: string;
  /** `the Secret that auth.secretRef names` */
  readonly where: string;
  /** What to look at where the key is refused: `auth.secretRef`. */
  readonly field: string;
}

/** Trades a statement that is signed with a service account's key in for a token. @throws ProviderError; the signal's reason */
export async function tokenOfKey(selector: SecretKeySelector, context: ProviderContext, signal: AbortSignal): Promise<GoogleToken> {
  const secret = await context.secret(selector);
  return tokenOfKeyText({ text: Buffer.from(secret.reveal()).toString('utf8'), where: 'the Secret that auth.secretRef names', field: 'auth.secretRef' }, context, signal);
}

/** Likewise, with the key at hand. */
export async function tokenOfKeyText(key: KeyText, context: Pick<ProviderContext, 'http' | 'clock'>, signal: AbortSignal): Promise<GoogleToken> {
  const { client_email: email, private_key: pem, private_key_id: keyId, token_uri: uri = '' } = parseKey(key);
  const endpoint = uri === '' ? standardEndpoint : uri;
  const now = Math.floor(context.clock.now() / 1000);
  const assertion = sign({ iss: email, scope, aud: endpoint, iat: now, exp: now + 3600 }, { pem, keyId, where: key.where });
  const request = formRequest(endpoint, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  return requestToken(request, { service, advice: `check ${key.field}, and whether the key and its service account still exist`, context }, signal);
}

function parseKey({ text, where }: KeyText): z.output<typeof keyFile> {
  try {
    return keyFile.parse(JSON.parse(text));
  } catch {
    throw new ProviderError('invalid', `${where} holds no key of a service account: JSON with type "service_account", client_email and private_key`);
  }
}

function sign(claims: Readonly<Record<string, string | number>>, { pem, keyId, where }: { readonly pem: string; readonly keyId: string | undefined; readonly where: string }): string {
  try {
    return signJwt(claims, pem, keyId);
  } catch (error) {
    if (error instanceof SigningKeyError) throw new ProviderError('invalid', `private_key of ${where}: ${error.message}`);
    throw error;
  }
}
