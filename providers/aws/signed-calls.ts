import type { Failure } from './errors.ts';
import { failureOf, isExpired } from './errors.ts';
import type { KeySource } from './key-source.ts';
import type { AwsOperation } from './operation.ts';
import { inSession } from './operation.ts';
import { reconnecting } from './reconnecting.ts';
import { sdkKeys } from './sdk-keys.ts';
import type { SdkSettings } from './sdk-settings.ts';

/** A date that is long past: the SDK asks for keys with each request then, and keeps none itself. */
const alwaysAsk = new Date(0);

export interface SignedCallsOptions {
  readonly keys: KeySource;
  /** Whether the keys are those of a session, and not those that a Secret holds. */
  readonly areSession: boolean;
  readonly region: string;
  readonly settings: SdkSettings;
}

/** Calls to one service, signed with keys that are valid. */
export interface SignedCalls {
  /** What a client of the SDK is made with. */
  readonly config: SdkSettings & {
    readonly region: string;
    readonly credentials: () => Promise<ReturnType<typeof sdkKeys> & { readonly expiration: Date }>;
  };
  /** Sends with keys that are valid, and once more with others where AWS says that they have ended. What it throws is for `failureOf`. */
  readonly send: <T>(send: () => Promise<T>, signal: AbortSignal) => Promise<T>;
  /** Likewise. @throws ProviderError; the signal's reason */
  readonly must: <T>(operation: AwsOperation, send: () => Promise<T>, signal: AbortSignal) => Promise<T>;
  readonly failureOf: (thrown: unknown, operation: AwsOperation) => Failure;
}

/** Whoever waits for a request has a signal of his own; the SDK, which asks for keys that are there already, has none. */
const never = new AbortController().signal;

export function createSignedCalls({ keys, areSession, region, settings }: SignedCallsOptions): SignedCalls {
  const told = (operation: AwsOperation): AwsOperation => (areSession ? inSession(operation) : operation);

  async function send<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const used = await keys.current(signal);
    try {
      return await reconnecting(act);
    } catch (thrown) {
      signal.throwIfAborted();
      if (!isExpired(thrown) || !keys.forget(used)) throw thrown;
      await keys.current(signal);
      return reconnecting(act);
    }
  }

  return {
    config: { ...settings, region, credentials: async () => ({ ...sdkKeys(await keys.current(never)), expiration: alwaysAsk }) },
    send,
    must: async (operation, act, signal) => {
      try {
        return await send(act, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        throw failureOf(thrown, told(operation)).error;
      }
    },
    failureOf: (thrown, operation) => failureOf(thrown, told(operation)),
  };
}
