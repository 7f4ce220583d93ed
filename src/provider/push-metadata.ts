import { z } from 'zod';
import { formatErrors, parse } from '../api/schema.ts';
import { ProviderError } from './provider-error.ts';

/** The version of External Secrets' envelope for what a PushSecret tells one provider. */
const apiVersion = 'kubernetes.external-secrets.io/v1alpha1';

/**
 * What a PushSecret says under `metadata` for one provider: External Secrets' envelope `PushSecretMetadata`, and the provider's own spec.
 * @returns undefined where it says nothing
 * @throws ProviderError `invalid` with the paths of all that is wrong
 */
export function parsePushMetadata<T>(spec: z.ZodType<T>, metadata: unknown): T | undefined {
  if (metadata === undefined || metadata === null) return undefined;
  const envelope = z.strictObject({ apiVersion: z.literal(apiVersion), kind: z.literal('PushSecretMetadata'), spec });
  const parsed = parse(envelope, metadata);
  if (parsed.ok) return parsed.value.spec;
  throw new ProviderError('invalid', formatErrors(parsed.errors.map(({ path, message }) => ({ path: path === '' ? 'metadata' : `metadata.${path}`, message }))));
}
