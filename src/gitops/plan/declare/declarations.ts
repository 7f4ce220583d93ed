import type { ExternalSecret } from '../../../api/external-secret.ts';
import type { GeneratorObject } from '../../../api/generator.ts';
import type { SecretStore } from '../../../api/secret-store.ts';
import type { StoreReference } from '../../../api/source-reference.ts';
import type { MadeAtRuntime, Origin, Problem, Producer, RenderedObject, Tool } from '../plan.ts';

/** A Secret that something in Git makes. */
export interface DeclaredSecret {
  readonly namespace: string;
  readonly secret: string;
  /** `dynamic`: only the live Secret can tell. */
  readonly keys: readonly string[] | 'dynamic';
  /** Opaque where absent. */
  readonly type?: string;
  readonly by: Producer;
}

/** A Secret, or keys of one, that an object makes as it runs. */
export interface RuntimeSecret {
  readonly namespace: string;
  readonly secret: string;
  readonly keys: readonly string[] | 'dynamic';
  /** Keys that it may make. */
  readonly mayMake: readonly string[];
  readonly by: Producer & { readonly atRuntime: MadeAtRuntime };
  readonly object: RenderedObject;
}

export interface DeclaredExternalSecret {
  /** What stands in Git: itself, or the ClusterExternalSecret that it is made of. */
  readonly object: RenderedObject;
  readonly externalSecret: ExternalSecret;
  /** Where its spec stands in the object; `spec` where absent. */
  readonly specPath?: string;
}

/** Where a field of an ExternalSecret stands, for problems. */
export function placeOf({ object, specPath = 'spec' }: Pick<DeclaredExternalSecret, 'object' | 'specPath'>, field: string): { readonly path: string; readonly origin: Origin } {
  const path = field.replace(/^spec/, specPath);
  return { path, origin: { file: object.origin.file, line: object.lineOf?.(path) ?? object.origin.line } };
}

/** A Secret in each of the namespaces that a ClusterExternalSecret's selectors choose: which they are, only the cluster can tell. */
export interface SpreadSecret {
  readonly secret: string;
  /** The stores that it reads, as each of the namespaces sees them. */
  readonly stores: readonly StoreReference[];
  readonly by: Producer;
}

export interface DeclaredGenerator {
  /** e.g. `Password`, or `ClusterGenerator`. */
  readonly kind: string;
  /** Absent for a ClusterGenerator. */
  readonly namespace?: string;
  readonly name: string;
  readonly generator: GeneratorObject;
}

export interface DeclaredStore {
  readonly store: SecretStore;
  readonly origin: Origin;
}

/** A ConfigMap in Git; templates of ExternalSecrets may stand in it. */
export interface DeclaredConfigMap {
  readonly object: RenderedObject;
  readonly namespace: string;
  readonly name: string;
  /** Its texts, by key. */
  readonly data: ReadonlyMap<string, string>;
}

/** What the objects of one Application say about Secrets: all that the plans of its neighbours need to know of it. */
export interface Declarations {
  readonly application: { readonly namespace: string; readonly name: string };
  /** The namespace that is its own: `spec.destination.namespace`. */
  readonly destination: string;
  /** In their namespaces, without the Application itself; in the order of the source. */
  readonly objects: readonly RenderedObject[];
  readonly secrets: readonly DeclaredSecret[];
  /** What its objects make as they run. Absent: nothing. */
  readonly runtime?: readonly RuntimeSecret[];
  readonly externalSecrets: readonly DeclaredExternalSecret[];
  readonly spreads: readonly SpreadSecret[];
  readonly stores: readonly DeclaredStore[];
  readonly generators: readonly DeclaredGenerator[];
  readonly configMaps: readonly DeclaredConfigMap[];
  readonly problems: readonly Problem[];
  /** What rendered the sources. */
  readonly tools?: readonly Tool[];
}

/** `ExternalSecret devnet/seed (secrets/seed.yaml:1)`, for messages. */
export function describeProducer({ by, namespace }: Pick<DeclaredSecret, 'by' | 'namespace'>): string {
  return `${by.kind} ${namespace}/${by.name} (${by.origin.file}:${by.origin.line})`;
}
