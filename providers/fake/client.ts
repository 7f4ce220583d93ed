import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { FakeConfig } from './config.ts';
import { validationResult } from './config.ts';

/** No call goes anywhere, so a batch may be as long as it likes. */
const batchSize = 1000;

/** A client that holds what its own configuration says: nothing is shared between stores. */
export function createFakeClient(config: FakeConfig): ProviderClient {
  // the last of equal entries counts, as upstream has it
  const values = new Map(config.data.map(({ key, version, value }) => [entryKey({ key, ...(version === undefined ? {} : { version }) }), value]));
  return {
    batchSize,
    read: (refs, signal) => {
      if (signal.aborted) return Promise.reject(signal.reason);
      return Promise.resolve(
        refs.map((ref) => {
          const value = values.get(entryKey(ref));
          if (value === undefined) return { kind: 'absent' };
          return { kind: 'value', value: SecretBytes.fromUtf8(value), ...(ref.version === undefined ? {} : { version: ref.version }) };
        }),
      );
    },
    validate: () => {
      if (config.validationResult === validationResult.error) {
        return Promise.reject(new ProviderError('invalid', `spec.provider.fake.validationResult is ${validationResult.error}: the store says that it does not work`));
      }
      return Promise.resolve(config.validationResult === validationResult.unknown ? 'unknown' : 'valid');
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function entryKey({ key, version }: RemoteRef): string {
  return JSON.stringify([key, version ?? '']);
}
