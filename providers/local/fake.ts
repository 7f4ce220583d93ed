import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Generator } from '../../src/provider/generator.ts';

export const fakeSpec = z
  .strictObject({
    controller: z.string().exactOptional().describe('Class of the controllers that serve the generator; any where empty.'),
    data: z.record(z.string(), z.string()).exactOptional().describe('What it gives, as it stands.'),
  })
  .describe('Values that are written into the generator itself, for tests and first steps.');

export type FakeSpec = z.output<typeof fakeSpec>;

/** Gives what its spec says. */
export const fakeGenerator: Generator<FakeSpec> = {
  kind: 'Fake',
  schema: fakeSpec,
  environment: [],
  isLocal: true,
  credentials: () => [],
  generate: ({ data }) => Promise.resolve({ values: new Map(Object.entries(data ?? {}).map(([key, text]) => [key, SecretBytes.fromUtf8(text)])) }),
};
