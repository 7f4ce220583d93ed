import { z } from 'zod';
import type { Condition } from './condition.ts';
import { condition, observedGeneration } from './condition-schema.ts';
import type { ExternalSecretSpec } from './external-secret-spec.ts';
import { externalSecretSpec } from './external-secret-spec.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import type { FieldError, Parsed } from './schema.ts';
import { parseKind } from './parse-kind.ts';

/** An ExternalSecret as the rest of the product sees it. */
export interface ExternalSecret {
  readonly metadata: ObjectMeta;
  readonly spec: ExternalSecretSpec;
  readonly status: ExternalSecretStatus;
}

export interface ExternalSecretStatus {
  /** RFC 3339; when the provider was last read with success. */
  readonly refreshTime?: string | null;
  /** `<generation>-<hash of annotations and labels>` of the last sync. */
  readonly syncedResourceVersion?: string;
  readonly conditions: readonly Condition[];
  /** The Secret, as servicebinding.io's Provisioned Service wants it. */
  readonly binding?: { readonly name?: string };
  readonly observedGeneration?: number;
}

export const externalSecretKind = 'ExternalSecret';

/** `status` of an ExternalSecret: upstream's fields and observedGeneration. */
export const externalSecretStatus: z.ZodType<ExternalSecretStatus> = z.object({
  observedGeneration,
  refreshTime: z.string().nullable().meta({ format: 'date-time' }).exactOptional().describe('When the provider was last read with success, to the hour.'),
  syncedResourceVersion: z.string().exactOptional().describe('Generation and metadata that were synced last.'),
  conditions: z.array(condition).default([]),
  // External Secrets' own operator writes it without a name before its first sync
  binding: z.object({ name: z.string().exactOptional() }).exactOptional().describe('The Secret, for servicebinding.io.'),
});

/**
 * Parses an ExternalSecret from Git or from the cluster. v1beta1 has the same fields and is read as v1.
 * All errors are reported; none quotes a value.
 */
export function parseExternalSecret(object: KubeObject): Parsed<ExternalSecret> {
  const spec = parseKind(object, externalSecretKind, externalSecretSpec);
  if (!spec.ok) return spec;
  const errors = selfReferences(object.metadata.name, spec.value);
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, value: { metadata: object.metadata, spec: spec.value, status: parseExternalSecretStatus(object) } };
}

/** A Secret whose templates stand in itself would be rendered for ever. */
function selfReferences(name: string, { targetName = name, template }: ExternalSecretSpec): readonly FieldError[] {
  return (template?.templateFrom ?? []).flatMap(({ secret }, index) =>
    secret?.name === targetName ? [{ path: `spec.target.template.templateFrom[${index}].secret.name`, message: 'is the Secret that the template is for; keep the template in another' }] : [],
  );
}

/** The status of an ExternalSecret. Whatever does not parse counts as not there: a status is only ever a memory. */
export function parseExternalSecretStatus(object: KubeObject): ExternalSecretStatus {
  const status = externalSecretStatus.safeParse(object['status'] ?? {});
  return status.success ? status.data : { conditions: [] };
}
