import type { Cancel, Clock } from '../lib/clock.ts';
import { untilAborted } from '../lib/until-aborted.ts';
import type { AskingStore, ProviderClient, ProviderContext } from './contract.ts';
import { withDeadline } from './deadline.ts';
import type { Identities, Identity } from './identity.ts';
import type { ProviderServices } from './provider-context.ts';
import { createProviderContext } from './provider-context.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ConfiguredProvider } from './registry.ts';
import type { StoreHandle } from './store-reader.ts';

/** The use of a pooled client. It stays connected until `release`, whatever becomes of its store. */
export interface Lease<T> {
  readonly value: T;
  /** Gives the client back; once. */
  readonly release: () => void;
}

export interface ClientPoolOptions<T extends AsyncDisposable> {
  readonly identities: Identities;
  readonly services: ProviderServices;
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

const shutDown = new ProviderError('unavailable', 'Prelude is shutting down');

/** Clients by identity: one for all stores that ask the same provider as the same. */
export class ClientPool<T extends AsyncDisposable> {
  readonly #options: ClientPoolOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #entryOfStore = new Map<string, Entry<T>>();
  readonly #disposing = new Set<Promise<void>>();
  #closed = false;

  constructor(options: ClientPoolOptions<T>) {
    this.#options = options;
  }

  /** @throws ProviderError where the store cannot be connected; the signal's reason */
  async acquire(store: StoreHandle, provider: ConfiguredProvider, signal: AbortSignal): Promise<Lease<T>> {
    const { identities } = this.#options;
    const known = await identities.resolve(store, provider, { signal, fresh: false });
    const entry = this.#entries.get(known.id);
    if (entry !== undefined) return this.#lease(store, entry, signal);
    // connecting takes the values, which are not kept: read them, and take the identity they make
    const identity = known.credentials === undefined ? await identities.resolve(store, provider, { signal, fresh: true }) : known;
    return this.#lease(store, this.#entries.get(identity.id) ?? this.#add(store, provider, identity), signal);
  }

  /** Gives up connecting and disposes all clients, leased ones too. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const entry of this.#entries.values()) {
      entry.controller.abort(shutDown);
      this.#retire(entry);
      this.#dispose(entry);
    }
    await Promise.all(this.#disposing);
  }

  #add(store: StoreHandle, provider: ConfiguredProvider, identity: Identity): Entry<T> {
    if (this.#closed) throw shutDown;
    const controller = new AbortController();
    const entry: Entry<T> = {
      id: identity.id,
      controller,
      opened: this.#connect(provider, this.#contextOf(store, provider, { identity, controller }), controller),
      stores: new Set(),
      leases: 0,
      retired: false,
      disposed: false,
      cancelIdle: () => {},
    };
    this.#entries.set(entry.id, entry);
    // a failure is told to all who wait for it, and then forgotten: the next to ask connects anew
    entry.opened.catch(() => this.#retire(entry));
    return entry;
  }

  #contextOf(store: StoreHandle, provider: ConfiguredProvider, { identity, controller }: { readonly identity: Identity; readonly controller: AbortController }): ProviderContext {
    const { services, deadline } = this.#options;
    const { environment, credentials = new Map() } = identity;
    return createProviderContext(services, { store, asking: askingStore(store, provider), own: provider.usesOwnIdentity, environment, credentials, deadline, signal: controller.signal });
  }

  async #connect(provider: ConfiguredProvider, context: ProviderContext, controller: AbortController): Promise<T> {
    const { clock, deadline, open } = this.#options;
    const connecting = (async () => provider.connect(context, controller.signal))();
    // the failure is told to every store of the identity: none of them may be named
    const what = 'connecting to the provider';
    try {
      const client = await withDeadline(() => connecting, { clock, deadline, what, controller });
      return open(client, provider);
    } catch (error) {
      // a client that comes too late is nobody's
      void connecting.then((client) => client[Symbol.asyncDispose]()).catch(() => {});
      throw asProviderError(error, what);
    }
  }

  async #lease(store: StoreHandle, entry: Entry<T>, signal: AbortSignal): Promise<Lease<T>> {
    entry.cancelIdle();
    entry.leases += 1;
    try {
      const value = await untilAborted(entry.opened, signal);
      this.#follow(store, entry);
      return { value, release: () => this.#release(entry) };
    } catch (error) {
      this.#release(entry);
      throw error;
    }
  }

  #release(entry: Entry<T>): void {
    entry.leases -= 1;
    if (entry.leases > 0) return;
    if (entry.retired) this.#dispose(entry);
    else entry.cancelIdle = this.#options.clock.after(this.#options.idle, () => this.#retire(entry));
  }

  /** Remembers which client a store uses; one that no store uses any more is retired at once. */
  #follow(store: StoreHandle, entry: Entry<T>): void {
    const name = `${store.label}\n${store.namespace ?? ''}`;
    const before = this.#entryOfStore.get(name);
    if (before === entry || entry.retired) return;
    this.#entryOfStore.set(name, entry);
    entry.stores.add(name);
    before?.stores.delete(name);
    if (before?.stores.size === 0) this.#retire(before);
  }

  #retire(entry: Entry<T>): void {
    if (this.#entries.get(entry.id) === entry) this.#entries.delete(entry.id);
    for (const store of entry.stores) if (this.#entryOfStore.get(store) === entry) this.#entryOfStore.delete(store);
    entry.cancelIdle();
    entry.retired = true;
    if (entry.leases === 0) this.#dispose(entry);
  }

  #dispose(entry: Entry<T>): void {
    if (entry.disposed) return;
    entry.disposed = true;
    // whoever disposes can do nothing about a failure to: the connection is not used again either way
    const done = entry.opened.then((value) => value[Symbol.asyncDispose]()).catch(() => {});
    this.#disposing.add(done);
    void done.finally(() => this.#disposing.delete(done));
  }
}

/** What of the store a client may know: no more than its identity depends on. */
function askingStore({ label, scope, namespace }: StoreHandle, { consumerInputs }: ConfiguredProvider): AskingStore {
  return {
    scope,
    ...(consumerInputs.includes('store') ? { name: label } : {}),
    ...(consumerInputs.includes('namespace') && namespace !== undefined ? { namespace } : {}),
  };
}
