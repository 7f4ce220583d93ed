import { z } from 'zod';
import { externalSecretsGroup } from '../../api/names.ts';
import type { KubeObject } from '../../api/object.ts';
import { generatorsApiVersion } from '../../api/source-reference.ts';
import { trackingAnnotation } from '../../gitops/apply/object/tracking.ts';
import type { Cluster, ResourceType } from '../../kube/port.ts';
import { customResourceDefinitionType } from '../../kube/resource-types.ts';
import { keeps, type ReleaseName, type ReleaseRecord, readRelease } from './helm-release.ts';
import { type ServiceName, type ServiceState, serviceState } from './service-state.ts';

/** A CustomResourceDefinition of one of External Secrets' two groups. */
export interface UpstreamDefinition {
  readonly name: string;
  readonly uid: string;
  /** How its objects are listed. */
  readonly type: ResourceType;
  /** Whether the live object says that Helm is to keep it: an upgrade that no longer has it goes by that. */
  readonly kept: boolean;
  /** The release that owns it, and what Helm's record of it says; `record` absent: it could not be read. */
  readonly release?: ReleaseName & { readonly version?: string; readonly record?: 'keeps' | 'deletes' | 'no longer has' };
  /** Argo CD's Application that owns it, where nothing keeps Argo CD from deleting it. */
  readonly prunedBy?: string;
  /** Who converts between versions. */
  readonly conversion?: (ServiceName & { readonly state: ServiceState }) | 'an address outside';
  readonly served: readonly string[];
  /** Versions that objects may be stored in beside the current one. */
  readonly oldStored: readonly string[];
}

const groups: ReadonlySet<string> = new Set([externalSecretsGroup, generatorsApiVersion.slice(0, generatorsApiVersion.indexOf('/'))]);

const definition = z.object({
  spec: z.object({
    group: z.string(),
    scope: z.string(),
    names: z.object({ plural: z.string(), kind: z.string() }),
    versions: z.array(z.object({ name: z.string(), served: z.boolean(), storage: z.boolean() })),
    conversion: z.object({ strategy: z.string(), webhook: z.object({ clientConfig: z.object({ service: z.object({ namespace: z.string(), name: z.string() }).optional() }).optional() }).optional() }).optional(),
  }),
  status: z.object({ storedVersions: z.array(z.string()).default([]) }).default({ storedVersions: [] }),
});
type Read = z.output<typeof definition>;

/**
 * Lists the definitions of External Secrets' kinds, and who could take them away.
 * @throws KubeError
 */
export async function observeDefinitions(cluster: Cluster, signal: AbortSignal): Promise<readonly UpstreamDefinition[]> {
  const records = new Map<string, ReleaseRecord | undefined>();
  const found: UpstreamDefinition[] = [];
  for await (const { items } of cluster.pages(customResourceDefinitionType, {}, signal)) {
    for (const object of items) {
      const parsed = definition.safeParse(object);
      if (!parsed.success || !groups.has(parsed.data.spec.group)) continue;
      const release = await releaseOf(cluster, object, records, signal);
      const conversion = await conversionOf(cluster, parsed.data, signal);
      found.push({ ...definitionOf(object, parsed.data), ...(release === undefined ? {} : { release }), ...(conversion === undefined ? {} : { conversion }) });
    }
  }
  return found;
}

function definitionOf({ metadata }: KubeObject, { spec, status }: Read): UpstreamDefinition {
  const { annotations } = metadata;
  const served = spec.versions.filter((version) => version.served).map(({ name }) => name);
  const storage = spec.versions.find((version) => version.storage)?.name;
  const version = ['v1', 'v1alpha1'].find((name) => served.includes(name)) ?? served[0] ?? '';
  const application = annotations?.[trackingAnnotation]?.split(':')[0];
  const isSpared = (annotations?.['argocd.argoproj.io/sync-options'] ?? '').split(',').some((option) => option.trim() === 'Delete=false');
  return {
    name: metadata.name,
    uid: metadata.uid ?? '',
    type: { group: spec.group, version, kind: spec.names.kind, plural: spec.names.plural, namespaced: spec.scope === 'Namespaced', statusSubresource: true },
    kept: keeps(annotations),
    ...(application === undefined || isSpared ? {} : { prunedBy: application }),
    served,
    oldStored: status.storedVersions.filter((name) => name !== storage),
  };
}

async function releaseOf(cluster: Cluster, { metadata }: KubeObject, records: Map<string, ReleaseRecord | undefined>, signal: AbortSignal): Promise<UpstreamDefinition['release']> {
  const name = metadata.annotations?.['meta.helm.sh/release-name'];
  const namespace = metadata.annotations?.['meta.helm.sh/release-namespace'];
  if (name === undefined || namespace === undefined) return undefined;
  const id = `${namespace}/${name}`;
  if (!records.has(id)) records.set(id, await readRelease(cluster, { namespace, name }, signal));
  const record = records.get(id);
  if (record === undefined) return { namespace, name };
  const kept = record.definitions.get(metadata.name);
  return { namespace, name, version: record.version, record: kept === undefined ? 'no longer has' : kept ? 'keeps' : 'deletes' };
}

async function conversionOf(cluster: Cluster, { spec: { conversion } }: Read, signal: AbortSignal): Promise<UpstreamDefinition['conversion']> {
  if (conversion?.strategy !== 'Webhook') return undefined;
  const service = conversion.webhook?.clientConfig?.service;
  return service === undefined ? 'an address outside' : { ...service, state: await serviceState(cluster, service, signal) };
}
