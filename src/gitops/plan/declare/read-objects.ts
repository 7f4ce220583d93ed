import { clusterGeneratorKind, servedGeneratorKinds } from '../../../api/generator-kinds.ts';
import { parseClusterExternalSecret } from '../../../api/cluster-external-secret.ts';
import { parseExternalSecret } from '../../../api/external-secret.ts';
import { parseGenerator } from '../../../api/generator.ts';
import type { FieldError } from '../../../api/schema.ts';
import { provides, targetName } from '../../../secret/provides.ts';
import { namedStores } from '../../../secret/references.ts';
import type { RenderedObject } from '../plan.ts';
import type { DeclaredExternalSecret, DeclaredGenerator, DeclaredSecret, SpreadSecret } from './declarations.ts';

/** What one object declares of ExternalSecrets, or why it cannot be read. */
export interface ReadExternalSecrets {
  readonly externalSecrets: readonly DeclaredExternalSecret[];
  readonly spreads: readonly SpreadSecret[];
  /** One of those that have the same spec. */
  readonly example?: DeclaredExternalSecret;
  readonly errors: readonly FieldError[];
}

const nothing: ReadExternalSecrets = { externalSecrets: [], spreads: [], errors: [] };

/** Reads an ExternalSecret. */
export function readExternalSecret(one: RenderedObject): ReadExternalSecrets {
  const parsed = parseExternalSecret(one.object);
  if (!parsed.ok) return { ...nothing, errors: parsed.errors };
  const example = { object: one, externalSecret: parsed.value };
  return { ...nothing, externalSecrets: [example], example };
}

/** Reads a ClusterExternalSecret: an ExternalSecret in each namespace that it names, and in those of which only the cluster can tell. */
export function readClusterExternalSecret(one: RenderedObject): ReadExternalSecrets {
  const parsed = parseClusterExternalSecret(one.object);
  if (!parsed.ok) return { ...nothing, errors: parsed.errors };
  const { childName, child, namespaces, selectors, labels, annotations } = parsed.value.spec;
  const inNamespace = (namespace: string): DeclaredExternalSecret => ({
    object: one,
    externalSecret: { metadata: { name: childName, namespace, labels, annotations }, spec: child, status: { conditions: [] } },
    specPath: 'spec.externalSecretSpec',
  });
  const by = { kind: one.object.kind, name: one.object.metadata.name, origin: one.origin };
  const secret = targetName({ metadata: { name: childName }, spec: child });
  return { externalSecrets: [...new Set(namespaces)].map(inNamespace), example: inNamespace(''), spreads: selectors.length === 0 ? [] : [{ secret, stores: namedStores(child), by }], errors: [] };
}

/** The Secret of an ExternalSecret; that of a ClusterExternalSecret is made, and awaited, through the ExternalSecret that it becomes. */
export function providedBy({ object, externalSecret }: DeclaredExternalSecret): readonly DeclaredSecret[] {
  const provided = provides(externalSecret);
  const { name, namespace = '' } = externalSecret.metadata;
  return provided === undefined ? [] : [{ ...provided, namespace, by: { kind: 'ExternalSecret', name, origin: object.origin } }];
}

/** Reads a generator. Kinds that upstream has and this version does not are told as such. */
export function readGenerator({ object }: RenderedObject): { readonly generator?: DeclaredGenerator; readonly errors: readonly FieldError[] } {
  const parsed = parseGenerator(object);
  if (!parsed.ok) return { errors: parsed.errors };
  const { kind } = parsed.value;
  if (!servedGeneratorKinds.includes(kind)) {
    const path = object.kind === clusterGeneratorKind ? 'spec.kind' : 'kind';
    return { errors: [{ path, message: `generators of kind ${kind} are not supported by this version of Prelude; supported: ${servedGeneratorKinds.join(', ')}` }] };
  }
  const { name, namespace } = object.metadata;
  return { generator: { kind: object.kind, name, generator: parsed.value, ...(namespace === undefined ? {} : { namespace }) }, errors: [] };
}
