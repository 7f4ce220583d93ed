import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { systemClock } from '../lib/clock.ts';
import type { Exposition } from '../lib/metrics.ts';
import type { Verdict } from './health.ts';
import { listenAt, type Server } from './listen-at.ts';

/** What the endpoints tell; asked at every request. */
export interface ServerData {
  /** `/healthz` */
  readonly live: () => Verdict;
  /** `/readyz` */
  readonly ready: () => Verdict;
  /** `/metrics` */
  readonly metrics: () => Promise<Exposition>;
}

export interface ServerOptions {
  /** The address to listen on, e.g. `127.0.0.1`, or `::` for all of a pod's. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly data: ServerData;
  /** Milliseconds that open requests have to end after `close`; those that have not are cut. Default 2000. */
  readonly grace?: number;
}

/** Bounds on what a client can hold or make us read: the endpoints take no input at all. */
const bounds = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 5000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 10_000,
} as const;
const mostConnections = 64;

/**
 * Listens for probes and scrapes.
 * @throws Error where the address cannot be had; the message names it
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  const routes = routesOf(options.data);
  const http = createHttpServer(bounds, (request, response) => {
    // a body that nobody reads would stand before the next request, and a connection kept open would hold a close up
    const last = (): boolean => hasBody(request) || !http.listening;
    void answer(routes, request).then((made) => send(response, made, { head: request.method === 'HEAD', last: last() }));
  });
  http.maxConnections = mostConnections;
  return named(options, () => listenAt(http, { host: options.host, port: options.port, clock: systemClock, grace: options.grace ?? 2000 }));
}

async function named({ host, port }: ServerOptions, listen: () => Promise<Server>): Promise<Server> {
  try {
    return await listen();
  } catch (error) {
    throw new Error(`cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : 'unknown'}`, { cause: error });
  }
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

type Routes = ReadonlyMap<string, () => Answer | Promise<Answer>>;

function routesOf(data: ServerData): Routes {
  // scrapes that come while one is being made share it: collecting is the costly part
  let scrape: Promise<Answer> | undefined;
  const metrics = (): Promise<Answer> =>
    (scrape ??= data
      .metrics()
      .then(({ contentType, text }) => ({ status: 200, contentType, text }))
      .finally(() => {
        scrape = undefined;
      }));
  return new Map<string, () => Answer | Promise<Answer>>([
    ['/healthz', () => verdictAnswer(data.live())],
    ['/readyz', () => verdictAnswer(data.ready())],
    ['/metrics', metrics],
  ]);
}

function verdictAnswer(verdict: Verdict): Answer {
  return plain(verdict.ok ? 200 : 503, [...verdict.lines, verdict.ok ? 'ok' : 'failed'].join('\n'));
}

function plain(status: number, text: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', text: `${text}\n` };
}

function send(response: ServerResponse, { status, contentType, text }: Answer, { head, last }: { readonly head: boolean; readonly last: boolean }): void {
  if (last) response.setHeader('Connection', 'close');
  if (status === 405) response.setHeader('Allow', 'GET, HEAD');
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(head ? undefined : text);
}

async function answer(routes: Routes, request: IncomingMessage): Promise<Answer> {
  if (hasBody(request)) return plain(413, 'no endpoint takes a body');
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const route = routes.get(path);
  if (route === undefined) return plain(404, 'not found; there are /healthz, /readyz and /metrics');
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'GET or HEAD');
  try {
    return await route();
  } catch {
    // what went wrong is for the log of whoever was asked, not for whoever may reach this port
    return plain(500, 'the answer could not be made');
  }
}

function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
