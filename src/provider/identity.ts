import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import { abortable } from './abortable.ts';
import { canonicalJson } from './canonical-json.ts';
import type { CredentialSource } from './credential-source.ts';
import { withDeadline } from './deadline.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ConfiguredProvider } from './registry.ts';
import type { SecretKey } from './selector.ts';
import { dependsOnConsumer, resolveSelector } from './selector.ts';
import type { StoreHandle } from './store-reader.ts';

/** As whom a store asks its provider. Stores with the same identity share a client and its calls. */
export interface Identity {
  /** Keyed hash of everything that decides what the provider answers; says nothing about what it was made from. */
  readonly id: string;
  readonly environment: ReadonlyMap<string, string>;
  /** The credentials by `credentialKey`, where all had to be read; undefined where hashes kept from earlier were enough. */
  readonly credentials: ReadonlyMap<string, SecretBytes> | undefined;
}

export interface IdentityOptions {
  readonly credentials: CredentialSource;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Milliseconds that reading one credential may take. */
  readonly deadline: number;
}

export interface Identities {
  /**
   * Finds a store's identity. Credentials are read where their Secret has changed since, and where `fresh` asks for
   * them; between reads a keyed hash of each is kept, never the value.
   * @throws ProviderError where a credential is absent, may not be used, or cannot be read; the signal's reason
   */
  readonly resolve: (store: StoreHandle, provider: ConfiguredProvider, options: ResolveOptions) => Promise<Identity>;
}

export interface ResolveOptions {
  readonly signal: AbortSignal;
  readonly fresh: boolean;
}

interface Credential {
  readonly digest: string;
  readonly value?: SecretBytes;
}

/** More credentials than any cluster has stores; beyond it the oldest hashes are forgotten and read again. */
const mostDigests = 20_000;

/** The key of one credential in maps. */
export function credentialKey({ namespace, name, key }: SecretKey): string {
  return `${namespace}/${name}/${key}`;
}

export function createIdentities(options: IdentityOptions): Identities {
  // random for each process: a hash that leaks cannot be tested against guessed credentials
  const secret = randomBytes(32);
  const digests = new Map<string, { readonly version: string; readonly digest: string }>();
  const configurations = new WeakMap<ConfiguredProvider, string>();
  const reading = new Map<string, Promise<Required<Credential>>>();
  const hash = (data: string | Uint8Array): string => createHmac('sha256', secret).update(data).digest('base64url');

  function readOnce(wanted: SecretKey): Promise<Required<Credential>> {
    const at = credentialKey(wanted);
    const underway = reading.get(at);
    if (underway !== undefined) return underway;
    const started = read(wanted).finally(() => reading.delete(at));
    reading.set(at, started);
    return started;
  }

  async function read(wanted: SecretKey): Promise<Required<Credential>> {
    const { namespace, name, key } = wanted;
    const what = `reading Secret ${namespace}/${name}, which holds the store's credentials,`;
    // asked before the read: a change during it is then seen as one afterwards
    const version = options.credentials.version(namespace, name);
    const value = await withDeadline((signal) => options.credentials.read(namespace, name, key, signal), {
      clock: options.clock,
      deadline: options.deadline,
      what,
      controller: new AbortController(),
    }).catch((error: unknown) => {
      throw asProviderError(error, what);
    });
    if (value === undefined) {
      throw new ProviderError('invalid', `the store's credentials need key "${key}" of Secret ${namespace}/${name}, which does not exist`);
    }
    const digest = hash(value.reveal());
    remember(credentialKey(wanted), version, digest);
    return { digest, value };
  }

  function remember(at: string, version: string | undefined, digest: string): void {
    digests.delete(at);
    if (version === undefined) return;
    digests.set(at, { version, digest });
    const [oldest] = digests.keys();
    if (digests.size > mostDigests && oldest !== undefined) digests.delete(oldest);
  }

  /** A configuration may be long, and is asked for with every read. */
  function configurationOf(provider: ConfiguredProvider): string {
    const digest = configurations.get(provider) ?? hash(canonicalJson({ id: provider.id, config: provider.config }));
    configurations.set(provider, digest);
    return digest;
  }

  async function credential(wanted: SecretKey, { signal, fresh }: ResolveOptions): Promise<Credential> {
    const kept = digests.get(credentialKey(wanted));
    const current = kept !== undefined && kept.version === options.credentials.version(wanted.namespace, wanted.name);
    return current && !fresh ? { digest: kept.digest } : abortable(readOnce(wanted), signal);
  }

  return {
    resolve: async (store, provider, how) => {
      const wanted = provider.credentials.map((selector) => requireKey(resolveSelector(selector, store), store));
      const found = await Promise.all(wanted.map(async (key) => ({ key, ...(await credential(key, how)) })));
      const environment = pick(options.environment, provider.environment);
      const values = found.flatMap(({ key, value }) => (value === undefined ? [] : [[credentialKey(key), value] as const]));
      const id = hash(
        canonicalJson({
          provider: configurationOf(provider),
          environment: [...environment],
          credentials: found.map(({ digest }) => digest),
          consumer: dependsOnConsumer(provider.credentials, store) ? store.namespace : undefined,
        }),
      );
      return { id, environment, credentials: values.length === found.length ? new Map(values) : undefined };
    },
  };
}

function requireKey(key: SecretKey | undefined, store: StoreHandle): SecretKey {
  if (key !== undefined) return key;
  throw new ProviderError('invalid', `${store.label} takes its credentials from the consumer's namespace, and there is no consumer`);
}

function pick(environment: Readonly<Record<string, string | undefined>>, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.flatMap((name) => (environment[name] === undefined || environment[name] === '' ? [] : [[name, environment[name]]])));
}
