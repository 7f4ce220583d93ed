import type { Clock } from '../../src/lib/clock.ts';
import { createSemaphore } from '../../src/lib/semaphore.ts';
import { asResult } from '../../src/provider/as-result.ts';
import type { ProviderClient, ProviderContext, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import type { ProviderError } from '../../src/provider/provider-error.ts';
import { findSecrets } from './find.ts';
import { parseObjectName, parseVersion } from './object-name.ts';
import { PushTarget } from './push.ts';
import { SeenVersions } from './seen-versions.ts';
import { tagBytes } from './tag-bytes.ts';
import { VersionLookup } from './versions.ts';
import type { Vault } from './vault.ts';

export interface AzureClientOptions {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly render: ProviderContext['renderTemplate'];
  /** Proves the identity. @throws ProviderError where it cannot */
  readonly validate: NonNullable<ProviderClient['validate']>;
}

/** The API has no request that gets several objects by name. One at a time, each is paced, and none is sent in vain to a vault that throttles. */
const batchSize = 1;
/** Requests side by side for whoever asks for more at once. */
const requestsAtOnce = 8;
/** What a vault takes, from all of its callers together: 4,000 calls in 10 seconds. */
const rate = { perSecond: 400, burst: 400 };

/** Reads and writes the objects of one vault. */
export function createAzureClient({ vault, clock, render, validate }: AzureClientOptions): ProviderClient {
  const seen = new SeenVersions(clock);
  const lookup = new VersionLookup({ pages: vault.secret.pages, seen, clock });
  const target = new PushTarget(vault, render);
  return {
    batchSize,
    rate,
    read: (refs, signal) => readAll({ vault, seen }, refs, signal),
    versions: (refs, signal) => lookup.of(refs, signal),
    find: (query, signal) => findSecrets(vault.secret, query, signal),
    write: (write, signal) => asResult(() => target.write(write, signal)),
    remove: (place, signal) => asResult(() => target.remove(place, signal)),
    validate,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

interface Reading {
  readonly vault: Vault;
  readonly seen: SeenVersions;
}

/** Each version of an object is asked for once, whatever is wanted of it. */
async function readAll(reading: Reading, refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly ReadResult[]> {
  signal.throwIfAborted();
  const turns = createSemaphore(requestsAtOnce);
  const underWay = new Map<string, Promise<Found>>();
  const found = (ref: RemoteRef): Promise<Found> => {
    const id = JSON.stringify([ref.key, ref.version]);
    const call = underWay.get(id) ?? turns.run(() => asResult(() => readOne(reading, ref, signal)), signal);
    underWay.set(id, call);
    return call;
  };
  return Promise.all(refs.map(async (ref) => resultOf(ref, await found(ref))));
}

type Found = { readonly kind: 'found'; readonly name: string; readonly object: NonNullable<Awaited<ReturnType<Vault['secret']['get']>>> } | { readonly kind: 'absent' } | { readonly kind: 'error'; readonly error: ProviderError };

async function readOne({ vault, seen }: Reading, { key, version }: RemoteRef, signal: AbortSignal): Promise<Found> {
  const { kind, name } = parseObjectName(key);
  const object = await vault[kind].get(name, version === undefined ? undefined : parseVersion(version), signal);
  if (object === undefined) return { kind: 'absent' };
  if (kind === 'secret' && version === undefined) seen.note(name.toLowerCase(), object);
  return { kind: 'found', name, object };
}

function resultOf({ metadata }: RemoteRef, found: Found): ReadResult {
  if (found.kind !== 'found') return found;
  const { name, object } = found;
  return { kind: 'value', value: metadata === true ? tagBytes(name, object) : object.value, ...(object.version === undefined ? {} : { version: object.version }) };
}
