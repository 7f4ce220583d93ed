import { clusterGeneratorKind, servedGeneratorKinds } from '../../../api/generator-kinds.ts';
import { type StorePath, storePaths } from '../../../secret/references.ts';
import { mayReadKey, mayUseStore } from '../../../secret/store-access.ts';
import type { Problem } from '../plan.ts';
import { type DeclaredExternalSecret, type DeclaredStore, placeOf } from './declarations.ts';
import type { Neighbourhood } from './neighbourhood.ts';

/** What the stores and generators in Git say to the ExternalSecrets that use them. */
export function checkStores(externalSecrets: readonly DeclaredExternalSecret[], neighbourhood: Neighbourhood): readonly Problem[] {
  const problems = externalSecrets.flatMap((declared) => {
    const { metadata, spec } = declared.externalSecret;
    const { namespace = '' } = metadata;
    return [
      ...storePaths(spec).flatMap((read) => checkStore(declared, read, neighbourhood.store(read.store.kind, namespace, read.store.name)?.declared)),
      ...checkGenerators(declared, neighbourhood),
    ];
  });
  // what a ClusterExternalSecret lacks, it lacks in each of its namespaces
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function checkStore(declared: DeclaredExternalSecret, { store: { kind, name }, path }: StorePath, found: DeclaredStore | undefined): readonly Problem[] {
  const { namespace = '' } = declared.externalSecret.metadata;
  const here = placeOf(declared, `${path}.name`);
  if (found === undefined) return [{ severity: 'warning', message: `nothing here declares ${kind} ${name}; whether it exists is decided at the barrier`, ...here }];
  const where = `${found.origin.file}:${found.origin.line}`;
  // which labels a namespace has, only the cluster knows
  const decidable = found.store.spec.conditions.every(({ namespaceSelector }) => namespaceSelector === undefined);
  if (decidable && !mayUseStore(found.store, { name: namespace, labels: {}, known: false, terminating: false })) {
    return [{ severity: 'error', message: `${kind} ${name} (${where}) may not be used from namespace ${namespace}; add the namespace to its spec.conditions`, ...here }];
  }
  return refusedKeys(declared, found).map(({ key, path: field }) => ({
    severity: 'error',
    message: `${kind} ${name} (${where}) does not let namespace ${namespace} read ${JSON.stringify(key)}; add it to the annotation that lists the allowed keys`,
    ...placeOf(declared, field),
  }));
}

/** Keys that are read, and that the store keeps from the namespace. */
function refusedKeys({ externalSecret: { metadata, spec } }: DeclaredExternalSecret, { store }: DeclaredStore): readonly { readonly key: string; readonly path: string }[] {
  const reads = [
    ...spec.dataFrom.flatMap((entry, index) => (entry.kind === 'extract' ? [{ ...entry, key: entry.extract.key, path: `spec.dataFrom[${index}].extract.key` }] : [])),
    ...spec.data.map((entry, index) => ({ ...entry, key: entry.remoteRef.key, path: `spec.data[${index}].remoteRef.key` })),
  ];
  return reads.filter((read) => read.store.kind === store.kind && read.store.name === store.metadata.name && !mayReadKey(store, metadata.namespace ?? '', read.key));
}

function checkGenerators(declared: DeclaredExternalSecret, neighbourhood: Neighbourhood): readonly Problem[] {
  const { metadata, spec } = declared.externalSecret;
  return spec.dataFrom.flatMap((entry, index): readonly Problem[] => {
    if (entry.kind !== 'generator') return [];
    const { kind, name } = entry.generator;
    const here = placeOf(declared, `spec.dataFrom[${index}].sourceRef.generatorRef`);
    if (!servedGeneratorKinds.includes(kind) && kind !== clusterGeneratorKind) {
      return [{ severity: 'error', message: `generators of kind ${kind} are not supported by this version of Prelude; supported: ${servedGeneratorKinds.join(', ')}`, ...here }];
    }
    if (neighbourhood.generator(kind, metadata.namespace ?? '', name) !== undefined) return [];
    return [{ severity: 'warning', message: `nothing here declares ${kind} ${name}; whether it exists is decided at the barrier`, ...here }];
  });
}
