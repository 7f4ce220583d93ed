import { z } from 'zod';
import { managedTag } from './tags.ts';

/** `metadata.spec.tags` of a push. The mark that says whose it is, is not for a push to choose. */
export const pushTags = z
  .record(z.string(), z.string())
  .refine((tags) => !Object.hasOwn(tags, managedTag.key), `must not have the key ${managedTag.key}: it marks what is pushed`)
  .describe('The tags, all of them; without this field they stay as they are.');
