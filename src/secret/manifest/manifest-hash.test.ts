import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { goText } from './go-text.ts';
import { manifestHash } from './manifest-hash.ts';

const golden = z
  .object({ manifest: z.array(z.object({ manifest: z.record(z.string(), z.unknown()), hash: z.string() })).min(6) })
  .parse(JSON.parse(readFileSync(new URL('../../../test/golden/external-secrets-hashes.json', import.meta.url), 'utf8')));

test.each(golden.manifest)("the hash of an object of any kind is External Secrets' own: $hash", ({ manifest, hash }) => {
  expect(manifestHash(manifest)).toBe(hash);
});

test('whole numbers print as such however large they are, others as floating point', () => {
  expect([5432, 100_000_000, 0.5, 1_234_567.5, null, true, [], {}].map(goText)).toEqual(['5432', '100000000', '0.5', '1.2345675e+06', '<nil>', 'true', '[]', 'map[]']);
});
