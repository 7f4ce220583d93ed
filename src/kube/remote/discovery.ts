import type { Clock } from '../../lib/clock.ts';
import { untilAborted } from '../../lib/until-aborted.ts';
import type { Discovery } from '../port.ts';
import type { ApiClient } from './api-client.ts';
import { readServerVersion } from './server-version.ts';
import { readServedKinds, type ServedKinds } from './served-kinds.ts';

export interface DiscoveryCacheOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Ends reads that nobody in particular owns. */
  readonly signal: AbortSignal;
}

/** Milliseconds after which an answer is checked again; kinds change rarely, and those who miss one ask for a fresh answer. */
const keptFor = 600_000;

/**
 * What the cluster serves, read once for all who ask. Readers that ask for a fresh answer while one is being read share
 * the next one: the one under way may have begun before what they look for was there.
 */
export class DiscoveryCache {
  readonly #options: DiscoveryCacheOptions;
  #version: { readonly at: number; readonly version: string } | undefined;
  #kept: { readonly at: number; readonly kinds: ServedKinds } | undefined;
  #running: Promise<ServedKinds> | undefined;
  #next: Promise<ServedKinds> | undefined;

  constructor(options: DiscoveryCacheOptions) {
    this.#options = options;
  }

  /** @throws KubeError, or the signal's reason */
  async find(signal: AbortSignal, fresh: boolean): Promise<Discovery> {
    signal.throwIfAborted();
    if (fresh) return await untilAborted(this.#after(), signal);
    if (this.#kept !== undefined && this.#options.clock.monotonic() - this.#kept.at < keptFor) return this.#kept.kinds;
    return await untilAborted(this.#running ?? this.#start(), signal);
  }

  /** The server's version; of those who ask at the same time each may ask the server. @throws KubeError, or the signal's reason */
  async version(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const { client, clock } = this.#options;
    if (this.#version !== undefined && clock.monotonic() - this.#version.at < keptFor) return this.#version.version;
    const version = await readServerVersion(client, signal);
    this.#version = { at: clock.monotonic(), version };
    return version;
  }

  /** A read that begins after this call. */
  #after(): Promise<ServedKinds> {
    const running = this.#running;
    if (running === undefined) return this.#start();
    this.#next ??= running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<ServedKinds> {
    this.#next = undefined;
    const read = this.#read().finally(() => {
      if (this.#running === read) this.#running = undefined;
    });
    this.#running = read;
    return read;
  }

  async #read(): Promise<ServedKinds> {
    const { client, clock, signal } = this.#options;
    const kinds = await readServedKinds(client, this.#kept?.kinds, signal);
    this.#kept = { at: clock.monotonic(), kinds };
    return kinds;
  }
}
