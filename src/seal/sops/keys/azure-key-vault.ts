import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import { signJwt } from '../../../lib/sign-jwt.ts';
import type { SopsKey } from '../metadata.ts';
import type { AllowList } from './allow-list.ts';
import { askService, parseAnswer, type ServiceContext, ServiceRefusal } from './ask-service.ts';
import { type KeyAnswer, refuse } from './key-answer.ts';

/** An application of Microsoft Entra ID, with its secret or with the certificate that it signs with. */
export interface AzureApplication {
  readonly tenantId: string;
  readonly clientId: string;
  /** `https://login.microsoftonline.com`, or another cloud's. */
  readonly authority: string;
  readonly proof: { readonly secret: SecretBytes } | { readonly certificate: string; readonly key: SecretBytes };
}

/** Key Vaults of the public cloud, China's and the government's: what a token is for follows from the name. */
const vaultForm = /^https:\/\/[a-z0-9-]{3,24}\.((?:vault|managedhsm)\.(?:azure\.net|azure\.cn|usgovcloudapi\.net))$/;
const tokenForm = z.object({ access_token: z.string().min(1) });
const answered = z.object({ value: z.string().regex(/^[\w-]+$/) });
const service = 'Azure Key Vault';

/** Opens a data key with a key of Azure Key Vault (RSA-OAEP-256): a token, then one call of `decrypt`. */
export async function openWithAzure(key: Extract<SopsKey, { readonly type: 'azure_kv' }>, { application, allowed }: { readonly application: AzureApplication | undefined; readonly allowed: AllowList }, context: ServiceContext): Promise<KeyAnswer> {
  if (application === undefined) return refuse('there are no credentials at hand (sops.azure-kv of the Secret)');
  const vault = allowed.address(key.vaultUrl);
  if (vault === undefined) return refuse('its vault_url is not in sops.allow of the Secret');
  const audience = vaultForm.exec(vault)?.[1];
  if (audience === undefined) return refuse('its vault_url is not https://NAME.vault.azure.net, or that of another cloud');
  if (!/^[\w-]{1,127}$/.test(key.name) || !/^[\w-]{0,64}$/.test(key.version)) return refuse('the name or the version of its key is none of Key Vault');
  if (!/^[\w-]+$/.test(key.enc)) return refuse('its encrypted data key is not base64 of the kind that Key Vault takes');
  const headers = { authorization: `Bearer ${await tokenOf(application, `https://${audience}/.default`, context)}`, 'content-type': 'application/json' };
  const url = `${vault}/keys/${key.name}${key.version === '' ? '' : `/${key.version}`}/decrypt?api-version=7.4`;
  const body = JSON.stringify({ alg: 'RSA-OAEP-256', value: key.enc });
  const answer = answered.safeParse(parseAnswer(service, await askService(service, { method: 'POST', url, headers, body }, context)));
  return answer.success ? { ok: true, part: new SecretBytes(Buffer.from(answer.data.value, 'base64url')) } : refuse(`${service} answers without a value`);
}

/** @throws ServiceRefusal */
async function tokenOf(application: AzureApplication, scope: string, context: ServiceContext): Promise<string> {
  const { tenantId, clientId, authority } = application;
  const url = `${authority}/${tenantId}/oauth2/v2.0/token`;
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, scope, ...proofOf(application, url, context.now()) }).toString();
  const text = await askService('Microsoft Entra ID', { method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }, context);
  const token = tokenForm.safeParse(parseAnswer('Microsoft Entra ID', text));
  if (!token.success) throw new ServiceRefusal('Microsoft Entra ID answers without a token', true);
  return token.data.access_token;
}

function proofOf({ clientId, proof }: AzureApplication, audience: string, now: number): Readonly<Record<string, string>> {
  if ('secret' in proof) return { client_secret: Buffer.from(proof.secret.reveal()).toString('utf8') };
  const issued = Math.floor(now / 1000);
  const claims = { aud: audience, iss: clientId, sub: clientId, jti: randomUUID(), nbf: issued, exp: issued + 600 };
  // Entra finds the certificate by it
  const thumbprint = createHash('sha1').update(new X509Certificate(proof.certificate).raw).digest('base64url');
  const assertion = signJwt(claims, Buffer.from(proof.key.reveal()).toString('utf8'), undefined, { x5t: thumbprint });
  return { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion };
}
