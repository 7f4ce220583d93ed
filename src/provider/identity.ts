import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { untilAborted } from '../lib/until-aborted.ts';
import { canonicalJson } from './canonical-json.ts';
import type { CredentialSource } from './credential-source.ts';
import { DigestMemory } from './digest-memory.ts';
import { ProviderError } from './provider-error.ts';
import type { CredentialValue } from './read-credential.ts';
import { readCredential } from './read-credential.ts';
import type { ConfiguredProvider } from './registry.ts';
import type { ResolvedCredential } from './selector.ts';
import { credentialKey, dependsOnConsumer, resolveSelector } from './selector.ts';
import type { StoreHandle } from './store-reader.ts';

/** As whom a store asks its provider. Stores with the same identity share a client and its calls. */
export interface Identity {
  /** Keyed hash of everything that decides what the provider answers; says nothing about what it was made from. */
  readonly id: string;
  readonly environment: ReadonlyMap<string, string>;
  /** The credentials by `credentialKey`, where all had to be read; undefined where hashes kept from earlier were enough. */
  readonly credentials: ReadonlyMap<string, CredentialValue> | undefined;
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
  readonly value?: CredentialValue;
}

/**
 * Finds out as whom stores ask. Credentials are read where the object that holds them has changed since, and on request; between
 * reads a keyed hash of each is kept, never the value.
 */
export class Identities {
  readonly #options: IdentityOptions;
  /** Random for each process: a hash that leaks cannot be tested against guessed credentials. */
  readonly #secret = randomBytes(32);
  readonly #digests: DigestMemory;
  readonly #reading = new Map<string, Promise<Required<Credential>>>();
  readonly #configurations = new WeakMap<ConfiguredProvider, string>();

  constructor(options: IdentityOptions) {
    this.#options = options;
    this.#digests = new DigestMemory(options.credentials, options.clock);
  }

  /** @throws ProviderError where a credential is absent, may not be used, or cannot be read; the signal's reason */
  async resolve(store: StoreHandle, provider: ConfiguredProvider, how: ResolveOptions): Promise<Identity> {
    const wanted = provider.credentials.map((selector) => requireOne(resolveSelector(selector, store), store));
    const found = await Promise.all(wanted.map(async (one) => ({ key: credentialKey(one), ...(await this.#credential(one, how)) })));
    const environment = pick(this.#options.environment, provider.environment);
    const values = found.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value] as const]));
    const parts = {
      provider: this.#configurationOf(provider),
      environment: [...environment],
      credentials: found.map(({ digest }) => digest),
      consumer: provider.consumerInputs.includes('namespace') || dependsOnConsumer(provider.credentials, store) ? store.namespace : undefined,
      scope: store.scope,
      store: provider.consumerInputs.includes('store') ? store.label : undefined,
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

  async #credential(wanted: ResolvedCredential, { signal, fresh }: ResolveOptions): Promise<Credential> {
    const kept = fresh ? undefined : this.#digests.recall(wanted);
    return kept === undefined ? untilAborted(this.#readOnce(wanted), signal) : { digest: kept };
  }

  /** One read for all who want the same at the same time. It has its own deadline: no consumer's signal ends it for others. */
  #readOnce(wanted: ResolvedCredential): Promise<Required<Credential>> {
    const at = credentialKey(wanted);
    const underway = this.#reading.get(at);
    if (underway !== undefined) return underway;
    const started = this.#read(wanted).finally(() => this.#reading.delete(at));
    this.#reading.set(at, started);
    return started;
  }

  async #read(wanted: ResolvedCredential): Promise<Required<Credential>> {
    const { credentials: source, clock, deadline } = this.#options;
    // asked before the read: a change during it is then seen as one afterwards
    const remember = this.#digests.prepare(wanted);
    const value = await readCredential(wanted, { source, clock, deadline });
    const digest = this.#digestOf(wanted, value);
    remember(digest);
    return { digest, value };
  }

  /** Equal values are the same credential wherever they stand; a service account is who it is by its name. */
  #digestOf(wanted: ResolvedCredential, found: CredentialValue): string {
    switch (found.kind) {
      case 'Secret':
        return this.#hash(found.value.reveal());
      case 'ConfigMap':
        return this.#hash(found.value);
      case 'WholeSecret': {
        const data = [...found.value.data].map(([key, value]) => [key, this.#hash(value.reveal())] as const);
        return this.#hash(canonicalJson({ labels: found.value.labels, data: Object.fromEntries(data) }));
      }
      case 'ServiceAccount':
        return this.#hash(canonicalJson({ namespace: wanted.namespace, name: wanted.name, annotations: found.annotations }));
      default:
        return found satisfies never;
    }
  }
}

function requireOne(credential: ResolvedCredential | undefined, store: StoreHandle): ResolvedCredential {
  if (credential !== undefined) return credential;
  throw new ProviderError('invalid', `${store.label} takes its credentials from the consumer's namespace, and there is no consumer`);
}

function pick(environment: Readonly<Record<string, string | undefined>>, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.flatMap((name) => (environment[name] === undefined || environment[name] === '' ? [] : [[name, environment[name]]])));
}
