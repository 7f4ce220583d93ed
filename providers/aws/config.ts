import { z } from 'zod';
import type { CredentialSelector } from '../../src/provider/contract.ts';
import { secretKeySelector, serviceAccountSelector, supportedOf } from '../../src/provider/field.ts';

/** A region; it becomes a part of a host name. */
export function awsRegion(): z.ZodString {
  return z
    .string()
    .max(63)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be the name of an AWS region, like eu-central-1')
    .describe('The AWS region.');
}

/** `auth.secretRef`, as in External Secrets. */
export const awsSecretRef = z
  .strictObject({
    accessKeyIDSecretRef: secretKeySelector().describe('The access key id.'),
    secretAccessKeySecretRef: secretKeySelector().describe('The secret access key.'),
    sessionTokenSecretRef: secretKeySelector().exactOptional().describe('The session token, where the keys are temporary.'),
  })
  .describe('Access keys that stand in Secrets.');

/** `auth.jwt`, as in External Secrets. */
export const awsJwt = z
  .strictObject({ serviceAccountRef: serviceAccountSelector().describe('A service account with the annotation `eks.amazonaws.com/role-arn`.') })
  .describe('A role that a service account of the cluster assumes.');

const auth = z
  .strictObject({ secretRef: awsSecretRef.exactOptional(), jwt: awsJwt.exactOptional() })
  .describe("How to authenticate to AWS: of both, the service account counts; of neither, Prelude's own identity.");

/** The session tags that the policy of tags makes itself. */
const ownTagKeys = ['esoNamespace', 'esoStoreName', 'esoStoreKind'] as const;

const customSessionTags = z
  .record(z.string(), z.string())
  .refine((tags) => ownTagKeys.every((key) => !Object.hasOwn(tags, key)), `must not have the keys ${ownTagKeys.join(', ')}: they are set by the policy`)
  .describe('Session tags with the policy `Custom`, beside those that say who asks.');

const deletion = z
  .strictObject({
    forceDeleteWithoutRecovery: z.boolean().exactOptional().describe('Delete what was pushed at once, and for good.'),
    recoveryWindowInDays: z
      .int()
      .refine((days) => days === 0 || (days >= 7 && days <= 30), 'must be 7 to 30')
      .exactOptional()
      .describe('For how many days, 7 to 30, what was deleted can be restored; 30 where absent.'),
  })
  .refine(({ forceDeleteWithoutRecovery: force = false, recoveryWindowInDays: days = 0 }) => !(force && days > 0), 'has both forceDeleteWithoutRecovery and recoveryWindowInDays; AWS takes one of them')
  .describe('How pushed secrets are deleted.');

/** `spec.provider.aws`: every field that External Secrets has. */
export const awsConfig = z
  .strictObject({
    service: supportedOf(['SecretsManager', 'ParameterStore'], ['SecretsManager', 'ParameterStore', 'CertificateManager']).describe('The AWS service.'),
    region: awsRegion(),
    auth: auth.exactOptional(),
    prefix: z.string().exactOptional().describe('Put before every remote key.'),
    // a role goes into a signed request, never into a URL: AWS itself says whether it is one
    role: z.string().exactOptional().describe('The ARN of a role to assume.'),
    additionalRoles: z.array(z.string()).exactOptional().describe('ARNs of roles to assume before `role`, one with the other.'),
    externalID: z.string().exactOptional().describe('The external id that `role` asks for.'),
    sessionTags: z.array(z.strictObject({ key: z.string(), value: z.string() })).exactOptional().describe('Tags of the session of `role`.'),
    transitiveTagKeys: z.array(z.string()).exactOptional().describe('Session tags that go on to roles that `role` assumes.'),
    sessionTagsPolicy: z.enum(['None', 'Simple', 'Custom']).exactOptional().describe('Whether the session of `role` is tagged with the namespace and the store that ask, instead of `sessionTags`.'),
    customSessionTags: customSessionTags.exactOptional(),
    secretsManager: deletion.exactOptional(),
  })
  .refine(({ role = '', sessionTagsPolicy = 'None' }) => role !== '' || sessionTagsPolicy === 'None', {
    path: ['sessionTagsPolicy'],
    error: 'needs role: without a session of it nothing would be tagged with who asks',
  })
  .describe('AWS Secrets Manager and Parameter Store.');

/** What a store says of how it is read. */
export type AwsConfig = z.output<typeof awsConfig>;

/** The roles that are assumed, in their order. */
export function rolesOf({ additionalRoles = [], role = '' }: AwsConfig): readonly string[] {
  return [...additionalRoles, role].filter((arn) => arn !== '');
}

/** Whether sessions say in their tags who asks: each asks as somebody else then. */
export function tagsAskers({ sessionTagsPolicy = 'None' }: AwsConfig): boolean {
  return sessionTagsPolicy !== 'None';
}

/** Whether the store names no credentials: AWS is asked as Prelude itself then. */
export function asksAsPrelude({ auth: { secretRef, jwt } = {} }: AwsConfig): boolean {
  return secretRef === undefined && jwt === undefined;
}

/** What a store names in the cluster. */
export function credentialsOf({ auth: { secretRef, jwt } = {} }: AwsConfig): readonly CredentialSelector[] {
  if (jwt !== undefined) return [{ kind: 'ServiceAccount', ...jwt.serviceAccountRef }];
  return secretRef === undefined ? [] : Object.values(secretRef);
}
