import type { ExternalSecretSpec, RemoteSource, StoreReference } from '../api/external-secret-spec.ts';
import type { RemoteRef } from '../provider/contract.ts';

/** All that is to be read through one store, each reference once. */
export interface StoreReads {
  readonly store: StoreReference;
  readonly refs: readonly RemoteRef[];
}

/** What names a reference within one store. Both parts are free text, so no separator would be safe. */
export function refId({ key, version }: RemoteRef): string {
  return JSON.stringify(version === undefined ? [key] : [key, version]);
}

/** What an ExternalSecret reads, by store. Several properties of one value are one reference. */
export function referencesOf(spec: ExternalSecretSpec): readonly StoreReads[] {
  const sources = [...spec.dataFrom.map(({ extract }) => extract), ...spec.data.map(({ remoteRef }) => remoteRef)];
  const refs = new Map(sources.map((source) => [refId(source), remoteRef(source)]));
  return [{ store: spec.secretStoreRef, refs: [...refs.values()] }];
}

function remoteRef({ key, version }: RemoteSource): RemoteRef {
  return version === undefined ? { key } : { key, version };
}
