import type { KubeObject } from '../../api/object.ts';
import { formatKey } from '../../api/object.ts';
import type { PushSecret } from '../../api/push-secret.ts';
import { formatErrors } from '../../api/schema.ts';
import { objectVersion } from '../../kube/object-version.ts';
import type { Cluster } from '../../kube/port.ts';
import { configMapType, secretType } from '../../kube/resource-types.ts';
import type { PushedSecret } from '../../provider/contract.ts';
import type { GeneratorHandle } from '../../provider/generator-runner.ts';
import type { GeneratorCache } from '../../secret/generator-cache.ts';
import { pushedSecret } from '../../secret/push/pushed-secret.ts';
import type { SourceTexts } from '../../secret/template/template-source.ts';
import { missingTemplate, sourceId, templateSources } from '../../secret/template/template-source.ts';
import { textsIn } from '../../secret/template/texts-in.ts';
import { joinVersions, listSecrets, noSecretMatches, viewGenerator } from './view-sources.ts';

/** A Secret that is pushed, with its name for messages. */
export interface NamedSource {
  readonly name: string;
  readonly secret: PushedSecret;
}

export type SourcesRead =
  | {
      readonly kind: 'read';
      /** By name. Empty where the generator has not been run yet. */
      readonly secrets: readonly NamedSource[];
      /** To be run for what is pushed. */
      readonly generator?: GeneratorHandle;
      /** The ConfigMaps' and Secrets' part of the template. */
      readonly texts: SourceTexts;
      /** What was read, as `viewSources` tells it. */
      readonly versions: string;
    }
  /** What is pushed is not there. */
  | { readonly kind: 'missing'; readonly message: string }
  /** It is there, and cannot be used: it is watched, and so is what its template names. */
  | { readonly kind: 'unusable'; readonly message: string };

export interface ReadOptions {
  readonly cluster: Pick<Cluster, 'get' | 'pages'>;
  readonly generators: GeneratorCache;
}

/** Reads what a PushSecret is made of from the API server, in its own namespace and no other. @throws KubeError */
export async function readSources(pushSecret: PushSecret, options: ReadOptions, signal: AbortSignal): Promise<SourcesRead> {
  const { metadata, spec } = pushSecret;
  const { namespace = '' } = metadata;
  const pushed = await readPushed(spec.source, namespace, options, signal);
  if (pushed.kind !== 'read') return pushed;
  const sources = templateSources(spec);
  const objects = await Promise.all(sources.map((source) => options.cluster.get(source.kind === 'Secret' ? secretType : configMapType, { namespace, name: source.name }, signal)));
  const texts = new Map(sources.flatMap((source, index) => (objects[index] === undefined ? [] : [[sourceId(source), textsIn(source, objects[index])] as const])));
  const missing = missingTemplate(spec, texts);
  if (missing !== undefined) return { kind: 'unusable', message: `could not apply template: ${missing}` };
  const templates = sources.map((source, index) => ({ name: sourceId(source), version: objects[index] === undefined ? undefined : objectVersion(objects[index]) }));
  return { kind: 'read', secrets: pushed.secrets, ...(pushed.generator === undefined ? {} : { generator: pushed.generator }), texts, versions: joinVersions([...pushed.parts, ...templates]) };
}

type PushedRead = { readonly kind: 'read'; readonly secrets: readonly NamedSource[]; readonly generator?: GeneratorHandle; readonly parts: Parameters<typeof joinVersions>[0] } | Exclude<SourcesRead, { readonly kind: 'read' }>;

async function readPushed(source: PushSecret['spec']['source'], namespace: string, { cluster, generators }: ReadOptions, signal: AbortSignal): Promise<PushedRead> {
  if (source.kind === 'generator') {
    const view = viewGenerator(source.generator, namespace, generators);
    if (view.entry === undefined) return { kind: 'missing', message: view.missing };
    const { parsed } = view.entry;
    if (!parsed.ok) return { kind: 'unusable', message: `${view.label} is not valid: ${formatErrors(parsed.errors)}` };
    return { kind: 'read', secrets: [], generator: { label: view.label, kind: parsed.value.kind, spec: parsed.value.spec, namespace }, parts: view.parts };
  }
  if (source.kind === 'secrets') {
    const secrets = await listSecrets(cluster, { namespace, labels: source.labels, metadataOnly: false }, signal);
    if (secrets.length === 0) return { kind: 'missing', message: noSecretMatches };
    return { kind: 'read', secrets: secrets.map(namedSource), parts: secrets.map((secret) => ({ name: formatKey(secret.metadata), version: objectVersion(secret) })) };
  }
  const secret = await cluster.get(secretType, { namespace, name: source.name }, signal);
  const name = `Secret "${source.name}"`;
  return secret === undefined ? { kind: 'missing', message: `${name} does not exist` } : { kind: 'read', secrets: [namedSource(secret)], parts: [{ name, version: objectVersion(secret) }] };
}

function namedSource(object: KubeObject): NamedSource {
  return { name: object.metadata.name, secret: pushedSecret(object) };
}
