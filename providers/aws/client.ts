import type { Clock } from '../../src/lib/clock.ts';
import { createSemaphore } from '../../src/lib/semaphore.ts';
import type { ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { failureOf } from './errors.ts';
import type { SecretsManager, SecretVersion } from './secrets-manager.ts';

export interface AwsClientOptions {
  readonly service: SecretsManager;
  /** Put before every key. */
  readonly prefix: string;
  readonly clock: Clock;
}

/** The most ids that BatchGetSecretValue takes. */
const batchSize = 20;
/** Single reads side by side within one batch. */
const singlesAtOnce = 5;
/** How long a refusal of BatchGetSecretValue is believed, in milliseconds: policies change. */
const probeEvery = 3_600_000;

/**
 * Reads from Secrets Manager: current values together, versions one by one. Where the identity may not use
 * BatchGetSecretValue, which needs a permission of its own, everything is read one by one.
 */
export function createAwsClient({ service, prefix, clock }: AwsClientOptions): ProviderClient {
  let singlyUntil = 0;

  /** Results of what could be read together; empty where nothing could. */
  async function readTogether(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, ReadResult>> {
    if (ids.length < 2 || clock.monotonic() < singlyUntil) return new Map();
    try {
      return await service.getMany(ids, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      const { meaning, error } = failureOf(thrown);
      if (meaning === 'failed') throw error;
      // a fault that may be one secret's shows when each is read alone; a refusal of the operation is remembered
      if (meaning === 'forbidden' || meaning === 'unknown-operation') singlyUntil = clock.monotonic() + probeEvery;
      return new Map();
    }
  }

  return {
    batchSize,
    read: async (refs, signal) => {
      const wanted = refs.map((ref) => ({ id: prefix + ref.key, version: versionOf(ref), metadata: ref.metadata === true }));
      const current = wanted.filter(({ id, version, metadata }) => id !== '' && version === undefined && !metadata).map(({ id }) => id);
      const together = await readTogether([...new Set(current)], signal);
      const turns = createSemaphore(singlesAtOnce);
      return Promise.all(
        wanted.map(async ({ id, version, metadata }): Promise<ReadResult> => {
          if (metadata) return { kind: 'error', error: new ProviderError('unsupported', 'metadataPolicy: this version of Prelude does not read the tags of AWS') };
          if (id === '') return { kind: 'error', error: new ProviderError('invalid', 'the key is empty') };
          const known = version === undefined ? together.get(id) : undefined;
          return known ?? turns.run(() => service.getOne(id, version ?? {}, signal), signal);
        }),
      );
    },
    [Symbol.asyncDispose]: () => Promise.resolve(service.destroy()),
  };
}

/** External Secrets' notation: `uuid/<id>` is a version, anything else a stage; undefined for the current one. */
function versionOf({ version = '' }: RemoteRef): SecretVersion | undefined {
  if (version === '' || version === 'AWSCURRENT') return undefined;
  return version.startsWith('uuid/') ? { VersionId: version.slice('uuid/'.length) } : { VersionStage: version };
}
