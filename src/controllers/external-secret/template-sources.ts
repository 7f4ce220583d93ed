import type { ExternalSecret } from '../../api/external-secret.ts';
import type { KubeObject, ObjectKey } from '../../api/object.ts';
import { formatKey } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { ObjectVersion } from '../../kube/object-version.ts';
import { objectVersion } from '../../kube/object-version.ts';
import type { Cluster } from '../../kube/port.ts';
import { configMapType, secretType } from '../../kube/resource-types.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { textHash } from '../../secret/object-hash.ts';
import type { SourceTexts, TemplateSource } from '../../secret/template/template-source.ts';
import { missingTemplate, sourceId, templateKeys, templateSources } from '../../secret/template/template-source.ts';

/** What the caches know of the ConfigMaps and Secrets that hold an ExternalSecret's templates. */
export interface SourcesView {
  /** Opaque: another one whenever any of them is. */
  readonly versions: string;
  /** When the newest of them was written, by the API server's clock; Infinity where one is not there. */
  readonly writtenAt: number;
}

interface Caches {
  readonly secretVersions: { readonly get: (key: ObjectKey) => ObjectVersion | undefined };
  readonly configMapVersions: Caches['secretVersions'];
}

/** Looks the sources up in the caches, which hold no content. Undefined where the template names none. */
export function viewSources({ metadata, spec }: ExternalSecret, { secretVersions, configMapVersions }: Caches): SourcesView | undefined {
  const sources = templateSources(spec);
  if (sources.length === 0) return undefined;
  const { namespace = '' } = metadata;
  const found = sources.map((source) => ({ source, version: (source.kind === 'Secret' ? secretVersions : configMapVersions).get({ namespace, name: source.name }) }));
  return {
    versions: joinVersions(found.map(({ source, version }) => [source, version?.version])),
    writtenAt: Math.max(...found.map(({ version }) => version?.writtenAt ?? Infinity)),
  };
}

/** What was rendered last: it tells changes that matter from those of labels, or of other keys. */
export interface SourcesMemory {
  readonly versions: string;
  /** Hash of all the texts that were used; absent where they were used before a restart. */
  readonly content?: string;
}

export type SourcesRead =
  | { readonly kind: 'read'; readonly texts: SourceTexts; readonly memory: SourcesMemory | undefined }
  /** Something is not there. It is watched: its coming wakes the ExternalSecret. */
  | { readonly kind: 'missing' | 'failed'; readonly message: string };

/** Reads the sources from the API server, in the ExternalSecret's own namespace and no other. */
export async function readSources({ metadata, spec }: ExternalSecret, cluster: Pick<Cluster, 'get'>, signal: AbortSignal): Promise<SourcesRead> {
  const sources = templateSources(spec);
  const { namespace = '' } = metadata;
  try {
    const objects = await Promise.all(sources.map((source) => cluster.get(source.kind === 'Secret' ? secretType : configMapType, { namespace, name: source.name }, signal)));
    const texts = new Map(sources.flatMap((source, index) => {
      const object = objects[index];
      return object === undefined ? [] : [[sourceId(source), textsIn(source, object)] as const];
    }));
    const message = missingTemplate(spec, texts);
    if (message !== undefined) return { kind: 'missing', message };
    if (sources.length === 0) return { kind: 'read', texts, memory: undefined };
    const versions = joinVersions(sources.map((source, index) => [source, objects[index] === undefined ? undefined : objectVersion(objects[index]).version]));
    return { kind: 'read', texts, memory: { versions, content: contentHash(spec, texts) } };
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return { kind: 'failed', message: `what templateFrom names could not be read: ${error.message}` };
  }
}

function joinVersions(versions: readonly (readonly [TemplateSource, string | undefined])[]): string {
  return versions.map(([source, version]) => `${sourceId(source)} ${version ?? 'absent'}`).join('\n');
}

/** The keys of a ConfigMap's or Secret's data. */
function textsIn({ kind }: TemplateSource, object: KubeObject): ReadonlyMap<string, SecretBytes> {
  const data: unknown = object['data'];
  const entries: readonly (readonly [string, unknown])[] = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  return new Map(entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, bytesOf(kind, value)] as const] : [])));
}

function bytesOf(kind: TemplateSource['kind'], value: string): SecretBytes {
  return kind === 'Secret' ? new SecretBytes(Buffer.from(value, 'base64')) : SecretBytes.fromUtf8(value);
}

function contentHash(spec: ExternalSecret['spec'], texts: SourceTexts): string {
  const used = templateKeys(spec).map(({ source, key }) => [sourceId(source), key, Buffer.from(texts.get(sourceId(source))?.get(key)?.reveal() ?? []).toString('base64')]);
  return textHash(JSON.stringify(used));
}

/** What a watch of sources is keyed by. */
export function sourceTerm(kind: TemplateSource['kind'], key: ObjectKey): string {
  return `${kind} ${formatKey(key)}`;
}

/** The sources of an ExternalSecret as a watch knows them. */
export function sourceTerms({ metadata, spec }: ExternalSecret): readonly string[] {
  return templateSources(spec).map(({ kind, name }) => sourceTerm(kind, { namespace: metadata.namespace ?? '', name }));
}
