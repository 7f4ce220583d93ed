import { z } from 'zod';
import type { ClusterDeclaration, ClusterDeclarationStatus } from './cluster-declaration.ts';
import { childMetadata, childName, spreadFields, spreadStatus, writtenField } from './cluster-declaration.ts';
import { condition, observedGeneration } from './condition-schema.ts';
import { type ExternalSecretSpec, externalSecretSpec } from './external-secret-spec.ts';
import { externalSecretKind, parseExternalSecret } from './external-secret.ts';
import { namespaceName } from './kube-text.ts';
import { labelSelector } from './label-selector.ts';
import { externalSecretsApiVersion } from './names.ts';
import type { KubeObject } from './object.ts';
import { parseKind } from './parse-kind.ts';
import type { Parsed } from './schema.ts';

/** A ClusterExternalSecret: an ExternalSecret in every namespace that it means. */
export type ClusterExternalSecret = ClusterDeclaration<ExternalSecretSpec>;

export const clusterExternalSecretKind = 'ClusterExternalSecret';

const field = 'externalSecretSpec';

/** `spec` of a ClusterExternalSecret. */
export const clusterExternalSecretSpec = z.strictObject({
  externalSecretSpec: externalSecretSpec.describe('What each of the ExternalSecrets asks for.'),
  externalSecretName: childName.describe("Name of the ExternalSecrets; the ClusterExternalSecret's own where absent."),
  externalSecretMetadata: childMetadata.describe('Metadata of the ExternalSecrets.'),
  ...spreadFields,
  namespaceSelector: labelSelector.exactOptional().describe('Deprecated: one more of namespaceSelectors.'),
  namespaces: z.array(namespaceName()).exactOptional().describe('Deprecated: names of namespaces that are meant beside those that the selectors choose.'),
});

/** `status` of a ClusterExternalSecret: upstream's fields and observedGeneration. */
export const clusterExternalSecretStatus = z.object({
  observedGeneration,
  externalSecretName: z.string().exactOptional().describe('Name of the ExternalSecrets that were made last.'),
  ...spreadStatus,
  conditions: z.array(condition).default([]),
});

/** Parses a ClusterExternalSecret from Git or from the cluster; v1beta1 is read as v1. All errors are reported; none quotes a value. */
export function parseClusterExternalSecret(object: KubeObject): Parsed<ClusterExternalSecret> {
  const parsed = parseKind(object, clusterExternalSecretKind, clusterExternalSecretSpec);
  if (!parsed.ok) return parsed;
  const { metadata } = object;
  const { externalSecretName: name = metadata.name, externalSecretMetadata: { labels = {}, annotations = {} } = {}, namespaceSelector, namespaceSelectors = [], namespaces = [], refreshTime } = parsed.value;
  const childFields = writtenField(object, field);
  const child = parseExternalSecret({ apiVersion: externalSecretsApiVersion, kind: externalSecretKind, metadata: { name }, spec: childFields });
  // what is wrong with the ExternalSecrets is told where it stands
  if (!child.ok) return { ok: false, errors: child.errors.map(({ path, message }) => ({ path: path.replace(/^spec/, `spec.${field}`), message })) };
  const spec = {
    childName: name,
    labels,
    annotations,
    selectors: [...(namespaceSelector === undefined ? [] : [namespaceSelector]), ...namespaceSelectors],
    namespaces,
    ...(refreshTime === undefined ? {} : { refreshInterval: refreshTime }),
    child: child.value.spec,
    childFields,
  };
  return { ok: true, value: { metadata, spec, status: parseClusterExternalSecretStatus(object) } };
}

/** The status of a ClusterExternalSecret. Whatever does not parse counts as not there: a status is only ever a memory. */
export function parseClusterExternalSecretStatus(object: KubeObject): ClusterDeclarationStatus {
  const parsed = clusterExternalSecretStatus.safeParse(object['status'] ?? {});
  if (!parsed.success) return { failedNamespaces: [], provisionedNamespaces: [], conditions: [] };
  const { externalSecretName: name, ...status } = parsed.data;
  return { ...status, ...(name === undefined ? {} : { childName: name }) };
}
