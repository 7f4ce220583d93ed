import type { Clock } from '../../src/lib/clock.ts';
import { asResult } from '../../src/provider/as-result.ts';
import type { ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { InfisicalApi } from './api.ts';
import type { SecretsScope } from './config.ts';
import { findSecrets } from './find.ts';
import type { SecretPlace } from './place.ts';
import { placeOf } from './place.ts';
import { removeSecret, writeSecret } from './push.ts';
import { SecretReader } from './secret-reader.ts';

export interface InfisicalClientOptions {
  readonly api: InfisicalApi;
  readonly scope: SecretsScope;
  readonly clock: Clock;
  /** Takes the token back. */
  readonly close: () => Promise<void>;
}

/** One list serves all that lie in one folder. */
const batchSize = 500;

/** Reads, searches and writes secrets of one environment. */
export function createInfisicalClient({ api, scope, clock, close }: InfisicalClientOptions): ProviderClient {
  const reader = new SecretReader(api, clock);
  return {
    batchSize,
    read: async (refs, signal) => {
      signal.throwIfAborted();
      const batch = reader.bounded();
      const wanted = refs.map((ref) => wantedOf(ref, scope.path));
      const folders = Map.groupBy(wanted.flatMap((one) => ('folder' in one && one.version === undefined ? [one] : [])), ({ folder }) => folder);
      const read = await Promise.all([...folders].map(async ([folder, places]) => [folder, await batch.readFolder(folder, new Set(places.map(({ name }) => name)), signal)] as const));
      const results = new Map(read);
      return Promise.all(
        wanted.map(async (one): Promise<ReadResult> => {
          if ('kind' in one) return one;
          return one.version === undefined ? (results.get(one.folder)?.get(one.name) ?? { kind: 'absent' }) : batch.readOne(one, one.version, signal);
        }),
      );
    },
    find: (query, signal) => findSecrets({ api: api.bounded(), reader, scope }, query, signal),
    write: (write, signal) => asResult(() => writeSecret({ api, scope, reader }, write, signal)),
    remove: (place, signal) => asResult(() => removeSecret({ api, scope, reader }, place, signal)),
    validate: async (signal) => {
      await findSecrets({ api: api.bounded(), reader, scope }, {}, signal);
      return 'valid';
    },
    [Symbol.asyncDispose]: close,
  };
}

type Wanted = SecretPlace & { readonly version?: string };

/** What a reference means, or why it means nothing. */
function wantedOf({ key, version = '', metadata }: RemoteRef, storeFolder: string): Wanted | ReadResult {
  if (metadata === true) return { kind: 'error', error: new ProviderError('unsupported', 'metadataPolicy: the metadata of secrets of Infisical is not read') };
  if (version !== '' && !/^[1-9][0-9]{0,8}$/.test(version)) return { kind: 'error', error: new ProviderError('invalid', 'version: versions of Infisical are numbers, from 1 on') };
  try {
    return { ...placeOf(key, storeFolder), ...(version === '' ? {} : { version }) };
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'error', error };
    throw error;
  }
}
