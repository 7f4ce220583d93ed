import { ProviderError } from './provider-error.ts';
import type { StoreWriter } from './store-reader.ts';

/** The same writer for one of several processes, of which one at a time may write: providers know no Lease. */
export function fenceWriter(writer: StoreWriter, mayWrite: () => boolean): StoreWriter {
  const refused = (): { readonly kind: 'error'; readonly error: ProviderError } => ({ kind: 'error', error: new ProviderError('unavailable', 'this process does not lead, and writes nothing') });
  return {
    write: async (store, writes, signal) => (mayWrite() ? writer.write(store, writes, signal) : writes.map(refused)),
    remove: async (store, places, signal) => (mayWrite() ? writer.remove(store, places, signal) : places.map(refused)),
  };
}
