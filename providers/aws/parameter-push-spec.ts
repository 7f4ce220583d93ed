import { z } from 'zod';
import { pushTags } from './push-tags.ts';

const tier = z.strictObject({
  type: z.enum(['Standard', 'Advanced', 'Intelligent-Tiering', '']).exactOptional().describe('The tier; `Advanced` takes 8 KiB, and costs.'),
  policies: z.json().nullable().exactOptional().describe('The policies of an advanced parameter, as AWS writes them.'),
});

/** What a PushSecret may say under `metadata.spec` for Parameter Store, with External Secrets' names. */
export const parameterPushSpec = z.strictObject({
  secretType: z.enum(['String', 'StringList', 'SecureString', '']).exactOptional().describe('The type of the parameter, `String` where absent.'),
  kmsKeyID: z.string().exactOptional().describe('The key of a `SecureString`, `alias/aws/ssm` where absent.'),
  tier: tier.exactOptional(),
  encodeAsDecoded: z.boolean().exactOptional().describe('Write the values of a whole Secret as they are, and not in base64.'),
  tags: pushTags.exactOptional(),
  description: z.string().exactOptional().describe('The description of the parameter.'),
});

export type ParameterPushSpec = z.output<typeof parameterPushSpec>;
