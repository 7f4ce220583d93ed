import { z } from 'zod';
import type { CredentialSelector, ProviderContext, ServiceAccountSelector } from '../../src/provider/contract.ts';
import { serviceAccountSelector } from '../../src/provider/field.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { awsSecretRef } from './config.ts';
import type { AwsKeys } from './sts.ts';
import { assumeRole, assumeRoleWithToken } from './sts.ts';

/** The environment variable that points STS elsewhere: upstream's name. */
export const stsVariable = 'AWS_STS_ENDPOINT';

const roleAnnotation = 'eks.amazonaws.com/role-arn';
const audienceAnnotation = 'eks.amazonaws.com/audience';
const standardAudience = 'sts.amazonaws.com';
/** Seconds that a token of a service account is valid: it is traded in at once. */
const tokenSeconds = 600;

/** `auth` of a generator. */
export const generatorAuth = z
  .strictObject({
    secretRef: awsSecretRef.exactOptional(),
    jwt: z
      .strictObject({ serviceAccountRef: serviceAccountSelector().describe(`A service account with the annotation \`${roleAnnotation}\`.`) })
      .exactOptional()
      .describe('A role that a service account of the cluster assumes.'),
  })
  .describe('How to authenticate to AWS; of both, the keys count.');

export type GeneratorAuth = z.output<typeof generatorAuth>;

/**
 * Whether `auth` says as whom AWS is asked. The identity of the controller's own environment, which upstream takes then, must never
 * serve a tenant.
 */
export function saysWho(auth: GeneratorAuth | undefined): boolean {
  return auth?.secretRef !== undefined || auth?.jwt !== undefined;
}

export const saysNobody = "needs secretRef or jwt: this version of Prelude does not use the AWS identity of the controller's own environment";

/** A role to assume. It goes into a signed request, never into a URL: AWS itself says whether it is one. */
export function roleField(): z.ZodString {
  return z.string().describe('The ARN of a role to assume first.');
}

export function authCredentials({ secretRef, jwt }: GeneratorAuth): readonly CredentialSelector[] {
  if (secretRef !== undefined) return Object.values(secretRef);
  return jwt === undefined ? [] : [{ kind: 'ServiceAccount', ...jwt.serviceAccountRef }];
}

export interface AuthenticateOptions {
  readonly region: string;
  readonly auth: GeneratorAuth;
  readonly role?: string | undefined;
}

/**
 * The keys that a generator asks AWS with.
 * @throws ProviderError; the signal's reason
 */
export async function authenticate({ region, auth, role = '' }: AuthenticateOptions, context: ProviderContext, signal: AbortSignal): Promise<AwsKeys> {
  const endpoint = context.environment.get(stsVariable);
  const sts = { region, ...(endpoint === undefined ? {} : { endpoint }) };
  const own = auth.secretRef === undefined ? await keysOfAccount(auth, sts, context, signal) : await keysOfSecret(auth.secretRef, context);
  return role === '' ? own : assumeRole({ ...sts, keys: own, role }, signal);
}

async function keysOfSecret({ accessKeyIDSecretRef, secretAccessKeySecretRef, sessionTokenSecretRef }: NonNullable<GeneratorAuth['secretRef']>, { secret }: ProviderContext): Promise<AwsKeys> {
  const [accessKeyId, secretAccessKey, sessionToken] = await Promise.all([
    secret(accessKeyIDSecretRef),
    secret(secretAccessKeySecretRef),
    sessionTokenSecretRef === undefined ? undefined : secret(sessionTokenSecretRef),
  ]);
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

async function keysOfAccount({ jwt }: GeneratorAuth, sts: { readonly region: string; readonly endpoint?: string }, context: ProviderContext, signal: AbortSignal): Promise<AwsKeys> {
  const account: ServiceAccountSelector | undefined = jwt?.serviceAccountRef;
  if (account === undefined) throw new ProviderError('invalid', `auth ${saysNobody}`);
  const annotations = await context.serviceAccountAnnotations(account);
  const role = annotations[roleAnnotation] ?? '';
  if (role === '') throw new ProviderError('invalid', `ServiceAccount "${account.name}" has no annotation ${roleAnnotation}, which names the role that it assumes`);
  const audience = annotations[audienceAnnotation] ?? '';
  const token = await context.serviceAccountToken(account, { audiences: [audience === '' ? standardAudience : audience], expirationSeconds: tokenSeconds });
  return assumeRoleWithToken({ ...sts, role, token }, signal);
}
