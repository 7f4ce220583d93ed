import { z } from 'zod';
import { parsePushMetadata } from '../../src/provider/push-metadata.ts';
import type { WrittenProperties } from './vault.ts';

/** The tag of what External Secrets, or Prelude, has written; what does not bear it is somebody else's. */
const mark = { tag: 'managed-by', text: 'external-secrets' } as const;

/** What a PushSecret may say under `metadata`, with External Secrets' names. */
const pushSpec = z.strictObject({
  expirationDate: z
    .string()
    .refine((text) => text === '' || timeIn(text) !== undefined, 'must be a time like 2024-12-31T20:00:00Z')
    .exactOptional(),
  tags: z
    .record(z.string(), z.string())
    .refine((tags) => !Object.hasOwn(tags, mark.tag), `must not have "${mark.tag}", which says whose it is`)
    .exactOptional(),
});

/** What a pushed object is to bear. @throws ProviderError `invalid` */
export function propertiesToPush(metadata: unknown): WrittenProperties {
  const { expirationDate = '', tags = {} } = parsePushMetadata(pushSpec, metadata) ?? {};
  const expires = timeIn(expirationDate);
  return { tags: { ...tags, [mark.tag]: mark.text }, ...(expires === undefined ? {} : { expires }) };
}

/** Whether an object has been pushed, and not made by somebody else. */
export function isPushed({ tags }: { readonly tags: Readonly<Record<string, string>> }): boolean {
  return tags[mark.tag] === mark.text;
}

/** RFC 3339, in milliseconds since the epoch, without the fractions that vaults do not keep. */
function timeIn(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000) * 1000;
}
