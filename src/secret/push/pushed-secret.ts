import { z } from 'zod';
import type { KubeObject } from '../../api/object.ts';
import { isPrivilegedSecretType } from '../../api/privileged-secret-types.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { PushedSecret } from '../../provider/contract.ts';

const fields = z.object({ type: z.string().default('Opaque'), data: z.record(z.string(), z.string()).nullish() });

/** Kubernetes reads from such marks whose token a Secret is to hold. */
const accountMark = 'kubernetes.io/service-account.';

/** A Secret of the API server, as far as providers may see it. */
export function pushedSecret(object: KubeObject): PushedSecret {
  const { type, data } = fields.parse(object);
  const { labels = {}, annotations = {} } = object.metadata;
  const bytes = Object.entries(data ?? {}).map(([key, base64]) => [key, new SecretBytes(Buffer.from(base64, 'base64'))] as const);
  return { type, labels: withoutAccount(labels), annotations: withoutAccount(annotations), data: new Map(bytes) };
}

function withoutAccount(marks: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(marks).filter(([key]) => !key.startsWith(accountMark)));
}

/** Why a Secret is not pushed as it is; undefined where nothing is against it. What it would become elsewhere could give rights there. */
export function unpushable({ type }: Pick<PushedSecret, 'type'>): string | undefined {
  return isPrivilegedSecretType(type) ? `a Secret of type ${type} is not pushed as it is: a template can give its values another type` : undefined;
}
