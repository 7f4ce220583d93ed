import { z } from 'zod';
import type { KubeObject } from '../../api/object.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { TemplateSource } from './template-source.ts';

const fields = z.object({ data: z.record(z.string(), z.string()).nullish() });

/** The keys of a ConfigMap's or Secret's data, as the API server has them. */
export function textsIn({ kind }: Pick<TemplateSource, 'kind'>, object: KubeObject): ReadonlyMap<string, SecretBytes> {
  const { data } = fields.parse(object);
  return new Map(Object.entries(data ?? {}).map(([key, text]) => [key, kind === 'Secret' ? new SecretBytes(Buffer.from(text, 'base64')) : SecretBytes.fromUtf8(text)]));
}
