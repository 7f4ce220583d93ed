import type { AsyncLocalStorage } from 'node:async_hooks';
import { untilAborted } from '../../src/lib/until-aborted.ts';
import { failureOf } from './errors.ts';

/** Whatever comes of it. */
async function ended(call: Promise<unknown>): Promise<void> {
  await Promise.allSettled([call]);
}

export interface VaultCallsOptions {
  readonly signals: AsyncLocalStorage<AbortSignal>;
  /** Comes before every call: where the identity cannot be proved, the vault is not asked. @throws ProviderError */
  readonly prove: () => Promise<void>;
}

/**
 * Makes the calls of one client of the SDK. The first goes alone: the SDK sends it once without its body, to be told which token is
 * wanted, and loses the body if another call is told so meanwhile.
 */
export class VaultCalls<C> {
  readonly #client: () => Promise<C>;
  readonly #options: VaultCallsOptions;
  #first: Promise<void> | undefined;

  /** @param client loads and makes the client, on first use only */
  constructor(client: () => Promise<C>, options: VaultCallsOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** @throws ProviderError; the signal's reason */
  async make<T>(act: (client: C) => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      signal.throwIfAborted();
      await untilAborted(this.#options.prove(), signal);
      if (this.#first !== undefined) await untilAborted(this.#first, signal);
      const call = this.#options.signals.run(signal, async () => act(await this.#client()));
      this.#first ??= ended(call);
      // the SDK shares one request for a token among calls, which none of them can abort
      return await untilAborted(call, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      throw failureOf(thrown).error;
    }
  }

  /** Like `make`, with undefined where the vault says that there is no such object. */
  async find<T>(act: (client: C) => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    const guarded = async (client: C): Promise<T | undefined> => {
      try {
        return await act(client);
      } catch (thrown) {
        if (failureOf(thrown).meaning === 'absent') return undefined;
        throw thrown;
      }
    };
    return this.make(guarded, signal);
  }
}
