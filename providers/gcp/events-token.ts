import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { SigningKeyError, signJwt } from '../../src/lib/sign-jwt.ts';
import { ask, readJson } from '../../src/provider/ask.ts';
import type { NoticeContext, SecretFile } from '../../src/provider/notice-source.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** A token for Pub/Sub, as it is now. @throws ProviderError; the signal's reason */
export type PubsubToken = (signal: AbortSignal) => Promise<SecretBytes>;

const keyFile = z.object({ type: z.literal('service_account'), client_email: z.string().min(1), private_key: z.string().min(1), private_key_id: z.string().optional() });
const metadataAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** Seconds that a token of our own is valid; Google takes no more than an hour. */
const lifetime = 3_600;
/** Milliseconds before its end from which a token is not used. */
const margin = 5 * 60_000;

/**
 * Tokens of a service account's key, which Pub/Sub takes as they are signed: nobody is asked for them (AIP-4111). Without a key those of
 * the machine, or of the pod's identity on GKE, from the metadata service.
 */
export function createPubsubToken(key: SecretFile | undefined, audience: string, context: NoticeContext): PubsubToken {
  const { clock } = context;
  let known: { readonly token: SecretBytes; readonly until: number } | undefined;
  return async (signal) => {
    if (known !== undefined && clock.now() < known.until - margin) return known.token;
    known = key === undefined ? await fromMetadata(context, signal) : { token: sign(await context.secret(key), audience, Math.floor(clock.now() / 1000)), until: clock.now() + lifetime * 1000 };
    return known.token;
  };
}

function sign(secret: SecretBytes, audience: string, now: number): SecretBytes {
  const { client_email: email, private_key: pem, private_key_id: keyId } = parseKey(Buffer.from(secret.reveal()).toString('utf8'));
  try {
    return SecretBytes.fromUtf8(signJwt({ iss: email, sub: email, aud: audience, iat: now, exp: now + lifetime }, pem, keyId));
  } catch (error) {
    if (error instanceof SigningKeyError) throw new ProviderError('invalid', `private_key of serviceAccountKey: ${error.message}`);
    throw error;
  }
}

function parseKey(text: string): z.output<typeof keyFile> {
  try {
    return keyFile.parse(JSON.parse(text));
  } catch {
    throw new ProviderError('invalid', 'serviceAccountKey is no key of a service account: JSON with type "service_account", client_email and private_key');
  }
}

const service = "Google's metadata service";

async function fromMetadata({ ownHttp: http, clock }: NoticeContext, signal: AbortSignal): Promise<{ readonly token: SecretBytes; readonly until: number }> {
  const url = 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token';
  const answer = await ask({ method: 'GET', url, headers: { 'metadata-flavor': 'Google' } }, { http, service, advice: 'give the pod an identity, or name serviceAccountKey' }, signal);
  const parsed = metadataAnswer.safeParse(readJson(answer, service));
  if (!parsed.success) throw new ProviderError('unavailable', `${service} answers without a token`);
  return { token: SecretBytes.fromUtf8(parsed.data.access_token), until: clock.now() + parsed.data.expires_in * 1000 };
}
