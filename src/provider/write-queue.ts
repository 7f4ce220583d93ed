import type { ClientCallsOptions } from './client-calls.ts';
import { ClientCalls } from './client-calls.ts';
import type { ProviderClient, RemotePlace, RemoteWrite, RemoveResult, WriteResult } from './contract.ts';
import { KeyTurns } from './key-turns.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ReadLimits } from './read-limits.ts';

export interface WriteQueueOptions extends ClientCallsOptions {
  readonly client: Pick<ProviderClient, 'write' | 'remove'>;
  readonly limits: ReadLimits;
}

type Failed = { readonly kind: 'error'; readonly error: ProviderError };

/** All writing under one identity: several calls side by side, but one after the other for the same remote key. */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #calls: ClientCalls;
  readonly #turns = new KeyTurns();

  constructor(options: WriteQueueOptions) {
    this.#options = options;
    this.#calls = new ClientCalls('write', options);
  }

  /** Failures are results. @throws the signal's reason */
  write(write: RemoteWrite, signal: AbortSignal): Promise<WriteResult> {
    const { client } = this.#options;
    return this.#run(write, client.write === undefined ? undefined : async (within) => client.write?.(write, within) ?? this.#unsupported(), signal);
  }

  /** Failures are results. @throws the signal's reason */
  remove(place: RemotePlace, signal: AbortSignal): Promise<RemoveResult> {
    const { client } = this.#options;
    return this.#run(place, client.remove === undefined ? undefined : async (within) => client.remove?.(place, within) ?? this.#unsupported(), signal);
  }

  async #run<T extends WriteResult | RemoveResult>({ remoteKey }: RemotePlace, act: ((signal: AbortSignal) => Promise<T | Failed>) | undefined, signal: AbortSignal): Promise<T | Failed> {
    if (act === undefined) return this.#unsupported();
    const { limits } = this.#options;
    try {
      return await this.#turns.run(remoteKey, () => this.#calls.run({ act, deadline: limits.deadline, errorOf }, signal), signal);
    } catch (thrown) {
      signal.throwIfAborted();
      return { kind: 'error', error: asProviderError(thrown, 'the provider') };
    }
  }

  #unsupported(): Failed {
    return { kind: 'error', error: new ProviderError('unsupported', `provider "${this.#options.provider}" cannot be written to`) };
  }
}

function errorOf(result: WriteResult | RemoveResult): ProviderError | undefined {
  return result.kind === 'error' ? result.error : undefined;
}
