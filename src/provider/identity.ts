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
import { credentialKey, dependsOnConsumer, resolveSelector } from './selector.ts';
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

export interface ResolveOptions {
  readonly signal: AbortSignal;
  /** Whether credentials are read although they are known to be unchanged. */
  readonly fresh: boolean;
}

interface Credential {
  readonly digest: string;
  readonly value?: SecretBytes;
}

/** More credentials than any cluster has stores; beyond it the oldest hashes are forgotten and read again. */
const mostDigests = 20_000;

/**
 * Finds out as whom stores ask. Credentials are read where their Secret has changed since, and on request; between
 * reads a keyed hash of each is kept, never the value.
 */
export class Identities {
  readonly #options: IdentityOptions;
  /** Random for each process: a hash that leaks cannot be tested against guessed credentials. */
  readonly #secret = randomBytes(32);
  readonly #digests = new Map<string, { readonly version: string; readonly digest: string }>();
  readonly #reading = new Map<string, Promise<Required<Credential>>>();
  readonly #configurations = new WeakMap<ConfiguredProvider, string>();

  constructor(options: IdentityOptions) {
    this.#options = options;
  }

  /** @throws ProviderError where a credential is absent, may not be used, or cannot be read; the signal's reason */
  async resolve(store: StoreHandle, provider: ConfiguredProvider, how: ResolveOptions): Promise<Identity> {
    const wanted = provider.credentials.map((selector) => requireKey(resolveSelector(selector, store), store));
    const found = await Promise.all(wanted.map(async (key) => ({ key, ...(await this.#credential(key, how)) })));
    const environment = pick(this.#options.environment, provider.environment);
    const values = found.flatMap(({ key, value }) => (value === undefined ? [] : [[credentialKey(key), value] as const]));
    const parts = {
      provider: this.#configurationOf(provider),
      environment: [...environment],
      credentials: found.map(({ digest }) => digest),
      consumer: dependsOnConsumer(provider.credentials, store) ? store.namespace : undefined,
    };
    return { id: this.#hash(canonicalJson(parts)), environment, credentials: values.length === found.length ? new Map(values) : undefined };
  }

  #hash(data: string | Uint8Array): string {
    return createHmac('sha256', this.#secret).update(data).digest('base64url');
  }

  /** A configuration may be long, and is asked for with every read. */
  #configurationOf(provider: ConfiguredProvider): string {
    const digest = this.#configurations.get(provider) ?? this.#hash(canonicalJson({ id: provider.id, config: provider.config }));
    this.#configurations.set(provider, digest);
    return digest;
  }

  async #credential(wanted: SecretKey, { signal, fresh }: ResolveOptions): Promise<Credential> {
    const kept = this.#digests.get(credentialKey(wanted));
    const current = kept !== undefined && kept.version === this.#options.credentials.version(wanted.namespace, wanted.name);
    return current && !fresh ? { digest: kept.digest } : abortable(this.#readOnce(wanted), signal);
  }

  /** One read for all who want the same at the same time. It has its own deadline: no consumer's signal ends it for others. */
  #readOnce(wanted: SecretKey): Promise<Required<Credential>> {
    const at = credentialKey(wanted);
    const underway = this.#reading.get(at);
    if (underway !== undefined) return underway;
    const started = this.#read(wanted).finally(() => this.#reading.delete(at));
    this.#reading.set(at, started);
    return started;
  }

  async #read(wanted: SecretKey): Promise<Required<Credential>> {
    const { namespace, name, key } = wanted;
    const { credentials, clock, deadline } = this.#options;
    const what = `reading Secret ${namespace}/${name}, which holds the store's credentials,`;
    // asked before the read: a change during it is then seen as one afterwards
    const version = credentials.version(namespace, name);
    const bounds = { clock, deadline, what, controller: new AbortController() };
    const value = await withDeadline((signal) => credentials.read(namespace, name, key, signal), bounds).catch((error: unknown) => {
      throw asProviderError(error, what);
    });
    if (value === undefined) {
      throw new ProviderError('invalid', `the store's credentials need key "${key}" of Secret ${namespace}/${name}, which does not exist`);
    }
    const digest = this.#hash(value.reveal());
    this.#remember(credentialKey(wanted), version, digest);
    return { digest, value };
  }

  #remember(at: string, version: string | undefined, digest: string): void {
    this.#digests.delete(at);
    if (version === undefined) return;
    this.#digests.set(at, { version, digest });
    const [oldest] = this.#digests.keys();
    if (this.#digests.size > mostDigests && oldest !== undefined) this.#digests.delete(oldest);
  }
}

function requireKey(key: SecretKey | undefined, store: StoreHandle): SecretKey {
  if (key !== undefined) return key;
  throw new ProviderError('invalid', `${store.label} takes its credentials from the consumer's namespace, and there is no consumer`);
}

function pick(environment: Readonly<Record<string, string | undefined>>, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.flatMap((name) => (environment[name] === undefined || environment[name] === '' ? [] : [[name, environment[name]]])));
}
