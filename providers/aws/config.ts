import { z } from 'zod';
import type { SecretKeySelector } from '../../src/provider/contract.ts';
import { secretKeySelector, supportedOf, unsupported } from '../../src/provider/field.ts';

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

const auth = z.strictObject({ secretRef: awsSecretRef.exactOptional(), jwt: unsupported() }).describe('How to authenticate to AWS.');

/** What of `spec.provider.aws` decides how it is read. */
export interface AwsConfig {
  readonly region: string;
  /** Put before every remote key. */
  readonly prefix: string;
  readonly accessKeyId: SecretKeySelector;
  readonly secretAccessKey: SecretKeySelector;
  readonly sessionToken?: SecretKeySelector;
}

/** `spec.provider.aws`: every field that External Secrets has. */
export const awsConfig: z.ZodType<AwsConfig> = z
  .strictObject({
    service: supportedOf(['SecretsManager'], ['SecretsManager', 'ParameterStore', 'CertificateManager']).describe('The AWS service.'),
    region: awsRegion(),
    auth: auth.exactOptional(),
    prefix: z.string().exactOptional().describe('Put before every remote key.'),
    role: unsupported(),
    additionalRoles: unsupported(),
    externalID: unsupported(),
    sessionTags: unsupported(),
    sessionTagsPolicy: unsupported(),
    customSessionTags: unsupported(),
    transitiveTagKeys: unsupported(),
    secretsManager: unsupported(),
  })
  .transform(({ region, prefix = '', auth }, context): AwsConfig => {
    if (auth?.secretRef === undefined) {
      // the identity of the controller itself must never serve a tenant's store; it comes with cluster stores only
      const message = "needs secretRef: this version of Prelude does not use the AWS identity of the controller's own environment";
      context.addIssue({ code: 'custom', path: ['auth'], message });
      return z.NEVER;
    }
    const { accessKeyIDSecretRef, secretAccessKeySecretRef, sessionTokenSecretRef } = auth.secretRef;
    return {
      region,
      prefix,
      accessKeyId: accessKeyIDSecretRef,
      secretAccessKey: secretAccessKeySecretRef,
      ...(sessionTokenSecretRef === undefined ? {} : { sessionToken: sessionTokenSecretRef }),
    };
  })
  .describe('AWS Secrets Manager.');
