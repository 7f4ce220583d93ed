import type { LabelSelector } from '../../api/label-selector.ts';
import { formatLabelSelector, selectorMatches } from '../../api/label-selector.ts';
import type { KubeObject, ObjectKey } from '../../api/object.ts';
import { formatKey } from '../../api/object.ts';
import type { PushSecret } from '../../api/push-secret.ts';
import type { GeneratorReference } from '../../api/source-reference.ts';
import type { ObjectVersion } from '../../kube/object-version.ts';
import { objectVersion } from '../../kube/object-version.ts';
import type { Cluster } from '../../kube/port.ts';
import { secretType } from '../../kube/resource-types.ts';
import type { GeneratorCache } from '../../secret/generator-cache.ts';
import { generatorTerm } from '../../secret/generator-cache.ts';
import { missingGenerator } from '../../secret/generator-handle.ts';
import { sourceId, templateSources } from '../../secret/template/template-source.ts';

/** What is known of the objects that a PushSecret is made of, their content left out. */
export interface SourcesView {
  /** Opaque: another one whenever any of them is. */
  readonly versions: string;
  /** When the newest of them was written, by the API server's clock; 0 where that is not known. */
  readonly writtenAt: number;
  /** What is to be pushed is not there: which it is, for messages. */
  readonly missing?: string;
}

interface Versions {
  readonly get: (key: ObjectKey) => ObjectVersion | undefined;
}

export interface ViewOptions {
  readonly caches: { readonly secretVersions: Versions; readonly configMapVersions: Versions };
  readonly generators: GeneratorCache;
  readonly cluster: Pick<Cluster, 'pages'>;
}

/** Looks up what a PushSecret is made of. Secrets that are selected by their labels are listed, without their content. */
export async function viewSources({ metadata, spec }: PushSecret, options: ViewOptions, signal: AbortSignal): Promise<SourcesView> {
  const { namespace = '' } = metadata;
  const { caches } = options;
  const { parts, missing } = await viewPushed(spec.source, namespace, options, signal);
  const templates = templateSources(spec).map((source): Part => {
    const version = (source.kind === 'Secret' ? caches.secretVersions : caches.configMapVersions).get({ namespace, name: source.name });
    return { name: sourceId(source), version };
  });
  const all = [...parts, ...templates];
  return { versions: joinVersions(all), writtenAt: Math.max(0, ...all.map(({ version }) => version?.writtenAt ?? 0)), ...(missing === undefined ? {} : { missing }) };
}

/** An object that a PushSecret is made of; without a version it is not there. */
interface Part {
  readonly name: string;
  readonly version: ObjectVersion | undefined;
}

/** Versions of several objects as one comparable text. */
export function joinVersions(parts: readonly Part[]): string {
  return parts.map(({ name, version }) => `${name} ${version?.version ?? 'absent'}`).join('\n');
}

interface Pushed {
  readonly parts: readonly Part[];
  readonly missing?: string;
}

async function viewPushed(source: PushSecret['spec']['source'], namespace: string, { caches, generators, cluster }: ViewOptions, signal: AbortSignal): Promise<Pushed> {
  if (source.kind === 'generator') {
    const { parts, entry, missing } = viewGenerator(source.generator, namespace, generators);
    return { parts, ...(entry === undefined ? { missing } : {}) };
  }
  if (source.kind === 'secrets') {
    const secrets = await listSecrets(cluster, { namespace, labels: source.labels, metadataOnly: true }, signal);
    const parts = secrets.map((secret) => ({ name: formatKey(secret.metadata), version: objectVersion(secret) }));
    return { parts, ...(secrets.length === 0 ? { missing: noSecretMatches } : {}) };
  }
  const name = `Secret "${source.name}"`;
  const version = caches.secretVersions.get({ namespace, name: source.name });
  return { parts: [{ name, version }], ...(version === undefined ? { missing: `${name} does not exist` } : {}) };
}

/** Why there is nothing to push where Secrets are selected by their labels. */
export const noSecretMatches = 'no Secret bears the labels that spec.selector.secret.selector asks for';

/** A generator that a PushSecret refers to, as the cache has it. */
export interface GeneratorView extends Pushed {
  /** `Password devnet/seed`: for messages. */
  readonly label: string;
  readonly entry: ReturnType<GeneratorCache['get']>;
  readonly missing: string;
}

/** Looks up a generator in the namespace of who refers to it. */
export function viewGenerator(reference: GeneratorReference, namespace: string, generators: GeneratorCache): GeneratorView {
  const label = generatorTerm(reference, namespace);
  const entry = generators.get(reference, namespace);
  // when it was written is of no account: what it has generated is as good as what it would generate
  const version = entry === undefined ? undefined : { version: `${entry.metadata.uid}/${entry.metadata.generation}`, writtenAt: 0 };
  return { label, entry, missing: missingGenerator(reference, label), parts: [{ name: label, version }] };
}

/** The Secrets of one namespace that bear labels, by name. */
export async function listSecrets(cluster: Pick<Cluster, 'pages'>, selection: { readonly namespace: string; readonly labels: LabelSelector; readonly metadataOnly: boolean }, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const { namespace, labels, metadataOnly } = selection;
  const found: KubeObject[] = [];
  for await (const { items } of cluster.pages(secretType, { namespace, labelSelector: formatLabelSelector(labels), ...(metadataOnly ? { metadataOnly } : {}) }, signal)) found.push(...items);
  // no selector, however it is written, gets at what it does not say
  const matching = found.filter(({ metadata }) => metadata.namespace === namespace && selectorMatches(labels, metadata.labels ?? {}));
  return matching.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
