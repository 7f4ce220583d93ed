import { asResult } from '../../src/provider/as-result.ts';
import type { ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { findSecrets } from './find.ts';
import type { ProjectLocation } from './project-location.ts';
import { PushTarget } from './push.ts';
import { SecretReader } from './read.ts';
import type { SecretManager } from './secret-manager.ts';

export interface GcpClientOptions {
  readonly secrets: SecretManager;
  readonly where: ProjectLocation;
  readonly skipsDisabled: boolean;
  /** Gets a token, to see whether the credentials work. */
  readonly checkCredentials: (signal: AbortSignal) => Promise<unknown>;
}

/** Google has no call that reads several. One reference is one call, so that all of them are paced: a quota counts each. */
const batchSize = 1;

/** Reads and writes the secrets of one project, or of one region of it. */
export function createGcpClient({ secrets, where, skipsDisabled, checkCredentials }: GcpClientOptions): ProviderClient {
  const reader = new SecretReader({ secrets, where, skipsDisabled });
  const target = new PushTarget({ secrets, where });
  return {
    batchSize,
    read: async (refs, signal) => {
      signal.throwIfAborted();
      // each version is asked for once
      const reads = new Map<string, Promise<ReadResult>>();
      const readOnce = (ref: RemoteRef): Promise<ReadResult> => {
        const id = identityOf(ref);
        const read = reads.get(id) ?? reader.read(ref, signal);
        reads.set(id, read);
        return read;
      };
      return Promise.all(refs.map(readOnce));
    },
    find: (query, signal) => findSecrets(query, { secrets, reader, where }, signal),
    write: (write, signal) => asResult(() => target.write(write, signal)),
    remove: (place, signal) => asResult(() => target.remove(place, signal)),
    validate: async (signal) => {
      await checkCredentials(signal);
      return 'valid';
    },
    [Symbol.asyncDispose]: () => secrets.close(),
  };
}

function identityOf({ key, version = '', metadata }: RemoteRef): string {
  return JSON.stringify([key, version, metadata === true]);
}
