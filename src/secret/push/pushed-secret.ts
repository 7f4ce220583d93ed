import { z } from 'zod';
import type { KubeObject } from '../../api/object.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { PushedSecret } from '../../provider/contract.ts';

const fields = z.object({ type: z.string().default('Opaque'), data: z.record(z.string(), z.string()).nullish() });

/** A Secret of the API server, as far as providers may see it. */
export function pushedSecret(object: KubeObject): PushedSecret {
  const { type, data } = fields.parse(object);
  const { labels = {}, annotations = {} } = object.metadata;
  const bytes = Object.entries(data ?? {}).map(([key, base64]) => [key, new SecretBytes(Buffer.from(base64, 'base64'))] as const);
  return { type, labels, annotations, data: new Map(bytes) };
}
