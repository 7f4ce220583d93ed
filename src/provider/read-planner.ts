import { ClientPool } from './client-pool.ts';
import type { CredentialSelector, ReadResult, RemoteRef, Validation } from './contract.ts';
import { Identities } from './identity.ts';
import type { OpenClient } from './open-client.ts';
import { openClient } from './open-client.ts';
import type { ProviderServices } from './provider-context.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ReadLimits } from './read-limits.ts';
import { defaultReadLimits } from './read-limits.ts';
import type { ReadMetrics } from './read-metrics.ts';
import type { ConfiguredProvider, ProviderRegistry } from './registry.ts';
import { objectKindOf, resolveSelector } from './selector.ts';
import type { FindResult, NamedCredential, ReadOptions, StoreHandle, StoreReader, StoreWriter } from './store-reader.ts';
import { ValueCache } from './value-cache.ts';

export interface StoreReaderOptions extends ProviderServices {
  readonly registry: ProviderRegistry;
  readonly metrics: ReadMetrics;
  /** The process's environment. A provider is shown those variables only that it declares. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether namespaced stores, which tenants write, may ask as Prelude itself; absent: cluster stores only. */
  readonly allowOwnIdentity?: boolean;
  /** Bounds that differ from `defaultReadLimits`. */
  readonly limits?: Partial<ReadLimits>;
}

/** Builds the one reader and writer through which all controllers reach all providers. */
export function createStoreReader(options: StoreReaderOptions): StoreReader & StoreWriter {
  const planner = new ReadPlanner(options);
  const { registry } = options;
  return {
    read: (store, refs, signal, how = {}) => planner.read(store, { refs, how }, signal),
    find: (store, query, signal) => planner.find(store, (client) => client.finds.find(query, signal), signal),
    write: (store, writes, signal) => planner.each(store, writes, { act: ({ writes: queue }, write) => queue.write(write, signal), signal }),
    remove: (store, places, signal) => planner.each(store, places, { act: ({ writes: queue }, place) => queue.remove(place, signal), signal }),
    validate: (store, signal) => planner.validate(store, signal),
    propertyLookup: (store) => {
      const parsed = registry.parse(store.provider);
      return parsed.ok ? parsed.value.propertyLookup : 'path-only';
    },
    credentials: (store) => {
      const parsed = registry.parse(store.provider);
      return parsed.ok ? objectsOf(store, parsed.value) : [];
    },
    capabilities: (store) => {
      const parsed = registry.parse(store.provider);
      return parsed.ok ? parsed.value.capabilities : 'ReadOnly';
    },
    close: () => planner.close(),
  };
}

/** What each of a list is asked of, and until when. */
interface Each<T, R> {
  readonly act: (client: OpenClient, item: T) => Promise<R>;
  readonly signal: AbortSignal;
}

class ReadPlanner {
  readonly #registry: ProviderRegistry;
  readonly #limits: ReadLimits;
  readonly #pool: ClientPool<OpenClient>;
  readonly #allowOwnIdentity: boolean;
  #count = 0;

  constructor(options: StoreReaderOptions) {
    const { clock, metrics } = options;
    const limits = { ...defaultReadLimits, ...options.limits };
    this.#registry = options.registry;
    this.#limits = limits;
    this.#allowOwnIdentity = options.allowOwnIdentity ?? false;
    const cache = new ValueCache(clock, limits.cacheBytes);
    this.#pool = new ClientPool({
      identities: new Identities({ ...options, deadline: limits.deadline }),
      services: options,
      clock,
      deadline: limits.deadline,
      idle: limits.idle,
      open: (client, { id: provider }) => openClient({ client, provider, clock, limits, metrics, cache, sequence: () => this.#next() }),
    });
  }

