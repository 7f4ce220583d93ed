import { z } from 'zod';
import type { CredentialSelector, ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { awsJwt, awsSecretRef } from './config.ts';
import type { AwsKeys } from './sdk-keys.ts';
import { keysOfAccount, keysOfSecret } from './store-keys.ts';
import type { StsOptions } from './sts.ts';
import { assumeRole, stsOptions } from './sts.ts';

/** `auth` of a generator. */
export const generatorAuth = z
  .strictObject({
    secretRef: awsSecretRef.exactOptional(),
    jwt: awsJwt.exactOptional(),
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
  const sts = stsOptions(region, context.environment);
  const own = await ownKeys(auth, sts, context, signal);
  return role === '' ? own : assumeRole({ ...sts, keys: own, role }, signal);
}

async function ownKeys({ secretRef, jwt }: GeneratorAuth, sts: StsOptions, context: ProviderContext, signal: AbortSignal): Promise<AwsKeys> {
  if (secretRef !== undefined) return keysOfSecret(secretRef, context);
  if (jwt === undefined) throw new ProviderError('invalid', `auth ${saysNobody}`);
  return keysOfAccount(jwt.serviceAccountRef, sts, context, signal);
}
