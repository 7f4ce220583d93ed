import { z } from 'zod';
import type { HttpRequest } from '../../src/lib/http.ts';
import { readJson, send, statusError } from '../../src/provider/ask.ts';
import type { OwnMeans, ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { SigningKeys } from './aws-signature.ts';
import { signAwsCall } from './aws-signature.ts';
import type { IamAuth } from './cloud-auth-config.ts';
import { textOf } from './vault-api.ts';

/** Where AWS STS is asked instead of at AWS, as in External Secrets. */
export const stsEndpointVariable = 'AWS_STS_ENDPOINT';

/** With what a pod of EKS is told who it is: IRSA's two, and those of EKS Pod Identity. */
const own = { tokenFile: 'AWS_WEB_IDENTITY_TOKEN_FILE', role: 'AWS_ROLE_ARN', keysUrl: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', keysTokenFile: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE' } as const;

/** Environment variables that IAM depends on. */
export const awsVariables: readonly string[] = [stsEndpointVariable, ...Object.values(own)];

export const standardRegion = 'us-east-1';
/** The name under which sessions show in CloudTrail: upstream's, so that policies about it go on to hold. */
const sessionName = 'external-secrets-provider-vault';
const form = 'application/x-www-form-urlencoded; charset=utf-8';

/** The host of AWS STS in a region. */
export function stsHost(region: string): string {
  return `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/**
 * The keys that `auth.iam` says: of a service account, of a Secret, or Prelude's own; then those of the role that they assume, if one is named.
 * @throws ProviderError; the signal's reason
 */
export async function awsKeys(iam: IamAuth, context: ProviderContext, signal: AbortSignal): Promise<SigningKeys> {
  const sts = new Sts(iam.region ?? standardRegion, context);
  const keys = await sourceKeys(iam, sts, context, signal);
  if (iam.role === undefined) return keys;
  const external = iam.externalID === undefined ? {} : { ExternalId: iam.externalID };
  return sts.session({ Action: 'AssumeRole', RoleArn: iam.role, RoleSessionName: sessionName, ...external }, { keys, advice: 'check auth.iam, and whether the role lets it assume it' }, signal);
}

async function sourceKeys({ jwt, secretRef }: IamAuth, sts: Sts, context: ProviderContext, signal: AbortSignal): Promise<SigningKeys> {
  if (jwt !== undefined) {
    const annotations = await context.serviceAccountAnnotations(jwt.serviceAccountRef);
    const role = annotations['eks.amazonaws.com/role-arn'];
    if (role === undefined || role === '') throw new ProviderError('invalid', `ServiceAccount ${jwt.serviceAccountRef.name} has no annotation eks.amazonaws.com/role-arn`);
    const audience = annotations['eks.amazonaws.com/audience'] ?? 'sts.amazonaws.com';
    const token = await context.serviceAccountToken(jwt.serviceAccountRef, { audiences: [audience], expirationSeconds: 600 });
    return sts.withToken(role, textOf(token), 'check auth.iam.jwt, and whether the role trusts the service account', signal);
  }
  if (secretRef === undefined) return ownKeys(sts, context, signal);
  const text = async (selector: Parameters<ProviderContext['secret']>[0]): Promise<string> => plain(textOf(await context.secret(selector)).trim());
  const { accessKeyIDSecretRef: id, secretAccessKeySecretRef: key, sessionTokenSecretRef: token } = secretRef;
  return { accessKeyId: await text(id), secretAccessKey: await text(key), ...(token === undefined ? {} : { sessionToken: await text(token) }) };
}

/** They become headers. */
function plain(text: string): string {
  if (/^[!-~]+$/.test(text)) return text;
  throw new ProviderError('invalid', 'an access key that auth.iam.secretRef names is empty, or not plain text without spaces');
}

async function ownKeys(sts: Sts, context: ProviderContext, signal: AbortSignal): Promise<SigningKeys> {
  const { own: means, environment } = context;
  if (means === undefined) throw new ProviderError('invalid', 'auth.iam needs jwt or secretRef');
  const [file, role] = [environment.get(own.tokenFile), environment.get(own.role)];
  if (file !== undefined && role !== undefined) return sts.withToken(role, textOf(await means.file(file)), "check the role of Prelude's own service account", signal);
  const url = environment.get(own.keysUrl);
  if (url !== undefined) return podKeys(url, means, context, signal);
  throw new ProviderError('invalid', `Prelude has no identity at AWS: neither ${own.tokenFile} with ${own.role}, nor ${own.keysUrl} is set; name jwt or secretRef in auth.iam`);
}

const podAnswer = z.object({ AccessKeyId: z.string().min(1), SecretAccessKey: z.string().min(1), Token: z.string().min(1) });

/** EKS Pod Identity: an agent on the node gives the keys to whoever has the pod's token. */
async function podKeys(url: string, means: OwnMeans, { environment }: ProviderContext, signal: AbortSignal): Promise<SigningKeys> {
  const service = 'the agent of EKS Pod Identity';
  const file = environment.get(own.keysTokenFile);
  const headers = file === undefined ? {} : { headers: { authorization: textOf(await means.file(file)).trim() } };
  const answer = await send({ method: 'GET', url, ...headers }, { http: means.http, service, advice: '' }, signal);
  if (answer.status !== 200) throw statusError(answer, { service, advice: "check the association of Prelude's own service account" });
  const parsed = podAnswer.safeParse(readJson(answer, service));
  if (!parsed.success) throw new ProviderError('unavailable', `${service} answers without keys`);
  return { accessKeyId: parsed.data.AccessKeyId, secretAccessKey: parsed.data.SecretAccessKey, sessionToken: parsed.data.Token };
}

/** AWS STS, as far as it gives keys. */
class Sts {
  readonly #region: string;
  readonly #context: ProviderContext;

  constructor(region: string, context: ProviderContext) {
    this.#region = region;
    this.#context = context;
  }

  /** Nobody signs this: the token says who asks. */
  withToken(role: string, token: string, advice: string, signal: AbortSignal): Promise<SigningKeys> {
    return this.session({ Action: 'AssumeRoleWithWebIdentity', RoleArn: role, RoleSessionName: sessionName, WebIdentityToken: token.trim() }, { advice }, signal);
  }

  async session(fields: Readonly<Record<string, string>>, { keys, advice }: { readonly keys?: SigningKeys; readonly advice: string }, signal: AbortSignal): Promise<SigningKeys> {
    const { http, clock, environment } = this.#context;
    const url = new URL(environment.get(stsEndpointVariable) ?? `https://${stsHost(this.#region)}/`);
    const body = new URLSearchParams({ ...fields, Version: '2011-06-15' }).toString();
    const call = { host: url.host, region: this.#region, service: 'sts', headers: { 'content-type': form }, body };
    const headers = keys === undefined ? call.headers : signAwsCall(call, keys, clock.now());
    const { host: _host, ...sent } = { host: '', ...headers };
    const request: HttpRequest = { method: 'POST', url: new URL('/', url).href, headers: sent, body };
    const answer = await send(request, { http, service, advice }, signal);
    // STS says with 400 that a token is not taken, too
    if (answer.status === 400) throw new ProviderError('denied', `${service} refuses the credentials (HTTP 400); ${advice}`);
    if (answer.status !== 200) throw statusError(answer, { service, advice });
    return keysIn(Buffer.from(answer.body).toString('utf8'));
  }
}

const service = 'AWS STS';

/** Of the answer, which is XML, three elements matter; none of their texts needs an escape. */
function keysIn(xml: string): SigningKeys {
  const element = (name: string): string => new RegExp(`<${name}>\\s*([!-;=?-~]+)\\s*</${name}>`).exec(xml)?.[1] ?? '';
  const keys = { accessKeyId: element('AccessKeyId'), secretAccessKey: element('SecretAccessKey'), sessionToken: element('SessionToken') };
  if (Object.values(keys).includes('')) throw new ProviderError('unavailable', `the endpoint does not answer as ${service} does: there are no credentials`);
  return keys;
}
