import { z } from 'zod';
import type { Condition } from './condition.ts';
import { condition, observedGeneration } from './condition-schema.ts';
import { pushSecretsApiVersion } from './names.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import { parseKind } from './parse-kind.ts';
import type { PushSecretSpec } from './push-secret-spec.ts';
import { pushSecretSpec } from './push-secret-spec.ts';
import type { SyncedEntries } from './pushed-entry.ts';
import { syncedEntries } from './pushed-entry.ts';
import type { Parsed } from './schema.ts';

/** A PushSecret as the rest of the product sees it. */
export interface PushSecret {
  readonly metadata: ObjectMeta;
  readonly spec: PushSecretSpec;
  readonly status: PushSecretStatus;
}

export interface PushSecretStatus {
  /** RFC 3339; when all was last pushed with success. */
  readonly refreshTime?: string | null;
  /** `<generation>-<hash of annotations and labels>` of the last push. */
  readonly syncedResourceVersion?: string;
  /** What is out there at providers. */
  readonly syncedPushSecrets: SyncedEntries;
  readonly conditions: readonly Condition[];
  readonly observedGeneration?: number;
}

export const pushSecretKind = 'PushSecret';

/** `status` of a PushSecret: upstream's fields and observedGeneration. */
export const pushSecretStatus = z.object({
  observedGeneration,
  refreshTime: z.string().nullable().meta({ format: 'date-time' }).exactOptional().describe('When all was last pushed with success, to the hour.'),
  syncedResourceVersion: z.string().exactOptional().describe('Generation and metadata that were pushed last.'),
  syncedPushSecrets: syncedEntries.default({}).describe('What is out there, by store and by remote key; values do not stand here.'),
  conditions: z.array(condition).default([]),
});

/** Parses a PushSecret from Git or from the cluster. All errors are reported; none quotes a value. */
export function parsePushSecret(object: KubeObject): Parsed<PushSecret> {
  const spec = parseKind(object, pushSecretKind, pushSecretSpec, [pushSecretsApiVersion]);
  if (!spec.ok) return spec;
  return { ok: true, value: { metadata: object.metadata, spec: spec.value, status: parsePushSecretStatus(object) } };
}

/** The status of a PushSecret. Whatever does not parse counts as not there: a status is only ever a memory. */
export function parsePushSecretStatus(object: { readonly [field: string]: unknown }): PushSecretStatus {
  const status = pushSecretStatus.safeParse(object['status'] ?? {});
  return status.success ? status.data : { syncedPushSecrets: {}, conditions: [] };
}

const withDeletion = z.object({ spec: z.object({ deletionPolicy: z.literal('Delete') }) });

/** Whether what is no longer pushed is to go from the provider; to be told also where the rest of a PushSecret does not parse. */
export function asksForDeletion(object: KubeObject): boolean {
  return withDeletion.safeParse(object).success;
}
