import type { z } from 'zod';
import type { ProviderContext, ServiceAccountSelector } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { AwsConfig, awsSecretRef } from './config.ts';
import { rolesOf } from './config.ts';
import type { KeySource } from './key-source.ts';
import { constantKeys, renewedKeys } from './key-source.ts';
import { ownIdentity } from './own-identity.ts';
import type { AwsKeys } from './sdk-keys.ts';
import { sdkKeys } from './sdk-keys.ts';
import { sessionTagsOf } from './session-tags.ts';
import type { RoleRequest, SessionKeys, StsOptions } from './sts.ts';
import { assumeRole, assumeRoleWithToken, stsOptions } from './sts.ts';

const roleAnnotation = 'eks.amazonaws.com/role-arn';
const audienceAnnotation = 'eks.amazonaws.com/audience';
const standardAudience = 'sts.amazonaws.com';
/** Seconds that a token of a service account is valid: it is traded in at once. */
const tokenSeconds = 600;

/**
 * As whom a store asks AWS: what its `auth` says, or Prelude itself, and the roles from there on. Roles are assumed when they are needed.
 * @param life the life of the client
 * @throws ProviderError `invalid` for access keys that can be none; `denied` where the store may not ask as Prelude
 */
export async function storeKeys(config: AwsConfig, context: ProviderContext, life: AbortSignal): Promise<KeySource> {
  const sts = stsOptions(config.region, context.environment);
  const { clock } = context;
  let source = await firstKeys(config, { sts, context, life });
  const roles = rolesOf(config);
  for (const [index, role] of roles.entries()) {
    const from = source;
    // the last one is `role` where there is one: what it is asked for with is meant for it alone
    const isTarget = role === config.role && index === roles.length - 1;
    const { externalID = '', transitiveTagKeys = [] } = config;
    const request = (): Omit<RoleRequest, 'role'> => (isTarget ? { externalId: externalID, tags: sessionTagsOf(config, context.store), transitiveTagKeys } : {});
    source = renewedKeys({ fetch: async (signal) => assumeRole({ ...sts, ...request(), role, keys: await from.current(signal) }, signal), what: 'AWS STS', clock, life });
  }
  return source;
}

interface FirstKeysOptions {
  readonly sts: StsOptions;
  readonly context: ProviderContext;
  readonly life: AbortSignal;
}

async function firstKeys({ auth: { secretRef, jwt } = {} }: AwsConfig, { sts, context, life }: FirstKeysOptions): Promise<KeySource> {
  const { clock } = context;
  if (jwt !== undefined) return renewedKeys({ fetch: (signal) => keysOfAccount(jwt.serviceAccountRef, sts, context, signal), what: 'AWS STS', clock, life });
  if (secretRef === undefined) {
    if (context.own === undefined) throw new ProviderError('denied', 'the store names no credentials, and may not ask AWS as Prelude itself');
    const fetch = await ownIdentity(sts);
    return renewedKeys({ fetch, what: 'the AWS identity of Prelude', clock, life });
  }
  const keys = await keysOfSecret(secretRef, context);
  // what can be no key is told at once
  sdkKeys(keys);
  return constantKeys(keys);
}

/** Access keys that stand in Secrets. @throws ProviderError `invalid` */
export async function keysOfSecret({ accessKeyIDSecretRef, secretAccessKeySecretRef, sessionTokenSecretRef }: z.output<typeof awsSecretRef>, { secret }: ProviderContext): Promise<AwsKeys> {
  const [accessKeyId, secretAccessKey, sessionToken] = await Promise.all([
    secret(accessKeyIDSecretRef),
    secret(secretAccessKeySecretRef),
    sessionTokenSecretRef === undefined ? undefined : secret(sessionTokenSecretRef),
  ]);
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** Keys of the role that a service account names in its annotation. @throws ProviderError; the signal's reason */
export async function keysOfAccount(account: ServiceAccountSelector, sts: StsOptions, context: ProviderContext, signal: AbortSignal): Promise<SessionKeys> {
  const annotations = await context.serviceAccountAnnotations(account);
  const role = annotations[roleAnnotation] ?? '';
  if (role === '') throw new ProviderError('invalid', `ServiceAccount "${account.name}" has no annotation ${roleAnnotation}, which names the role that it assumes`);
  const audience = annotations[audienceAnnotation] ?? '';
  const token = await context.serviceAccountToken(account, { audiences: [audience === '' ? standardAudience : audience], expirationSeconds: tokenSeconds });
  return assumeRoleWithToken({ ...sts, role, token }, signal);
}
