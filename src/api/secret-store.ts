import { RE2JS } from 're2js';
import { z } from 'zod';
import { goDuration } from './go-duration.ts';
import type { Condition } from './condition.ts';
import { condition, observedGeneration } from './condition-schema.ts';
import { namespaceName } from './kube-text.ts';
import type { LabelSelector } from './label-selector.ts';
import { labelSelector } from './label-selector.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import { parseKind } from './parse-kind.ts';
import type { Parsed } from './schema.ts';

/** Which namespaces may use a cluster store; the parts of one condition are alternatives, as the conditions are. */
export interface StoreCondition {
  readonly namespaces: readonly string[];
  readonly namespaceSelector?: LabelSelector;
  /** RE2 patterns that match anywhere in the name. */
  readonly namespaceRegexes: readonly RE2JS[];
}

export interface SecretStoreSpec {
  /** The class of controllers that serve the store; empty: any. */
  readonly controller: string;
  /** An object with exactly one key, the provider's id. What stands under it, the adapter parses. */
  readonly provider: Readonly<Record<string, unknown>>;
  /** Milliseconds between validations. Absent: the controller's default. */
  readonly refreshInterval?: number;
  readonly conditions: readonly StoreCondition[];
}

export type StoreKind = 'SecretStore' | 'ClusterSecretStore';

/** A SecretStore or a ClusterSecretStore. */
export interface SecretStore {
  readonly kind: StoreKind;
  readonly metadata: ObjectMeta;
  readonly spec: SecretStoreSpec;
  readonly status: SecretStoreStatus;
}

export interface SecretStoreStatus {
  readonly observedGeneration?: number;
  readonly conditions: readonly Condition[];
  readonly capabilities?: string;
}

const pattern = z.string().transform((source, context) => {
  try {
    return RE2JS.compile(source);
  } catch {
    // the message of the compiler quotes the pattern
    context.addIssue({ code: 'custom', message: 'is not a regular expression of RE2' });
    return z.NEVER;
  }
});

const storeCondition = z
  .strictObject({
    namespaces: z.array(namespaceName()).exactOptional().describe('Names of namespaces.'),
    namespaceSelector: labelSelector.exactOptional().describe('Labels of namespaces.'),
    namespaceRegexes: z.array(pattern).exactOptional().describe('RE2 patterns; one that matches anywhere in the name is enough.'),
  })
  .transform(
    ({ namespaces = [], namespaceSelector, namespaceRegexes = [] }): StoreCondition => ({
      namespaces,
      ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
      namespaceRegexes,
    }),
  );

/** Legacy: an integer counts seconds. 0 and absence both mean the controller's default. */
const storeInterval = z
  .union([z.int().min(0).transform((seconds) => seconds * 1000), goDuration()], { error: 'must be a duration like 5m, or a number of seconds, and not negative' })
  .meta({ 'x-kubernetes-int-or-string': true });

/** `spec` of both kinds of store. */
export const secretStoreSpec = z
  .strictObject({
    controller: z.string().exactOptional().describe('Class of the controllers that serve the store; any where empty.'),
    provider: z
      .record(z.string(), z.unknown())
      .refine((provider) => Object.keys(provider).length === 1, 'must have exactly one key, the name of the provider')
      .describe('Exactly one provider and its configuration.'),
    refreshInterval: storeInterval.exactOptional().describe('Time between validations of the store, 5m where absent.'),
    retrySettings: z
      .strictObject({ maxRetries: z.int().exactOptional(), retryInterval: z.string().exactOptional() })
      .exactOptional()
      .describe("Accepted for compatibility and without effect: calls are bounded and retried by the controller's own backoff."),
    conditions: z.array(storeCondition).exactOptional().describe('Which namespaces may use a ClusterSecretStore; all where empty.'),
  })
  .transform(
    ({ controller = '', provider, refreshInterval, conditions = [] }): SecretStoreSpec => ({
      controller,
      provider,
      ...(refreshInterval === undefined || refreshInterval === 0 ? {} : { refreshInterval }),
      conditions,
    }),
  );

/** `status` of both kinds of store. */
export const secretStoreStatus: z.ZodType<SecretStoreStatus> = z.object({
  observedGeneration,
  conditions: z.array(condition).default([]),
  capabilities: z.string().exactOptional().describe('What can be done with the store: ReadOnly, WriteOnly or ReadWrite.'),
});

/** Parses a SecretStore or a ClusterSecretStore, from Git or from the cluster; v1beta1 is read as v1. */
export function parseSecretStore(object: KubeObject): Parsed<SecretStore> {
  const kind = object.kind === 'ClusterSecretStore' ? 'ClusterSecretStore' : 'SecretStore';
  const spec = parseKind(object, kind, secretStoreSpec);
  if (!spec.ok) return spec;
  return { ok: true, value: { kind, metadata: object.metadata, spec: spec.value, status: parseSecretStoreStatus(object) } };
}

/** The status of a store. Whatever does not parse counts as not there. */
export function parseSecretStoreStatus(object: KubeObject): SecretStoreStatus {
  const status = secretStoreStatus.safeParse(object['status'] ?? {});
  return status.success ? status.data : { conditions: [] };
}
