import type { Clock } from '../lib/clock.ts';
import { abortable } from './abortable.ts';
import { ClientPool } from './client-pool.ts';
import type { ProviderClient, ReadResult, RemoteRef, SecretKeySelector, Validation } from './contract.ts';
import type { CredentialSource } from './credential-source.ts';
import { withDeadline } from './deadline.ts';
import { Identities } from './identity.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ReadLimits } from './read-limits.ts';
import { defaultReadLimits } from './read-limits.ts';
import type { ReadMetrics } from './read-metrics.ts';
import { ReadQueue } from './read-queue.ts';
import type { ConfiguredProvider, ProviderRegistry } from './registry.ts';
import { resolveSelector } from './selector.ts';
import type { StoreHandle, StoreReader } from './store-reader.ts';

export interface StoreReaderOptions {
  readonly registry: ProviderRegistry;
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  readonly metrics: ReadMetrics;
  /** The process's environment. A provider is shown those variables only that it declares. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Bounds that differ from `defaultReadLimits`. */
  readonly limits?: Partial<ReadLimits>;
}

/** Builds the one reader through which all controllers reach all providers. */
export function createStoreReader(options: StoreReaderOptions): StoreReader {
  const { registry, clock, metrics } = options;
  const limits: ReadLimits = { ...defaultReadLimits, ...options.limits };
  const sequence = counter();
  const pool = new ClientPool({
    identities: new Identities({ ...options, deadline: limits.deadline }),
    clock,
    deadline: limits.deadline,
    idle: limits.idle,
    open: (client, { id: provider }) => {
      const queue = new ReadQueue({ client, provider, clock, limits, metrics, sequence });
      return { client, queue, [Symbol.asyncDispose]: () => dispose(client, queue) };
    },
  });

  async function read(store: StoreHandle, refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly ReadResult[]> {
    // before the first wait: a call that begins later may answer this request
    const asked = sequence();
    signal.throwIfAborted();
    if (refs.length === 0) return [];
    try {
      const lease = await pool.acquire(store, registry.configure(store.provider), signal);
      try {
        return await lease.value.queue.read(refs, asked, signal);
      } finally {
        lease.release();
      }
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asProviderError(thrown, 'the provider');
      return refs.map(() => ({ kind: 'error', error }));
    }
  }

  async function validate(store: StoreHandle, signal: AbortSignal): Promise<Validation> {
    signal.throwIfAborted();
    const provider = registry.configure(store.provider);
    if (provider.credentials.some((selector) => resolveSelector(selector, store) === undefined)) return 'valid';
    const lease = await pool.acquire(store, provider, signal);
    const { client } = lease.value;
    const bound = { clock, deadline: limits.deadline, what: 'the provider', controller: new AbortController() };
    try {
      const checked = withDeadline(async (within) => (await client.validate?.(AbortSignal.any([within, signal]))) ?? 'valid', bound);
      return await abortable(checked, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      throw asProviderError(thrown, 'the provider');
    } finally {
      lease.release();
    }
  }

  return {
    read,
    validate,
    propertyLookup: (store) => {
      const parsed = registry.parse(store.provider);
      return parsed.ok ? parsed.value.propertyLookup : 'path-only';
    },
    credentials: (store) => {
      const parsed = registry.parse(store.provider);
      return parsed.ok ? secretsOf(store, parsed.value) : [];
    },
    close: () => pool.close(),
  };
}

function counter(): () => number {
  let count = 0;
  return () => {
    count += 1;
    return count;
  };
}

async function dispose(client: ProviderClient, queue: ReadQueue): Promise<void> {
  queue.stop(new ProviderError('unavailable', 'Prelude is shutting down'));
  await client[Symbol.asyncDispose]();
}

/** The Secrets that a store names, each once; those it may not name, or leaves to a consumer that is not there, left out. */
function secretsOf(store: StoreHandle, provider: ConfiguredProvider): readonly { readonly namespace: string; readonly name: string }[] {
  const found = new Map<string, { readonly namespace: string; readonly name: string }>();
  for (const selector of provider.credentials) {
    const secret = allowedSecret(selector, store);
    if (secret !== undefined) found.set(`${secret.namespace}/${secret.name}`, secret);
  }
  return [...found.values()];
}

function allowedSecret(selector: SecretKeySelector, store: StoreHandle): { readonly namespace: string; readonly name: string } | undefined {
  try {
    const key = resolveSelector(selector, store);
    return key === undefined ? undefined : { namespace: key.namespace, name: key.name };
  } catch (error) {
    if (error instanceof ProviderError) return undefined;
    throw error;
  }
}
