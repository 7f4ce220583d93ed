import { mayUseStore } from '../../../secret/store-access.ts';
import type { Problem } from '../plan.ts';
import type { DeclaredExternalSecret, DeclaredStore } from './declarations.ts';
import type { Neighbourhood } from './neighbourhood.ts';

/** What the stores in Git say to the ExternalSecrets that read them. */
export function checkStores(externalSecrets: readonly DeclaredExternalSecret[], neighbourhood: Neighbourhood): readonly Problem[] {
  return externalSecrets.flatMap((declared) => {
    const { metadata, spec } = declared.externalSecret;
    const { kind, name } = spec.secretStoreRef;
    return checkStore(declared, neighbourhood.store(kind, metadata.namespace ?? '', name)?.declared);
  });
}

function checkStore({ object, externalSecret }: DeclaredExternalSecret, found: DeclaredStore | undefined): readonly Problem[] {
  const { kind, name } = externalSecret.spec.secretStoreRef;
  const namespace = externalSecret.metadata.namespace ?? '';
  const path = 'spec.secretStoreRef.name';
  const origin = { file: object.origin.file, line: object.lineOf?.(path) ?? object.origin.line };
  if (found === undefined) {
    return [{ severity: 'warning', message: `nothing here declares ${kind} ${name}; whether it exists is decided at the barrier`, path, origin }];
  }
  // which labels a namespace has, only the cluster knows
  const decidable = found.store.spec.conditions.every(({ namespaceSelector }) => namespaceSelector === undefined);
  if (!decidable || mayUseStore(found.store, { name: namespace, labels: {}, terminating: false })) return [];
  const where = `${found.origin.file}:${found.origin.line}`;
  return [{ severity: 'error', message: `${kind} ${name} (${where}) may not be used from namespace ${namespace}; add the namespace to its spec.conditions`, path, origin }];
}
