import { type BackoffPolicy, backoffDelay } from '../lib/backoff.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { sleep } from '../lib/sleep.ts';
import { InformerCache } from './informer-cache.ts';
import type { Informer, InformerOptions } from './informer.ts';
import { isKubeError } from './kube-error.ts';
import type { Cluster } from './port.ts';

export interface InformerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Ends the informer. */
  readonly signal: AbortSignal;
}

const backoff: BackoffPolicy = { base: 500, factor: 2, cap: 30_000 };
/** A kind that is not served yet usually is on its way: somebody waits for it. */
const absentBackoff: BackoffPolicy = { base: 500, factor: 2, cap: 5_000 };
/** How long lists and watches may fail before the cache counts as stale, in milliseconds. */
const staleAfter = 60_000;
/** A watch that ended sooner than this is followed by a pause, so that a server that closes at once is not hammered. */
const shortWatch = 1_000;

/**
 * Starts an informer: lists, then watches from the list's resourceVersion, and again from the last event's when the watch ends.
 * It lists anew only when the server says that the resourceVersion is too old, and swaps the whole cache at once then.
 * It goes on until the signal aborts, whatever goes wrong. A kind that is not served yet counts as one without objects.
 */
export function startInformer<T>(cluster: Cluster, options: InformerOptions<T>, deps: InformerDeps): Informer<T> {
  const log = deps.log.child({ resource: options.type.plural, group: options.type.group });
  const cache = new InformerCache(options.project, log, options.onStrangerGone);
  const first = Promise.withResolvers<void>();
  // an informer that nobody waits for may be stopped
  first.promise.catch(() => {});
  const reflector = new Reflector(cluster, options, { ...deps, log }, cache, () => first.resolve());
  reflector.run().catch((error: unknown) => first.reject(error));
  return {
    get: (key) => cache.get(key),
    values: () => cache.values(),
    size: () => cache.size(),
    subscribe: (listener) => cache.subscribe(listener),
    synced: first.promise,
    healthy: () => reflector.healthy(),
  };
}

class Reflector<T> {
  readonly #cluster: Cluster;
  readonly #options: InformerOptions<T>;
  readonly #deps: InformerDeps;
  readonly #cache: InformerCache<T>;
  readonly #onSynced: () => void;
  #synced = false;
  #failures = 0;
  #failingSince: number | undefined;

  constructor(cluster: Cluster, options: InformerOptions<T>, deps: InformerDeps, cache: InformerCache<T>, onSynced: () => void) {
    this.#cluster = cluster;
    this.#options = options;
    this.#deps = deps;
    this.#cache = cache;
    this.#onSynced = onSynced;
  }

  healthy(): boolean {
    return this.#synced && (this.#failingSince === undefined || this.#deps.clock.monotonic() - this.#failingSince < staleAfter);
  }

  /** Never returns; throws the signal's reason. */
  async run(): Promise<never> {
    const { clock, random, signal } = this.#deps;
    let inVain = 0;
    for (;;) {
      signal.throwIfAborted();
      try {
        const version = await this.#list();
        const listedAt = clock.monotonic();
        await this.#follow(version);
        // a server that takes no version it has just given must not be asked for list after list
        inVain = clock.monotonic() - listedAt < shortWatch ? inVain + 1 : 0;
        if (inVain > 1) await sleep(clock, backoffDelay(backoff, inVain, random), signal);
      } catch (error) {
        await this.#pause(error, 'the list failed');
      }
    }
  }

  /** @returns the resourceVersion to watch from */
  async #list(): Promise<string> {
    const { type, selection } = this.#options;
    const list = this.#cache.collect();
    let resourceVersion = '';
    for await (const page of this.#cluster.pages(type, selection, this.#deps.signal)) {
      for (const object of page.items) list.add(object);
      ({ resourceVersion } = page);
    }
    list.replace();
    this.#succeeded();
    return resourceVersion;
  }

  /** Watches, over and over, until the resourceVersion is too old. */
  async #follow(from: string): Promise<void> {
    const { clock, signal } = this.#deps;
    let resourceVersion = from;
    for (;;) {
      const startedAt = clock.monotonic();
      try {
        resourceVersion = await this.#watch(resourceVersion, (seen) => (resourceVersion = seen));
        if (clock.monotonic() - startedAt < shortWatch) await sleep(clock, shortWatch, signal);
      } catch (error) {
        // the kind may have been removed with its definition: the list finds out
        if (isKubeError(error, 'expired', 'absent')) return;
        await this.#pause(error, 'the watch failed');
      }
    }
  }

  async #watch(from: string, seen: (resourceVersion: string) => void): Promise<string> {
    const { type, selection } = this.#options;
    let last = from;
    let cancel: Cancel = () => {};
    try {
      for await (const event of this.#cluster.watch(type, selection, from, this.#deps.signal)) {
        // that the watch stands says little where the next thing is that it breaks; that it goes on standing does
        if (event.type === 'bookmark' && event.resourceVersion === from) {
          cancel();
          cancel = this.#deps.clock.after(shortWatch, () => this.#succeeded());
        } else this.#succeeded();
        if (event.type === 'deleted') this.#cache.remove(event.object);
        else if (event.type !== 'bookmark') this.#cache.put(event.object);
        last = (event.type === 'bookmark' ? event.resourceVersion : event.object.metadata.resourceVersion) ?? last;
        seen(last);
      }
      return last;
    } finally {
      cancel();
    }
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#failingSince = undefined;
    if (this.#synced) return;
    this.#synced = true;
    this.#onSynced();
  }

  async #pause(error: unknown, message: string): Promise<void> {
    const { clock, random, log, signal } = this.#deps;
    signal.throwIfAborted();
    this.#failures += 1;
    if (isKubeError(error, 'absent')) {
      log.debug({}, 'the kind is not served yet');
      this.#cache.collect().replace();
      const failures = this.#failures;
      this.#succeeded();
      this.#failures = failures;
    } else {
      this.#failingSince ??= clock.monotonic();
      // a dropped connection is everyday life; that it lasts is news
      log[this.#failures < 3 ? 'debug' : 'warn']({ error, failures: this.#failures }, message);
    }
    const asked = isKubeError(error) ? (error.retryAfter ?? 0) : 0;
    const policy = isKubeError(error, 'absent') ? absentBackoff : backoff;
    await sleep(clock, Math.max(asked, backoffDelay(policy, this.#failures, random)), signal);
  }
}
