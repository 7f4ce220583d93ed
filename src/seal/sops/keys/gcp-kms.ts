import { z } from 'zod';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import { signJwt } from '../../../lib/sign-jwt.ts';
import type { SopsKey } from '../metadata.ts';
import type { AllowList } from './allow-list.ts';
import { askService, parseAnswer, type ServiceContext, ServiceRefusal } from './ask-service.ts';
import { decodeBase64, type KeyAnswer, refuse } from './key-answer.ts';

/** A service account of Google Cloud, of its key file. */
export interface GcpAccount {
  readonly email: string;
  readonly keyId: string;
  readonly privateKey: SecretBytes;
}

const resourceForm = /^projects\/[\w:.-]+\/locations\/[\w-]+\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+$/;
const tokenUrl = 'https://oauth2.googleapis.com/token';
const scope = 'https://www.googleapis.com/auth/cloudkms';
const tokenForm = z.object({ access_token: z.string().min(1) });
const answered = z.object({ plaintext: z.string() });

/** Opens a data key with Google Cloud KMS, as a service account: a token, then one call of `decrypt`. */
export async function openWithGcp({ resource, enc }: Extract<SopsKey, { readonly type: 'gcp_kms' }>, { account, allowed }: { readonly account: GcpAccount | undefined; readonly allowed: AllowList }, context: ServiceContext): Promise<KeyAnswer> {
  if (account === undefined) return refuse('there are no credentials at hand (sops.gcp-kms of the Secret)');
  if (!resourceForm.test(resource)) return refuse('its resource_id is not projects/…/locations/…/keyRings/…/cryptoKeys/…');
  if (!allowed.resource(resource)) return refuse('its resource_id is not in sops.allow of the Secret');
  const ciphertext = decodeBase64(enc);
  if (ciphertext === undefined) return refuse('its encrypted data key is not base64');
  const headers = { authorization: `Bearer ${await tokenOf(account, context)}`, 'content-type': 'application/json' };
  const url = `https://cloudkms.googleapis.com/v1/${resource}:decrypt`;
  const body = JSON.stringify({ ciphertext: ciphertext.toString('base64') });
  const answer = answered.safeParse(parseAnswer('Google Cloud KMS', await askService('Google Cloud KMS', { method: 'POST', url, headers, body }, context)));
  const part = answer.success ? decodeBase64(answer.data.plaintext) : undefined;
  return part === undefined ? refuse('Google Cloud KMS answers without a plaintext') : { ok: true, part: new SecretBytes(part) };
}

/** @throws ServiceRefusal */
async function tokenOf({ email, keyId, privateKey }: GcpAccount, context: ServiceContext): Promise<string> {
  const issued = Math.floor(context.now() / 1000);
  const assertion = signJwt({ iss: email, scope, aud: tokenUrl, iat: issued, exp: issued + 600 }, Buffer.from(privateKey.reveal()).toString('utf8'), keyId);
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }).toString();
  const text = await askService("Google's token service", { method: 'POST', url: tokenUrl, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }, context);
  const token = tokenForm.safeParse(parseAnswer("Google's token service", text));
  if (!token.success) throw new ServiceRefusal("Google's token service answers without a token", true);
  return token.data.access_token;
}
