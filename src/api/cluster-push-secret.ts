import { z } from 'zod';
import type { ClusterDeclaration, ClusterDeclarationStatus } from './cluster-declaration.ts';
import { childMetadata, childName, spreadFields, spreadStatus, writtenField } from './cluster-declaration.ts';
import { condition, observedGeneration } from './condition-schema.ts';
import { pushSecretsApiVersion } from './names.ts';
import type { KubeObject } from './object.ts';
import { parseKind } from './parse-kind.ts';
import { type PushSecretSpec, pushSecretSpec } from './push-secret-spec.ts';
import type { Parsed } from './schema.ts';

/** A ClusterPushSecret: a PushSecret in every namespace that it means. */
export type ClusterPushSecret = ClusterDeclaration<PushSecretSpec>;

export const clusterPushSecretKind = 'ClusterPushSecret';

/** `spec` of a ClusterPushSecret. */
export const clusterPushSecretSpec = z.strictObject({
  pushSecretSpec: pushSecretSpec.describe('What each of the PushSecrets asks for.'),
  pushSecretName: childName.describe("Name of the PushSecrets; the ClusterPushSecret's own where absent."),
  pushSecretMetadata: childMetadata.describe('Metadata of the PushSecrets.'),
  ...spreadFields,
});

/** `status` of a ClusterPushSecret: upstream's fields and observedGeneration. */
export const clusterPushSecretStatus = z.object({
  observedGeneration,
  pushSecretName: z.string().exactOptional().describe('Name of the PushSecrets that were made last.'),
  ...spreadStatus,
  conditions: z.array(condition).default([]),
});

/** Parses a ClusterPushSecret from Git or from the cluster. All errors are reported; none quotes a value. */
export function parseClusterPushSecret(object: KubeObject): Parsed<ClusterPushSecret> {
  const parsed = parseKind(object, clusterPushSecretKind, clusterPushSecretSpec, [pushSecretsApiVersion]);
  if (!parsed.ok) return parsed;
  const { metadata } = object;
  const { pushSecretName: name = metadata.name, pushSecretMetadata: { labels = {}, annotations = {} } = {}, namespaceSelectors = [], refreshTime, pushSecretSpec: child } = parsed.value;
  const spec = {
    childName: name,
    labels,
    annotations,
    selectors: namespaceSelectors,
    namespaces: [],
    ...(refreshTime === undefined ? {} : { refreshInterval: refreshTime }),
    child,
    childFields: writtenField(object, 'pushSecretSpec'),
  };
  return { ok: true, value: { metadata, spec, status: parseClusterPushSecretStatus(object) } };
}

/** The status of a ClusterPushSecret. Whatever does not parse counts as not there: a status is only ever a memory. */
export function parseClusterPushSecretStatus(object: KubeObject): ClusterDeclarationStatus {
  const parsed = clusterPushSecretStatus.safeParse(object['status'] ?? {});
  if (!parsed.success) return { failedNamespaces: [], provisionedNamespaces: [], conditions: [] };
  const { pushSecretName: name, ...status } = parsed.data;
  return { ...status, ...(name === undefined ? {} : { childName: name }) };
}