  async read(store: StoreHandle, { refs, how: { urgent = false, since } }: { readonly refs: readonly RemoteRef[]; readonly how: ReadOptions }, signal: AbortSignal): Promise<readonly ReadResult[]> {
    // before the first wait: a call that begins later may answer this request
    const asked = this.#next();
    signal.throwIfAborted();
    if (refs.length === 0) return [];
    const results = await this.#attempt(store, ({ reads }) => reads.read(refs, { asked, since, urgent, tenant: store.namespace ?? '' }, signal), signal);
    return results instanceof ProviderError ? refs.map(() => ({ kind: 'error', error: results })) : results;
  }

  async find(store: StoreHandle, act: (client: OpenClient) => Promise<Extract<FindResult, { readonly kind: 'found' }>['values']>, signal: AbortSignal): Promise<FindResult> {
    const found = await this.#attempt(store, act, signal);
    return found instanceof ProviderError ? { kind: 'error', error: found } : { kind: 'found', values: found };
  }

  /** Does the same with each of a list under one lease; what fails for all is each one's error. */
  async each<T, R>(store: StoreHandle, items: readonly T[], { act, signal }: Each<T, R>): Promise<readonly (R | { readonly kind: 'error'; readonly error: ProviderError })[]> {
    signal.throwIfAborted();
    if (items.length === 0) return [];
    const results = await this.#attempt(store, (client) => Promise.all(items.map((item) => act(client, item))), signal);
    return results instanceof ProviderError ? items.map(() => ({ kind: 'error', error: results })) : results;
  }

  async validate(store: StoreHandle, signal: AbortSignal): Promise<Validation> {
    signal.throwIfAborted();
    const provider = this.#configure(store);
    if (provider.credentials.some((selector) => resolveSelector(selector, store) === undefined)) return 'valid';
    const check = ({ client, checks }: OpenClient): Promise<Validation> => {
      const act = async (within: AbortSignal): Promise<Validation> => (await client.validate?.(within)) ?? 'valid';
      return client.validate === undefined ? Promise.resolve('valid') : checks.run({ act, deadline: this.#limits.deadline }, signal);
    };
    const validation = await this.#attempt(store, check, signal);
    if (validation instanceof ProviderError) throw validation;
    return validation;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /** @throws ProviderError `invalid`; `denied` where the store may not ask as Prelude itself */
  #configure(store: StoreHandle): ConfiguredProvider {
    const provider = this.#registry.configure(store.provider);
    if (!provider.usesOwnIdentity || store.scope === 'cluster' || this.#allowOwnIdentity) return provider;
    const what = `${store.label} names no credentials, so ${provider.id} would be asked as Prelude itself`;
    throw new ProviderError('denied', `${what}; a SecretStore may not: name credentials in it, use a ClusterSecretStore, or start Prelude with --allow-own-identity`);
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  /** Uses the store's client; a failure of it, or to have one, is a result. @throws the signal's reason */
  async #attempt<T>(store: StoreHandle, use: (client: OpenClient) => Promise<T>, signal: AbortSignal): Promise<T | ProviderError> {
    signal.throwIfAborted();
    try {
      const lease = await this.#pool.acquire(store, this.#configure(store), signal);
      try {
        return await use(lease.value);
      } finally {
        lease.release();
      }
    } catch (thrown) {
      signal.throwIfAborted();
      return asProviderError(thrown, 'the provider');
    }
  }
}

/** What a store names, each object once; those it may not name, or leaves to a consumer that is not there, left out. */
function objectsOf(store: StoreHandle, provider: ConfiguredProvider): readonly NamedCredential[] {
  const found = new Map<string, NamedCredential>();
  for (const selector of provider.credentials) {
    const object = allowedObject(selector, store);
    if (object !== undefined) found.set(`${object.kind} ${object.namespace}/${object.name}`, object);
  }
  return [...found.values()];
}

function allowedObject(selector: CredentialSelector, store: StoreHandle): NamedCredential | undefined {
  try {
    const credential = resolveSelector(selector, store);
    return credential === undefined ? undefined : { kind: objectKindOf(credential), namespace: credential.namespace, name: credential.name };
  } catch (error) {
    if (error instanceof ProviderError) return undefined;
    throw error;
  }
}
