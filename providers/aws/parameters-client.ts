import type { Clock } from '../../src/lib/clock.ts';
import type { ProviderClient, RemotePlace, RemoteRef } from '../../src/provider/contract.ts';
import { findParameters } from './find-parameters.ts';
import { orError } from './or-error.ts';
import { Pace } from './pace.ts';
import { createParameterStore } from './parameter-store.ts';
import { createParameterWrites } from './parameter-writes.ts';
import { ParameterPush } from './push-parameters.ts';
import { mostParameters, ParameterReader } from './read-parameters.ts';
import type { SignedCalls } from './signed-calls.ts';

export interface ParametersClientOptions {
  readonly calls: SignedCalls;
  /** Put before every key. */
  readonly prefix: string;
  readonly clock: Clock;
}

/** What AWS takes of reading calls from an account in a region, unless a higher throughput is paid for. */
const rate = { perSecond: 40, burst: 20 };

/** Loads the SDK, on first use only, and connects to Parameter Store. Nothing is sent yet. */
export async function connectParameters({ calls, prefix, clock }: ParametersClientOptions): Promise<Omit<ProviderClient, 'validate'>> {
  const sdk = await import('@aws-sdk/client-ssm');
  const client = new sdk.SSMClient(calls.config);
  const bounds = { calls, pace: new Pace(rate, clock) };
  const store = createParameterStore(sdk, client, bounds);
  const reader = new ParameterReader({ store, clock });
  const push = new ParameterPush({ store, writes: createParameterWrites(sdk, client, bounds) });
  const prefixed = (refs: readonly RemoteRef[]): readonly RemoteRef[] => refs.map((ref) => ({ ...ref, key: prefix + ref.key }));
  const nameOf = ({ remoteKey }: RemotePlace): string => prefix + remoteKey;
  return {
    batchSize: mostParameters,
    rate,
    read: (refs, signal) => reader.read(prefixed(refs), signal),
    find: (query, signal) => findParameters({ store, reader }, query, signal),
    write: (write, signal) => orError(() => push.write(nameOf(write), write, signal), signal),
    remove: (place, signal) => orError(() => push.remove(nameOf(place), place, signal), signal),
    [Symbol.asyncDispose]: () => Promise.resolve(client.destroy()),
  };
}
