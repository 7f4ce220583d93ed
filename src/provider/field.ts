import { z } from 'zod';
import { namespaceName, objectName, secretKey } from '../api/kube-text.ts';
import type { SecretKeySelector, ServiceAccountSelector } from './contract.ts';

// what a provider's schema needs of the API room, which providers do not import
export { objectName as objectNameField, secretKey as secretKeyField } from '../api/kube-text.ts';
export { goDuration } from '../api/go-duration.ts';
export { supportedOf } from '../api/known-values.ts';
export { pushNamespacesAnnotation } from '../api/names.ts';
export { isPrivilegedSecretType, privilegedTypeRule } from '../api/privileged-secret-types.ts';
export { unsupported } from '../api/schema.ts';

/** A field that refers to one key of a Secret, as in External Secrets. */
export function secretKeySelector(): z.ZodType<SecretKeySelector> {
  return z.strictObject({
    name: objectName().describe('The name of the Secret.'),
    namespace: namespaceName()
      .exactOptional()
      .describe("Its namespace. A SecretStore may name its own only; in a ClusterSecretStore, absence means the consumer's."),
    key: secretKey().describe('The key in the Secret.'),
  });
}

/** Like `secretKeySelector`, where External Secrets knows which key is meant if none is said. */
export function secretKeySelectorOr(defaultKey: string): z.ZodType<SecretKeySelector> {
  return z
    .strictObject({
      name: objectName().describe('The name of the Secret.'),
      namespace: namespaceName()
        .exactOptional()
        .describe("Its namespace. A SecretStore may name its own only; in a ClusterSecretStore, absence means the consumer's."),
      key: secretKey().exactOptional().describe(`The key in the Secret, \`${defaultKey}\` where absent.`),
    })
    .transform((selector) => ({ key: defaultKey, ...selector }));
}

/** A field that refers to a service account, as in External Secrets. */
export function serviceAccountSelector(): z.ZodType<ServiceAccountSelector> {
  return z.strictObject({
    name: objectName().describe('The name of the ServiceAccount.'),
    namespace: namespaceName()
      .exactOptional()
      .describe("Its namespace. A SecretStore may name its own only; in a ClusterSecretStore, absence means the consumer's."),
    audiences: z.array(z.string()).exactOptional().describe('Audiences of its token, beside those that the provider needs.'),
  });
}

/** A field that refers to one key of a ConfigMap, as in External Secrets. */
export function configMapKeySelector(): z.ZodType<SecretKeySelector> {
  return z.strictObject({
    name: objectName().describe('The name of the ConfigMap.'),
    namespace: namespaceName()
      .exactOptional()
      .describe("Its namespace. A SecretStore may name its own only; in a ClusterSecretStore, absence means the consumer's."),
    key: secretKey().describe('The key in the ConfigMap.'),
  });
}
