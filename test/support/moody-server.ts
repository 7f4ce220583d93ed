import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Certificate } from './certificate.ts';
import { listenLocally } from './listen-locally.ts';

/** What may be wrong with a service, whoever asks. */
export type Mood = 'well' | 'refusing' | 'down' | 'throttling' | 'hanging' | 'garbled' | 'redirecting' | 'elsewhere';

export interface MoodyServer {
  readonly url: string;
  /** How it answers from now on. */
  readonly behave: (mood: Mood) => void;
  /** How many requests it has got. */
  readonly requests: () => number;
  readonly close: () => Promise<void>;
}

/** A request with its body read. */
export interface ServedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly form: URLSearchParams;
  /** Whether the client has shown a certificate that is trusted. */
  readonly hasCertificate: boolean;
}

export interface ServedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, unless it is a text or bytes. */
  readonly body?: unknown;
}

export type Serve = (request: ServedRequest) => ServedAnswer;

/** A text that is in bodies of answers that nobody should quote. */
export const unquotable = 'unquotable-answer-5d1f';

const moods: Readonly<Record<Exclude<Mood, 'well' | 'hanging'>, ServedAnswer>> = {
  refusing: { status: 403, body: { message: unquotable, error: unquotable, errors: [unquotable] } },
  down: { status: 503, body: unquotable },
  throttling: { status: 429, headers: { 'retry-after': '7' }, body: { message: unquotable } },
  garbled: { status: 200, body: `<html>${unquotable}</html>` },
  /** Something else stands at the address. */
  elsewhere: { status: 404, body: `<html>${unquotable}</html>` },
  redirecting: { status: 302, headers: { location: `/${unquotable}` } },
};

/** Starts a server that speaks what `serve` does, as long as it is in the mood to. */
export async function startMoodyServer(serve: Serve, tls?: Certificate & { readonly ca: string }): Promise<MoodyServer> {
  let mood: Mood = 'well';
  let requests = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const body = Buffer.concat(await request.toArray()).toString('utf8');
    if (mood === 'hanging') return;
    const { status = 200, headers = {}, body: told = '' } = mood === 'well' ? serve(servedOf(request, body)) : moods[mood];
    response.writeHead(status, { 'content-type': typeof told === 'string' ? 'text/html' : 'application/json', ...headers });
    response.end(typeof told === 'string' || told instanceof Uint8Array ? told : JSON.stringify(told));
  };
  const listener: RequestListener = (request, response) => void answer(request, response);
  const server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, listener);
  const { url, close } = await listenLocally(server);
  return {
    url: tls === undefined ? url : url.replace('http:', 'https:'),
    behave: (next) => {
      mood = next;
    },
    requests: () => requests,
    close,
  };
}

function servedOf({ method = '', url = '/', headers, socket }: IncomingMessage, body: string): ServedRequest {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return { method, path: pathname, query: searchParams, headers, body, form: new URLSearchParams(body), hasCertificate: 'authorized' in socket && socket.authorized === true };
}
