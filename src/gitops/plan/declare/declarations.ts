import type { ExternalSecret } from '../../../api/external-secret.ts';
import type { SecretStore } from '../../../api/secret-store.ts';
import type { Origin, Problem, Producer, RenderedObject } from '../plan.ts';

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

export interface DeclaredExternalSecret {
  readonly object: RenderedObject;
  readonly externalSecret: ExternalSecret;
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
  readonly externalSecrets: readonly DeclaredExternalSecret[];
  readonly stores: readonly DeclaredStore[];
  readonly configMaps: readonly DeclaredConfigMap[];
  readonly problems: readonly Problem[];
}

/** `ExternalSecret devnet/seed (secrets/seed.yaml:1)`, for messages. */
export function describeProducer({ by, namespace }: Pick<DeclaredSecret, 'by' | 'namespace'>): string {
  return `${by.kind} ${namespace}/${by.name} (${by.origin.file}:${by.origin.line})`;
}
