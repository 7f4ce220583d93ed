import { z } from 'zod';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import type { SopsKey } from '../metadata.ts';
import type { AllowList } from './allow-list.ts';
import { askService, parseAnswer, type ServiceContext } from './ask-service.ts';
import { decodeBase64, type KeyAnswer, refuse } from './key-answer.ts';

const answered = z.object({ data: z.object({ plaintext: z.string() }) });

/** Opens a data key with a key of Vault's (or OpenBao's) transit engine: one call of `decrypt`. */
export async function openWithTransit(key: Extract<SopsKey, { readonly type: 'hc_vault' }>, { token, allowed }: { readonly token: SecretBytes | undefined; readonly allowed: AllowList }, context: ServiceContext): Promise<KeyAnswer> {
  if (token === undefined) return refuse('there is no token at hand (sops.vault-token of the Secret)');
  const address = allowed.address(key.address);
  if (address === undefined) return refuse('its vault_address is not in sops.allow of the Secret');
  if (!/^[\w-][\w.-]*(\/[\w-][\w.-]*){0,9}$/.test(key.enginePath) || !/^[\w-][\w.-]{0,127}$/.test(key.keyName)) return refuse('its engine_path or its key_name is none of Vault');
  if (!/^vault:v\d{1,9}:[A-Za-z0-9+/=]+$/.test(key.enc)) return refuse("its encrypted data key is not one of Vault's transit engine");
  const headers = { 'x-vault-token': Buffer.from(token.reveal()).toString('utf8'), 'x-vault-request': 'true', 'content-type': 'application/json' };
  const url = `${address}/v1/${key.enginePath}/decrypt/${key.keyName}`;
  const answer = answered.safeParse(parseAnswer('Vault', await askService('Vault', { method: 'POST', url, headers, body: JSON.stringify({ ciphertext: key.enc }) }, context)));
  const part = answer.success ? decodeBase64(answer.data.data.plaintext) : undefined;
  return part === undefined ? refuse('Vault answers without a plaintext') : { ok: true, part: new SecretBytes(part) };
}
