import type { Cancel, Clock } from '../lib/clock.ts';
import { abortable } from './abortable.ts';
import type { ProviderClient } from './contract.ts';
import { withDeadline } from './deadline.ts';
import type { Identities, Identity } from './identity.ts';
import { credentialKey } from './identity.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ConfiguredProvider } from './registry.ts';
import { resolveSelector } from './selector.ts';
import type { StoreHandle } from './store-reader.ts';

/** The use of a pooled client. It stays connected until `release`, whatever becomes of its store. */
export interface Lease<T> {
  readonly value: T;
  /** Gives the client back; once. */
  readonly release: () => void;
}

/** Clients by identity: one for all stores that ask the same provider as the same. */
export interface ClientPool<T> {
  /** @throws ProviderError where the store cannot be connected; the signal's reason */
  readonly acquire: (store: StoreHandle, provider: ConfiguredProvider, signal: AbortSignal) => Promise<Lease<T>>;
  /** How many clients are connected or connecting. */
  readonly size: () => number;
  /** Gives up connecting and disposes all clients, leased ones too. */
  readonly close: () => Promise<void>;
}

export interface ClientPoolOptions<T extends AsyncDisposable> {
  readonly identities: Identities;
  readonly clock: Clock;
  /** Milliseconds that connecting may take. */
  readonly deadline: number;
  /** Milliseconds after which a client that nobody uses is disposed. */
  readonly idle: number;
  /** Makes what is pooled of a connected client, once for each; disposing it disposes the client. */
  readonly open: (client: ProviderClient, provider: ConfiguredProvider) => T;
}

interface Entry<T> {
  readonly id: string;
  readonly controller: AbortController;
  readonly opened: Promise<T>;
  /** The stores whose identity this last was. */
  readonly stores: Set<string>;
  leases: number;
  /** No longer given out; disposed with the last lease. */
  retired: boolean;
  disposed: boolean;
  cancelIdle: Cancel;
}

export function createClientPool<T extends AsyncDisposable>(options: ClientPoolOptions<T>): ClientPool<T> {
  const { identities, clock, deadline } = options;
  const entries = new Map<string, Entry<T>>();
  const entryOfStore = new Map<string, Entry<T>>();
  const disposing = new Set<Promise<void>>();
  const shutDown = new ProviderError('unavailable', 'Prelude is shutting down');
  let closed = false;

  async function connect(store: StoreHandle, provider: ConfiguredProvider, identity: Identity, controller: AbortController): Promise<T> {
    const context = { secret: credentialsOf(store, identity), environment: identity.environment, clock };
    const connecting = (async () => provider.connect(context, controller.signal))();
    // the failure is told to every store of the identity: none of them may be named
    const what = 'connecting to the provider';
    try {
      const client = await withDeadline(() => connecting, { clock, deadline, what, controller });
      return options.open(client, provider);
    } catch (error) {
      // a client that comes too late is nobody's
      void connecting.then((client) => client[Symbol.asyncDispose]()).catch(() => {});
      throw asProviderError(error, what);
    }
  }

  function add(store: StoreHandle, provider: ConfiguredProvider, identity: Identity): Entry<T> {
    const controller = new AbortController();
    const entry: Entry<T> = {
      id: identity.id,
      controller,
      opened: connect(store, provider, identity, controller),
      stores: new Set(),
      leases: 0,
      retired: false,
      disposed: false,
      cancelIdle: () => {},
    };
    entries.set(entry.id, entry);
    // a failure is told to all who wait for it, and then forgotten: the next to ask connects anew
    entry.opened.catch(() => retire(entry));
    return entry;
  }

  function retire(entry: Entry<T>): void {
    if (entries.get(entry.id) === entry) entries.delete(entry.id);
    for (const store of entry.stores) if (entryOfStore.get(store) === entry) entryOfStore.delete(store);
    entry.cancelIdle();
    entry.retired = true;
    if (entry.leases === 0) dispose(entry);
  }

  function dispose(entry: Entry<T>): void {
    if (entry.disposed) return;
    entry.disposed = true;
    // whoever disposes can do nothing about a failure to: the connection is not used again either way
    const done = entry.opened.then((value) => value[Symbol.asyncDispose]()).catch(() => {});
    disposing.add(done);
    void done.finally(() => disposing.delete(done));
  }

  function follow(store: StoreHandle, entry: Entry<T>): void {
    const name = `${store.label}\n${store.namespace ?? ''}`;
    const before = entryOfStore.get(name);
    if (before === entry) return;
    entryOfStore.set(name, entry);
    entry.stores.add(name);
    before?.stores.delete(name);
    if (before?.stores.size === 0) retire(before);
  }

  function release(entry: Entry<T>): void {
    entry.leases -= 1;
    if (entry.leases > 0) return;
    if (entry.retired) dispose(entry);
    else entry.cancelIdle = clock.after(options.idle, () => retire(entry));
  }

  async function lease(store: StoreHandle, entry: Entry<T>, signal: AbortSignal): Promise<Lease<T>> {
    entry.cancelIdle();
    entry.leases += 1;
    try {
      const value = await abortable(entry.opened, signal);
      follow(store, entry);
      return { value, release: () => release(entry) };
    } catch (error) {
      release(entry);
      throw error;
    }
  }

  return {
    acquire: async (store, provider, signal) => {
      if (closed) throw shutDown;
      const known = await identities.resolve(store, provider, { signal, fresh: false });
      const entry = entries.get(known.id);
      if (entry !== undefined) return lease(store, entry, signal);
      // connecting takes the values, which are not kept: read them, and take the identity they make
      const identity = known.credentials === undefined ? await identities.resolve(store, provider, { signal, fresh: true }) : known;
      return lease(store, entries.get(identity.id) ?? add(store, provider, identity), signal);
    },
    size: () => entries.size,
    close: async () => {
      closed = true;
      for (const entry of entries.values()) {
        entry.controller.abort(shutDown);
        retire(entry);
        dispose(entry);
      }
      await Promise.all(disposing);
    },
  };
}

/** Hands out what the configuration names and nothing else. */
function credentialsOf(store: StoreHandle, identity: Identity) {
  return (selector: Parameters<typeof resolveSelector>[0]) => {
    const key = resolveSelector(selector, store);
    const value = key === undefined ? undefined : identity.credentials?.get(credentialKey(key));
    return value === undefined
      ? Promise.reject(new ProviderError('invalid', `${store.label} does not name Secret "${selector.name}" among its credentials`))
      : Promise.resolve(value);
  };
}
