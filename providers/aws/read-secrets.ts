import type { Clock } from '../../src/lib/clock.ts';
import { createSemaphore } from '../../src/lib/semaphore.ts';
import type { ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { asProviderError, ProviderError } from '../../src/provider/provider-error.ts';
import { BelievedDenial } from './believed-denial.ts';
import { readingSecret } from './operation.ts';
import type { SecretsManager, SecretVersion } from './secrets-manager.ts';
import { tagsJson } from './tags.ts';

/** The most ids that BatchGetSecretValue takes. */
export const mostSecrets = 20;
/** Single reads side by side within one batch. */
const singlesAtOnce = 5;

export interface SecretReaderOptions {
  readonly service: SecretsManager;
  readonly clock: Clock;
}

/**
 * Reads from Secrets Manager: current values together, versions and tags one by one. Where the identity may not use
 * BatchGetSecretValue, which needs a permission of its own, everything is read one by one.
 */
export class SecretReader {
  readonly #service: SecretsManager;
  readonly #singly: BelievedDenial;

  constructor({ service, clock }: SecretReaderOptions) {
    this.#service = service;
    this.#singly = new BelievedDenial(clock);
  }

  /** @param refs at most 20; their keys are names and ARNs, prefix and all */
  async read(refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly ReadResult[]> {
    const wanted = refs.map((ref) => ({ id: ref.key, version: versionOf(ref), metadata: ref.metadata === true }));
    const current = wanted.filter(({ id, version, metadata }) => id !== '' && version === undefined && !metadata).map(({ id }) => id);
    const together = await this.#readTogether([...new Set(current)], signal);
    const turns = createSemaphore(singlesAtOnce);
    return Promise.all(
      wanted.map(async ({ id, version, metadata }): Promise<ReadResult> => {
        if (id === '') return { kind: 'error', error: new ProviderError('invalid', 'the key is empty') };
        if (metadata) return turns.run(() => this.#tags(id, signal), signal);
        const known = version === undefined ? together.get(id) : undefined;
        return known ?? turns.run(() => this.#service.getOne(id, version ?? {}, signal), signal);
      }),
    );
  }

  /** Results of what could be read together; empty where nothing could. */
  async #readTogether(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, ReadResult>> {
    if (ids.length < 2 || this.#singly.holds) return new Map();
    try {
      return await this.#service.getMany(ids, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      const { meaning, error } = this.#service.failureOf(thrown, readingSecret);
      if (meaning === 'failed') throw error;
      // a fault that may be one secret's shows when each is read alone; a refusal of the operation is remembered
      if (meaning === 'forbidden' || meaning === 'unknown-operation') this.#singly.believe();
      return new Map();
    }
  }

  async #tags(id: string, signal: AbortSignal): Promise<ReadResult> {
    try {
      const secret = await this.#service.describe(id, signal);
      return secret === undefined || secret.DeletedDate !== undefined ? { kind: 'absent' } : { kind: 'value', value: tagsJson(secret.Tags) };
    } catch (thrown) {
      signal.throwIfAborted();
      return { kind: 'error', error: asProviderError(thrown, 'reading the tags') };
    }
  }
}

/** External Secrets' notation: `uuid/<id>` is a version, anything else a stage; undefined for the current one. */
export function versionOf({ version = '' }: Pick<RemoteRef, 'version'>): SecretVersion | undefined {
  if (version === '' || version === 'AWSCURRENT') return undefined;
  return version.startsWith('uuid/') ? { VersionId: version.slice('uuid/'.length) } : { VersionStage: version };
}
