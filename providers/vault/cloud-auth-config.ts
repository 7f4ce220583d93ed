import { z } from 'zod';
import { secretKeySelector, serviceAccountSelector, unsupported } from '../../src/provider/field.ts';
import { mountField } from './mount-field.ts';

/** AWS IAM: Vault asks AWS who has signed. Without `secretRef` and `jwt` it is Prelude itself. */
export const iamAuth = z
  .strictObject({
    path: mountField('aws'),
    region: z
      .string()
      // it becomes a part of a host name
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be the name of an AWS region, like eu-central-1')
      .exactOptional()
      .describe('The AWS region, `us-east-1` where absent.'),
    role: z.string().min(1).exactOptional().describe('The ARN of a role of AWS that is assumed first.'),
    externalID: z.string().min(1).exactOptional().describe('The external id that `role` is assumed with.'),
    vaultRole: z.string().min(1).describe('The role in Vault.'),
    vaultAwsIamServerID: z
      .string()
      .regex(/^[!-~]+$/, 'must be plain text without spaces')
      .exactOptional()
      .describe('What the method of Vault is configured to be called, so that the signature serves no other.'),
    secretRef: z
      .strictObject({
        accessKeyIDSecretRef: secretKeySelector().describe('Key of a Secret with the access key id.'),
        secretAccessKeySecretRef: secretKeySelector().describe('Key of a Secret with the secret access key.'),
        sessionTokenSecretRef: secretKeySelector().exactOptional().describe('Key of a Secret with the session token of temporary keys.'),
      })
      .exactOptional()
      .describe('Access keys that stand in Secrets.'),
    jwt: z
      .strictObject({ serviceAccountRef: serviceAccountSelector().describe('The service account; its annotation `eks.amazonaws.com/role-arn` names the role it acts as.') })
      .exactOptional()
      .describe('A service account of the cluster, which comes before `secretRef`.'),
  })
  .describe('AWS IAM.');

export type IamAuth = z.output<typeof iamAuth>;

/** Google Cloud: a statement that is signed with a service account's key, or the machine's own word for who it is. */
export const gcpAuth = z
  .strictObject({
    path: mountField('gcp'),
    role: z.string().min(1).describe('The role in Vault.'),
    projectID: z.string().exactOptional().describe('Taken for the sake of old manifests: the key names its project itself.'),
    location: z.string().exactOptional().describe('Taken for the sake of old manifests; logging in has no location.'),
    secretRef: z
      .strictObject({ secretAccessKeySecretRef: secretKeySelector().describe('Key of a Secret with the key of a service account of Google, JSON.') })
      .exactOptional()
      .describe('The key of a service account of Google; without it, the identity of the machine that Prelude runs on.'),
    workloadIdentity: unsupported('is not supported by this version of Prelude, which asks Google to sign for nobody; use secretRef, or jwt with the issuer of the cluster'),
    serviceAccountRef: unsupported("is not supported: External Secrets takes the controller's own identity then, whomever it names; remove it, or use jwt"),
  })
  .describe('Google Cloud.');

export type GcpAuth = z.output<typeof gcpAuth>;
