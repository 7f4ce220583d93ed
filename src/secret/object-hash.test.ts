import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { dataHash, metadataHash, textHash } from './object-hash.ts';
import { resourceVersionOf } from './resource-version.ts';

const texts = z.record(z.string(), z.string());
const golden = z
  .object({
    data: z.array(z.object({ data: texts, hash: z.string() })).min(7),
    text: z.array(z.object({ text: z.string(), hash: z.string() })).min(4),
    resourceVersion: z
      .array(z.object({ generation: z.number(), annotations: texts.nullable(), labels: texts.nullable(), version: z.string() }))
      .min(5),
  })
  .parse(JSON.parse(readFileSync(new URL('../../test/golden/external-secrets-hashes.json', import.meta.url), 'utf8')));

test.each(golden.data)("the hash of data is External Secrets' own: $hash", ({ data, hash }) => {
  const bytes = new Map(Object.entries(data).map(([key, base64]) => [key, Buffer.from(base64, 'base64')]));

  expect(dataHash(bytes)).toBe(hash);
});

test.each(golden.text)("the hash of $text is External Secrets' own", ({ text, hash }) => {
  expect(textHash(text)).toBe(hash);
});

test.each(golden.resourceVersion)("the synced version of metadata is External Secrets' own: $version", ({ generation, annotations, labels, version }) => {
  const metadata = { name: 'a', generation, ...(annotations === null ? {} : { annotations }), ...(labels === null ? {} : { labels }) };

  expect(resourceVersionOf(metadata)).toBe(version);
  expect(version.endsWith(metadataHash(metadata))).toBe(true);
});

test('data larger than one slice hashes as if it were printed in one piece', () => {
  const bytes = Uint8Array.from({ length: 40_000 }, (_unused, index) => index % 251);

  expect(dataHash(new Map([['k', bytes]]))).toBe(textHash(`map[k:[${bytes.join(' ')}]]`));
});
