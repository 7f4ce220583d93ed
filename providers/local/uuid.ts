import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Generator } from '../../src/provider/generator.ts';

export const uuidSpec = z.strictObject({}).describe('A random UUID, version 4.');

export type UuidSpec = z.output<typeof uuidSpec>;

/** A random UUID, under the key `uuid`. */
export const uuidGenerator: Generator<UuidSpec> = {
  kind: 'UUID',
  schema: uuidSpec,
  environment: [],
  isLocal: true,
  credentials: () => [],
  generate: () => Promise.resolve({ values: new Map([['uuid', SecretBytes.fromUtf8(randomUUID())]]) }),
};
