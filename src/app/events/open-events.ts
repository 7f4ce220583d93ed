import { providerEvents } from '../../../providers/events.ts';
import type { Clock } from '../../lib/clock.ts';
import { createHttpClient } from '../../lib/http-client.ts';
import type { HttpClient } from '../../lib/http.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import type { ChangeNotice } from '../../provider/change-notice.ts';
import type { NoticeContext } from '../../provider/notice-source.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import type { Accept } from '../../server/events/delivery.ts';
import { createEventReceiver } from '../../server/events/receiver.ts';
import type { Server } from '../../server/listen-at.ts';
import type { Address, EventsOptions } from '../options.ts';
import { UsageError } from '../options.ts';
import { createOwnMeans } from '../own-means.ts';
import { eventFormats } from './event-formats.ts';
import { type EventsConfig, readEventsConfig } from './events-config.ts';
import { createIntake, createTake, type OpenSource } from './intake.ts';
import { NoticeQueue } from './notice-queue.ts';
import { pullUntil } from './pull-loop.ts';
import { createSecretFiles } from './secret-files.ts';
import { createStorePlaces, type NamedPlace } from './store-places.ts';

export interface EventsSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Instead of the network: for tests. */
  readonly http?: HttpClient;
}

/** Wakes whom a notice may concern, and answers how many those are. */
export type Wake = (notice: ChangeNotice) => number;

/** Events that are configured, and not listened to yet. */
export interface Events {
  /** Where the values of a store live, for whoever keeps account of who reads what. */
  readonly placeOf: (provider: unknown) => NamedPlace | undefined;
  /** Listens and pulls. @returns why that cannot be, for a person */
  readonly start: (wake: Wake, isReady: () => boolean) => Promise<RunningEvents | string>;
}

export interface RunningEvents {
  /** Where it listens; absent: nobody sends. */
  readonly port?: number;
  /** Takes nothing more, and ends what is under way. */
  readonly close: () => Promise<void>;
}

/** Different notices that may wait, whoever sends them: some megabytes. */
const mostWaiting = 10_000;

/**
 * Reads the configuration, and everything that it names.
 * @throws UsageError that says what is wrong, and where
 */
export async function openEvents({ config: path, listen }: EventsOptions, surroundings: EventsSurroundings): Promise<Events> {
  const config = await readEventsConfig(path, eventFormats);
  const secret = createSecretFiles(config.secretsFolder, surroundings.clock);
  for (const { name, secrets } of config.sources) {
    for (const reference of secrets) await secret(reference).catch((error: unknown) => refuse(path, name, error));
  }
  return { placeOf: createStorePlaces(providerEvents), start: (wake, isReady) => start({ config, secret, listen, wake, isReady }, surroundings) };
}

function refuse(path: string, name: string, error: unknown): never {
  throw error instanceof ProviderError ? new UsageError(`${path}: source ${name}: ${error.message}`) : error;
}

interface Starting extends Pick<NoticeContext, 'secret'> {
  readonly config: EventsConfig;
  readonly listen: Address | undefined;
  readonly wake: Wake;
  readonly isReady: () => boolean;
}

async function start({ config, secret, listen, wake, isReady }: Starting, { clock, random, log, http }: EventsSurroundings): Promise<RunningEvents | string> {
  const client = createHttpClient({ clock });
  const own = createOwnMeans(clock);
  const context: NoticeContext = { http: http ?? client.request, ownHttp: http ?? own.own.http, secret, clock, random };
  const opened = config.sources.map(({ name, rate, open }) => ({ name, rate, source: open(context) }));
  const pushed = opened.flatMap(({ name, rate, source }): readonly OpenSource[] => (source.kind === 'push' ? [{ name, rate, source }] : []));
  const queue = new NoticeQueue({ clock, most: mostWaiting, wake: (notice) => log.debug({ provider: notice.provider, woken: wake(notice) }, 'a provider tells of a change') });
  const server = listen === undefined ? undefined : await listenAt(listen, createIntake({ sources: pushed, queue, isReady, clock, log }), clock);
  if (typeof server === 'string' || (server === undefined && pushed.length > 0)) {
    await Promise.all([client.close(), own.close()]);
    return typeof server === 'string' ? server : `${pushed.map(({ name }) => name).join(', ')}: sources that are sent to need --events-listen`;
  }
  const ending = new AbortController();
  const pulling = opened.flatMap(({ name, source }) => (source.kind === 'pull' ? [pullUntil(ending.signal, { name, source, take: createTake(queue, isReady), isReady, clock, random, log })] : []));
  log.info({ sources: opened.map(({ name }) => name), ...(server === undefined ? {} : { port: server.port }) }, 'events are taken');
  return {
    ...(server === undefined ? {} : { port: server.port }),
    close: async () => {
      ending.abort(new DOMException('stopped', 'AbortError'));
      await server?.close();
      await Promise.all(pulling);
      queue.close();
      await Promise.all([client.close(), own.close()]);
    },
  };
}

async function listenAt({ host, port }: Address, accept: Accept, clock: Clock): Promise<Server | string> {
  try {
    return await createEventReceiver({ host, port, accept, clock });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    // a node without IPv6 has no `::`; all of its addresses are then the other family's
    if (host === '::' && code === 'EAFNOSUPPORT') return listenAt({ host: '0.0.0.0', port }, accept, clock);
    return `events cannot be listened to on ${host} port ${port} (${code}); choose another address with --events-listen`;
  }
}
