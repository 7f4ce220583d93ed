import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { createBodyReader, type ReadBody } from '../body-reader.ts';
import { listenAt, type Server } from '../listen-at.ts';
import { Connections } from './connections.ts';
import type { Accept, DeliveryAnswer } from './delivery.ts';

export interface EventReceiverOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly accept: Accept;
  readonly clock: Clock;
}

/** Bounds on what a client can hold or make us read. */
const bounds = { maxHeaderSize: 16_384, headersTimeout: 2_000, requestTimeout: 10_000, connectionsCheckingInterval: 500, keepAliveTimeout: 30_000 } as const;
/** A flood that comes at once is answered. Each takes some kilobytes. */
const mostConnections = 1024;
const mostOfAddress = 512;
/** Bytes: no event is larger than what queues carry. All that are read at one moment stay below the second bound. */
const largest = 256 << 10;
const together = 16 << 20;
/** Milliseconds for a body, and for open requests to end after `close`. */
const bodyWithin = 5_000;
const grace = 2_000;

/**
 * Receives events: POST (and OPTIONS, where senders ask first) to `/v1/events/<source>`. Whatever is wrong with who sends is one answer,
 * 401, for sources that are not there too.
 * @throws Error where the address cannot be had
 */
export async function createEventReceiver({ host, port, accept, clock }: EventReceiverOptions): Promise<Server> {
  // no more are read at once than there are connections: those that dawdle keep nobody waiting
  const judging = { accept, clock, readBody: createBodyReader({ largest, together, atOnce: mostConnections }) };
  const connections = new Connections({ ofAddress: mostOfAddress, inAll: mostConnections });
  const http = createServer(bounds, (request, response) => {
    const gone = new AbortController();
    const done = connections.busy(request.socket);
    response.once('close', () => {
      done();
      gone.abort(new DOMException('the sender has gone', 'AbortError'));
    });
    void answer(request, judging, gone.signal).then((made) => send(response, made, http.listening));
  });
  http.on('connection', (socket) => connections.admit(socket));
  return listenAt(http, { host, port, clock, grace });
}

interface Judging {
  readonly accept: Accept;
  readonly clock: Clock;
  readonly readBody: ReadBody;
}

type Answer = Omit<DeliveryAnswer, 'status'> & { readonly status: DeliveryAnswer['status'] | 404 | 405 | 408 | 413 | 500; readonly allow?: string };

const path = /^\/v1\/events\/([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\/([^/]*))?$/;

async function answer(request: IncomingMessage, { accept, clock, readBody }: Judging, signal: AbortSignal): Promise<Answer> {
  const url = URL.parse(request.url ?? '', 'http://events');
  const [, source, rest = ''] = path.exec(url?.pathname ?? '') ?? [];
  if (url === null || source === undefined) return { status: 404 };
  const { method } = request;
  if (method !== 'POST' && method !== 'OPTIONS') return { status: 405, allow: 'POST, OPTIONS' };
  if (Number(request.headers['content-length'] ?? 0) > largest) return { status: 413 };
  try {
    const body = await readWithin(request, { clock, readBody }, signal);
    if (!Buffer.isBuffer(body)) return refusals[body];
    return await accept(source, { method, rest: decoded(rest), query: url.searchParams, headers: headersOf(request), body }, signal);
  } catch {
    // what went wrong is for the log of whoever was asked
    return { status: 500 };
  }
}

const refusals = { 'too large': { status: 413 }, busy: { status: 503, retryAfter: 1 }, late: { status: 408 } } as const;

/** The body, or why there is none; one that does not come is given up. */
function readWithin(request: IncomingMessage, { clock, readBody }: Omit<Judging, 'accept'>, signal: AbortSignal): Promise<Buffer | keyof typeof refusals> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(bodyWithin, () => resolve('late'));
    readBody(request, (body) => body, signal)
      .then(resolve, reject)
      .finally(cancel);
  });
}

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]])));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function send(response: ServerResponse, { status, headers = {}, body = '', retryAfter, allow }: Answer, isListening: boolean): void {
  if (response.destroyed) return;
  // what is left of a body that was refused is not the next request
  if (status >= 400 || !isListening) response.setHeader('Connection', 'close');
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  if (allow !== undefined) response.setHeader('Allow', allow);
  const type = body === '' ? {} : { 'Content-Type': 'application/json' };
  response.writeHead(status, { ...type, ...headers, 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  response.end(body, () => {
    // a sender that goes on with a body nobody reads would hold the connection until it ends
    if (status === 408 || status === 413) response.socket?.destroySoon();
  });
}
