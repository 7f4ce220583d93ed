import type { ExternalSecretSpec, RemoteSource } from '../api/external-secret-spec.ts';
import type { ReadResult } from '../provider/contract.ts';
import type { PropertyLookup } from '../provider/property.ts';
import type { StoreHandle, StoreReader } from '../provider/store-reader.ts';
import { refId, referencesOf } from './references.ts';

/** What the provider answered for the references of one ExternalSecret. */
export interface RemoteValues {
  readonly of: (source: RemoteSource) => ReadResult;
  readonly lookup: PropertyLookup;
}

/**
 * Reads all that an ExternalSecret refers to, at once. Failures are results, as the reader's contract has it.
 * @param store the handle of `spec.secretStoreRef` for the ExternalSecret's namespace
 * @throws the signal's reason only
 */
export async function readValues(reader: StoreReader, store: StoreHandle, spec: ExternalSecretSpec, signal: AbortSignal): Promise<RemoteValues> {
  const refs = referencesOf(spec).flatMap((reads) => reads.refs);
  const results = await reader.read(store, refs, signal);
  const byId = new Map<string, ReadResult>();
  for (const [index, ref] of refs.entries()) {
    const result = results[index];
    if (result !== undefined) byId.set(refId(ref), result);
  }
  return {
    of: (source) => {
      const result = byId.get(refId(source));
      if (result === undefined) throw new Error('the store reader answered fewer references than it was asked for');
      return result;
    },
    lookup: reader.propertyLookup(store),
  };
}
