import { z } from 'zod';
import { namespaceName, objectName, secretKey } from '../api/kube-text.ts';
import type { SecretKeySelector } from './contract.ts';

// what a provider's schema needs of the API room, which providers do not import
export { supportedOf } from '../api/known-values.ts';
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
