import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import type { KubesealAnswer } from '../../lib/sealed-secrets-metrics.ts';
import { sleep } from '../../lib/sleep.ts';
import { createBodyReader, type ReadBody } from '../body-reader.ts';
import { listenAt, type Server } from '../listen-at.ts';

/** What somebody may do here. */
export type Admission = 'admitted' | 'unknown' | 'refused' | 'too often';

/** What is served, and to whom. */
export interface SealingData {
  /** PEM of the certificate to seal with; undefined while there is no key. */
  readonly certificate: () => string | undefined;
  /** Whether every value of a document opens. Looks at values alone: nothing is rendered. Never says why not. */
  readonly verify: (document: Buffer, signal: AbortSignal) => Promise<boolean>;
  /** The document with its values sealed anew, each for whom it was; undefined where that cannot be. */
  readonly rotate: (document: Buffer, signal: AbortSignal) => Promise<string | undefined>;
  readonly admit: (caller: Caller, signal: AbortSignal) => Promise<Admission>;
}

export interface Caller {
  /** Of the `Authorization: Bearer` header. The API server's proxy drops it. */
  readonly token?: string;
  /** For limits only: the address, and what a proxy says of the one behind it. */
  readonly origin: string;
}

export interface SealingServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly data: SealingData;
  readonly clock: Clock;
  /** Milliseconds: what is asked about values is answered at whole multiples of it after the question came. */
  readonly grid?: number;
  /** Told of each answer about one of the three paths that kubeseal asks for. */
  readonly onAnswered?: (answer: KubesealAnswer) => void;
}

const defaultGrid = 250;
const bounds = { maxHeaderSize: 16_384, headersTimeout: 5_000, requestTimeout: 15_000, connectionsCheckingInterval: 1_000, keepAliveTimeout: 30_000 } as const;
const mostConnections = 64;
/** Bytes: what an API server stores as one object is 1.5 MiB. */
const bodies = { largest: 2 << 20, together: 16 << 20, atOnce: 8 };
const grace = 2_000;

/**
 * Serves kubeseal: `/v1/cert.pem`, `/v1/verify`, `/v1/rotate`, and `/healthz`, which needs no key.
 *
 * Whoever may ask whether a value opens must learn that bit and no other. So every failure has one answer, whatever was wrong; answers
 * are sent on a grid of time, so that how long it took does not show; nothing is rendered; and each caller's questions are few.
 * @throws Error where the address cannot be had
 */
export async function createSealingServer(options: SealingServerOptions): Promise<Server> {
  const { host, port, clock } = options;
  const readBody = createBodyReader(bodies);
  const http = createServer(bounds, (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort(new DOMException('the caller is gone', 'AbortError')));
    const startedAt = clock.monotonic();
    const serve = async (): Promise<void> => {
      const made = await answer(request, { ...options, readBody }, gone.signal);
      send(response, made, http.listening);
      const path = pathOf(request);
      if (kubesealPaths.has(path)) options.onAnswered?.({ path, method: request.method ?? '', status: made.status, seconds: (clock.monotonic() - startedAt) / 1000 });
    };
    serve().catch(() => response.destroy());
  });
  http.maxConnections = mostConnections;
  return listenAt(http, { host, port, clock, grace });
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answering extends SealingServerOptions {
  readonly readBody: ReadBody;
}

const plain = 'text/plain; charset=utf-8';

async function answer(request: IncomingMessage, options: Answering, signal: AbortSignal): Promise<Answer> {
  const path = pathOf(request);
  switch (path) {
    case '/healthz':
      return request.method === 'GET' || request.method === 'HEAD' ? { status: 200, text: 'ok\n' } : wrongMethod('GET, HEAD');
    case '/v1/cert.pem':
      return request.method === 'GET' || request.method === 'HEAD' ? certificateAnswer(options.data.certificate()) : wrongMethod('GET, HEAD');
    case '/v1/verify':
    case '/v1/rotate':
      return request.method === 'POST' ? questionAnswer(path, request, options, signal) : wrongMethod('POST');
    default:
      return { status: 404, text: 'not found; there are /v1/cert.pem, /v1/verify and /v1/rotate\n' };
  }
}

/** What is told of; any other path may be anything. */
const kubesealPaths: ReadonlySet<string> = new Set(['/v1/cert.pem', '/v1/verify', '/v1/rotate']);

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

function wrongMethod(allowed: string): Answer {
  return { status: 405, text: `${allowed}\n`, headers: { Allow: allowed } };
}

function certificateAnswer(pem: string | undefined): Answer {
  if (pem === undefined) return { status: 503, text: 'there is no key yet\n', headers: { 'Retry-After': '2' } };
  return { status: 200, text: pem, contentType: 'application/x-pem-file' };
}

const admissions: Readonly<Record<Exclude<Admission, 'admitted'>, Answer>> = {
  unknown: { status: 401, text: 'the token is not known to the API server\n', headers: { 'WWW-Authenticate': 'Bearer' } },
  refused: { status: 403, text: 'not allowed\n' },
  'too often': { status: 429, text: 'too many requests\n', headers: { 'Retry-After': '1' } },
};

/** The one answer to whatever does not open, is malformed, is sealed for others, or is no SealedSecret. */
const failure: Answer = { status: 409, text: '' };

/** Who may not ask is told so at once: that says nothing of any value. All else waits for the grid. */
async function questionAnswer(path: '/v1/verify' | '/v1/rotate', request: IncomingMessage, { data, clock, grid = defaultGrid, readBody }: Answering, signal: AbortSignal): Promise<Answer> {
  const admission = await data.admit(callerOf(request), signal);
  if (admission !== 'admitted') return admissions[admission];
  const body = await readBody(request, (whole) => whole, signal);
  if (body === 'busy') return { status: 503, text: 'too much is asked at the moment\n', headers: { 'Retry-After': '1' } };
  if (body === 'too large') return { status: 413, text: 'too large\n' };
  const askedAt = clock.monotonic();
  const answered = await (path === '/v1/verify' ? verify(data, body, signal) : rotate(data, body, signal));
  const took = clock.monotonic() - askedAt;
  await sleep(clock, Math.max(1, Math.ceil(took / grid)) * grid - took, signal);
  return answered;
}

async function verify(data: SealingData, body: Buffer, signal: AbortSignal): Promise<Answer> {
  return (await data.verify(body, signal).catch(() => false)) ? { status: 200, text: '' } : failure;
}

async function rotate(data: SealingData, body: Buffer, signal: AbortSignal): Promise<Answer> {
  const text = await data.rotate(body, signal).catch(() => undefined);
  return text === undefined ? failure : { status: 200, text, contentType: 'application/json' };
}

function callerOf({ headers, socket }: IncomingMessage): Caller {
  const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const forwarded = headers['x-forwarded-for'];
  const behind = (Array.isArray(forwarded) ? forwarded.at(-1) : forwarded)?.slice(0, 256) ?? '';
  return { ...(token === undefined ? {} : { token }), origin: `${socket.remoteAddress ?? ''} ${behind}` };
}

function send(response: ServerResponse, { status, text, contentType = plain, headers = {} }: Answer, isListening: boolean): void {
  if (response.destroyed) return;
  // what is left of a body that was refused is not the next request
  if (status >= 400 || !isListening) response.setHeader('Connection', 'close');
  response.writeHead(status, { ...headers, 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text), 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}
