import type { StoreKind } from '../../../api/secret-store.ts';
import { generatorTerm } from '../../../secret/generator-cache.ts';
import { targetName } from '../../../secret/provides.ts';
import { templateSources } from '../../../secret/template/template-source.ts';
import type { Declarations, DeclaredConfigMap, DeclaredExternalSecret, DeclaredGenerator, DeclaredSecret, DeclaredStore, RuntimeSecret, SpreadSecret } from './declarations.ts';

/** What is declared, and by which Application. */
export interface Owned<T> {
  readonly declared: T;
  readonly by: Declarations;
}

/** All that the Applications at hand declare about Secrets, indexed once for all their plans. */
export interface Neighbourhood {
  /** Whatever makes the Secret, first what is at home in its namespace; more than one is an error of theirs. */
  readonly makers: (namespace: string, secret: string) => readonly Owned<DeclaredSecret>[];
  /** What makes the Secret, or keys of it, as it runs; several may each make some of its keys. */
  readonly runtimeMakers: (namespace: string, secret: string) => readonly Owned<RuntimeSecret>[];
  /** Whether anything makes a Secret as it runs. */
  readonly hasRuntimeMakers: boolean;
  /** Names of the Secrets that are made in a namespace. */
  readonly secretsIn: (namespace: string) => Iterable<string>;
  /** @param namespace of who uses it; a ClusterSecretStore is the same for all */
  readonly store: (kind: StoreKind, namespace: string, name: string) => Owned<DeclaredStore> | undefined;
  /** @param namespace of who uses it; a ClusterGenerator is the same for all */
  readonly generator: (kind: string, namespace: string, name: string) => Owned<DeclaredGenerator> | undefined;
  /** Makes a Secret of that name in namespaces that only the cluster can tell. */
  readonly spread: (secret: string) => SpreadSecret | undefined;
  /** The ExternalSecret that makes a Secret. */
  readonly externalSecret: (namespace: string, secret: string) => DeclaredExternalSecret | undefined;
  readonly configMap: (namespace: string, name: string) => Owned<DeclaredConfigMap> | undefined;
  /** Whether templates of an ExternalSecret stand in a ConfigMap. */
  readonly holdsTemplates: (namespace: string, configMap: string) => boolean;
  /** False where an Application that might declare something could not be read. */
  readonly complete: boolean;
}

/** @param complete false: nothing counts as missing, only as undecided */
export function createNeighbourhood(applications: readonly Declarations[], complete: boolean): Neighbourhood {
  const makers = new Map<string, Map<string, Owned<DeclaredSecret>[]>>();
  const runtime = new Map<string, Map<string, Owned<RuntimeSecret>[]>>();
  const stores = new Map<string, Owned<DeclaredStore>>();
  const generators = new Map<string, Owned<DeclaredGenerator>>();
  const spreads = new Map<string, SpreadSecret>();
  const externalSecrets = new Map<string, DeclaredExternalSecret>();
  const configMaps = new Map<string, Owned<DeclaredConfigMap>>();
  const templates = new Set<string>();
  for (const by of applications) {
    for (const declared of by.configMaps) configMaps.set(`${declared.namespace}/${declared.name}`, { declared, by });
    for (const declared of by.secrets) {
      const inNamespace = makers.get(declared.namespace) ?? new Map<string, Owned<DeclaredSecret>[]>();
      makers.set(declared.namespace, inNamespace);
      inNamespace.set(declared.secret, [...(inNamespace.get(declared.secret) ?? []), { declared, by }].toSorted(homeFirst));
    }
    for (const declared of by.runtime ?? []) {
      const inNamespace = runtime.get(declared.namespace) ?? new Map<string, Owned<RuntimeSecret>[]>();
      runtime.set(declared.namespace, inNamespace);
      inNamespace.set(declared.secret, [...(inNamespace.get(declared.secret) ?? []), { declared, by }]);
    }
    for (const declared of by.stores) {
      const { kind, metadata } = declared.store;
      stores.set(storeId(kind, metadata.namespace ?? '', metadata.name), { declared, by });
    }
    for (const declared of by.generators) generators.set(generatorTerm(declared, declared.namespace ?? ''), { declared, by });
    for (const spread of by.spreads) spreads.set(spread.secret, spread);
    for (const declared of by.externalSecrets) {
      const { externalSecret } = declared;
      const { namespace = '' } = externalSecret.metadata;
      for (const { kind, name } of templateSources(externalSecret.spec)) if (kind === 'ConfigMap') templates.add(`${namespace}/${name}`);
      const id = `${namespace}/${targetName(externalSecret)}`;
      if (by.destination === namespace || !externalSecrets.has(id)) externalSecrets.set(id, declared);
    }
  }
  return {
    makers: (namespace, secret) => makers.get(namespace)?.get(secret) ?? [],
    runtimeMakers: (namespace, secret) => runtime.get(namespace)?.get(secret) ?? [],
    hasRuntimeMakers: runtime.size > 0,
    secretsIn: (namespace) => [...(makers.get(namespace)?.keys() ?? []), ...(runtime.get(namespace)?.keys() ?? [])],
    store: (kind, namespace, name) => stores.get(storeId(kind, namespace, name)),
    generator: (kind, namespace, name) => generators.get(generatorTerm({ kind, name }, namespace)),
    spread: (secret) => spreads.get(secret),
    externalSecret: (namespace, secret) => externalSecrets.get(`${namespace}/${secret}`),
    configMap: (namespace, name) => configMaps.get(`${namespace}/${name}`),
    holdsTemplates: (namespace, name) => templates.has(`${namespace}/${name}`),
    complete,
  };
}

/** Whether it stands in the namespace that its Application is for. */
export function isAtHome({ declared, by }: Owned<DeclaredSecret>): boolean {
  return declared.namespace === by.destination;
}

function homeFirst(a: Owned<DeclaredSecret>, b: Owned<DeclaredSecret>): number {
  return Number(isAtHome(b)) - Number(isAtHome(a));
}

function storeId(kind: StoreKind, namespace: string, name: string): string {
  return kind === 'ClusterSecretStore' ? `/${name}` : `${namespace}/${name}`;
}
