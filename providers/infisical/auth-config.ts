import { z } from 'zod';
import { secretKeySelector, unsupported } from '../../src/provider/field.ts';

function identityId() {
  return secretKeySelector().describe('Key of a Secret with the id of the machine identity.');
}

/** What would lend the controller's files or keys of a cloud to a store, and what to do instead. */
const noFiles = "is not supported: a store names no files of the controller's; put a JWT into a Secret and use jwtAuthCredentials";
const noAwsKeys = "is not supported: it would sign in the name of the controller's own AWS identity; use universalAuthCredentials or jwtAuthCredentials";

/** `auth` of Infisical: of several methods the first one counts, in the order of this list, as upstream. */
export const infisicalAuth = z
  .strictObject({
    universalAuthCredentials: z
      .strictObject({
        clientId: secretKeySelector().describe('Key of a Secret with the client id.'),
        clientSecret: secretKeySelector().describe('Key of a Secret with the client secret.'),
      })
      .exactOptional()
      .describe('Universal Auth.'),
    azureAuthCredentials: z
      .strictObject({
        identityId: identityId(),
        resource: secretKeySelector().exactOptional().describe('Key of a Secret with the resource that the token of Azure is for, `https://management.azure.com/` where absent.'),
      })
      .exactOptional()
      .describe("The controller's own managed identity at Azure."),
    gcpIdTokenAuthCredentials: z.strictObject({ identityId: identityId() }).exactOptional().describe("The controller's own service account at Google Cloud."),
    gcpIamAuthCredentials: unsupported(noFiles),
    jwtAuthCredentials: z
      .strictObject({ identityId: identityId(), jwt: secretKeySelector().describe('Key of a Secret with the JWT.') })
      .exactOptional()
      .describe('A JWT.'),
    ldapAuthCredentials: z
      .strictObject({
        identityId: identityId(),
        ldapUsername: secretKeySelector().describe('Key of a Secret with the name of the user.'),
        ldapPassword: secretKeySelector().describe('Key of a Secret with the password.'),
      })
      .exactOptional()
      .describe('LDAP.'),
    ociAuthCredentials: z
      .strictObject({
        identityId: identityId(),
        privateKey: secretKeySelector().describe('Key of a Secret with the private key, PEM.'),
        privateKeyPassphrase: secretKeySelector().exactOptional().describe('Key of a Secret with the passphrase of the private key.'),
        fingerprint: secretKeySelector().describe('Key of a Secret with the fingerprint of the key.'),
        userId: secretKeySelector().describe('Key of a Secret with the OCID of the user.'),
        tenancyId: secretKeySelector().describe('Key of a Secret with the OCID of the tenancy.'),
        region: secretKeySelector().describe('Key of a Secret with the region.'),
      })
      .exactOptional()
      .describe('An API key of a user at Oracle Cloud.'),
    kubernetesAuthCredentials: z
      .strictObject({ identityId: identityId(), serviceAccountTokenPath: unsupported("is not supported: a store names no files of the controller's; the token of its own service account is taken") })
      .exactOptional()
      .describe("The controller's own service account in this cluster."),
    awsAuthCredentials: unsupported(noAwsKeys),
    tokenAuthCredentials: z
      .strictObject({ accessToken: secretKeySelector().describe('Key of a Secret with the access token.') })
      .exactOptional()
      .describe('An access token that is there already.'),
  })
  .refine((methods) => Object.values(methods).some((method) => method !== undefined), 'names no method of logging in, like universalAuthCredentials')
  .describe('How to log in to Infisical.');

export type InfisicalAuth = z.output<typeof infisicalAuth>;
