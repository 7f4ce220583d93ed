import { z } from 'zod';

const entry = z.strictObject({
  key: z.string().min(1).describe('The remote key.'),
  value: z.string().describe('The value, as text.'),
  version: z.string().exactOptional().describe('The version; a reference without one finds the entry without one.'),
});

/** What validating the store says, in upstream's numbers. */
export const validationResult = { ready: 0, unknown: 1, error: 2 } as const;

/** `spec.provider.fake`. */
export const fakeConfig = z
  .strictObject({
    data: z.array(entry).describe('Everything the store holds.'),
    validationResult: z
      .literal(Object.values(validationResult), { error: 'must be 0 (ready), 1 (unknown) or 2 (error)' })
      .exactOptional()
      .describe('What validating the store says: 0 ready, 1 unknown, 2 error.'),
  })
  .describe('Values written into the store itself, for tests and first steps.');

export type FakeConfig = z.output<typeof fakeConfig>;
