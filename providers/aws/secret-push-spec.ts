import { z } from 'zod';
import { unsupported } from '../../src/provider/field.ts';
import { pushTags } from './push-tags.ts';

/** What a PushSecret may say under `metadata.spec` for Secrets Manager, with External Secrets' names. */
export const secretPushSpec = z.strictObject({
  tags: pushTags.exactOptional(),
  description: z.string().exactOptional().describe('The description of a secret that is made.'),
  secretPushFormat: z.enum(['binary', 'string', '']).exactOptional().describe('Whether the value is kept as bytes, or as text.'),
  kmsKeyId: z.string().exactOptional().describe('The key of a secret that is made.'),
  replicationLocations: z.array(z.string()).exactOptional().describe('The regions that the secret is copied to.'),
  resourcePolicy: unsupported("is not supported: a push sees the Secret that it pushes, and no policy in another one, nor in a ConfigMap; attach the policy in AWS, where a push leaves it as it is"),
});

export type SecretPushSpec = z.output<typeof secretPushSpec>;
