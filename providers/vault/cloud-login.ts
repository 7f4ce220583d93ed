import { z } from 'zod';
import { SigningKeyError, signJwt } from '../../src/lib/sign-jwt.ts';
import { ask } from '../../src/provider/ask.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { awsKeys, standardRegion, stsHost } from './aws-session.ts';
import { signAwsCall } from './aws-signature.ts';
import type { GcpAuth, IamAuth } from './cloud-auth-config.ts';
import { textOf } from './vault-api.ts';

/**
 * What logs in with AWS IAM: a request to AWS STS that asks who has signed it. Vault sends it, and believes the answer.
 * @throws ProviderError; the signal's reason
 */
export async function iamLoginBody(iam: IamAuth, context: ProviderContext, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  const { region = standardRegion, vaultRole, vaultAwsIamServerID: serverId } = iam;
  const keys = await awsKeys(iam, context, signal);
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const host = stsHost(region);
  const named = serverId === undefined ? {} : { 'x-vault-aws-iam-server-id': serverId };
  const headers = signAwsCall({ host, region, service: 'sts', headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', ...named }, body }, keys, context.clock.now());
  const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return { role: vaultRole, iam_http_request_method: 'POST', iam_request_url: base64(`https://${host}/`), iam_request_body: base64(body), iam_request_headers: base64(JSON.stringify(lists)) };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const keyFile = z.object({ type: z.literal('service_account'), client_email: z.string().min(1), private_key: z.string().min(1), private_key_id: z.string().optional() });

/** A quarter of an hour is the most that Vault takes. */
const statementSeconds = 900;
const identityUrl = 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity';

/**
 * What logs in with Google Cloud: a statement for Vault's role, signed with a service account's key, or Google's own about the machine.
 * @throws ProviderError; the signal's reason
 */
export async function gcpLoginBody({ role, secretRef }: GcpAuth, context: ProviderContext, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  const audience = `vault/${role}`;
  if (secretRef !== undefined) {
    const { client_email: email, private_key: pem, private_key_id: keyId } = parseKey(textOf(await context.secret(secretRef.secretAccessKeySecretRef)));
    const now = Math.floor(context.clock.now() / 1000);
    return { role, jwt: sign({ sub: email, aud: audience, iat: now, exp: now + statementSeconds }, pem, keyId) };
  }
  if (context.own === undefined) throw new ProviderError('invalid', 'auth.gcp needs secretRef');
  const url = `${identityUrl}?${new URLSearchParams({ audience: `http://${audience}`, format: 'full' }).toString()}`;
  const asked = { http: context.own.http, service: "Google's metadata server", advice: '' };
  const answer = await ask({ method: 'GET', url, headers: { 'metadata-flavor': 'Google' } }, asked, signal);
  return { role, jwt: Buffer.from(answer.body).toString('utf8').trim() };
}

function parseKey(text: string): z.output<typeof keyFile> {
  try {
    return keyFile.parse(JSON.parse(text));
  } catch {
    throw new ProviderError('invalid', 'the Secret that auth.gcp.secretRef names holds no key of a service account: JSON with type "service_account", client_email and private_key');
  }
}

function sign(claims: Readonly<Record<string, string | number>>, pem: string, keyId: string | undefined): string {
  try {
    return signJwt(claims, pem, keyId);
  } catch (error) {
    if (error instanceof SigningKeyError) throw new ProviderError('invalid', `private_key of the Secret that auth.gcp.secretRef names: ${error.message}`);
    throw error;
  }
}
