import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as send } from 'undici';
import { listenLocally } from '../listen-locally.ts';

/** One request of the controller, before anybody has answered it. */
export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly isWatch: boolean;
  readonly isWrite: boolean;
}

/**
 * What becomes of a request:
 * - `pass`: it is answered
 * - `status`: the server refuses with this code, and has done nothing
 * - `reset`: the connection breaks before the server hears of it; after so many milliseconds, if told
 * - `lost`: the server does it, and the connection breaks before the answer
 * - `cut`: a watch breaks off after so many milliseconds
 */
export type Fate =
  | { readonly kind: 'pass' }
  | { readonly kind: 'status'; readonly code: number; readonly reason: string }
  | { readonly kind: 'reset'; readonly after: number }
  | { readonly kind: 'lost'; readonly afterwards?: () => void }
  | { readonly kind: 'cut'; readonly after: number };

/** An API server in front of the API server, that does to requests what it is told. One for each life of a controller. */
export interface ApiProxy {
  readonly url: string;
  /** Breaks all connections and takes no more: whoever still lives behind it can do nothing. */
  readonly die: () => void;
  readonly close: () => Promise<void>;
}

/** @param target the API server's address and the PEM of its authority */
export async function startApiProxy(target: { readonly server: string; readonly ca: string }, fateOf: (asked: Asked) => Fate): Promise<ApiProxy> {
  const dispatcher = new Agent({ connect: { ca: target.ca }, connections: 64, headersTimeout: 0, bodyTimeout: 0 });
  const underWay = new Set<Promise<unknown>>();
  let dead = false;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray());
    const { method = 'GET', url = '/' } = request;
    const isWatch = /[?&]watch=(true|1)/.test(url);
    const fate = dead ? ({ kind: 'reset', after: 0 } as const) : fateOf({ method, path: url, isWatch, isWrite: method !== 'GET' });
    if (fate.kind === 'status') return refuse(response, fate);
    if (fate.kind === 'reset') return void setTimeout(() => request.socket.destroy(), fate.after);
    if (dead) return void request.socket.destroy();
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    // what the server has been told it does, whether or not anybody waits for the answer
    const told = send(`${target.server}${url}`, { method, dispatcher, headers: ownHeaders(request), ...(body.length === 0 ? {} : { body }), ...(isWatch ? { signal: gone.signal } : {}) });
    if (!isWatch) underWay.add(told);
    const got = await told.finally(() => underWay.delete(told));
    if (fate.kind === 'lost') {
      await got.body.dump();
      fate.afterwards?.();
      return void request.socket.destroy();
    }
    const { 'transfer-encoding': _chunked, connection: _connection, 'keep-alive': _alive, ...headers } = got.headers;
    // a watch that has nothing to tell yet has begun all the same
    response.writeHead(got.statusCode, headers).flushHeaders();
    const cutting = fate.kind === 'cut' ? setTimeout(() => request.socket.destroy(), fate.after) : undefined;
    try {
      for await (const chunk of got.body) if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
      response.end();
    } finally {
      clearTimeout(cutting);
    }
  };
  // an end that breaks off is what this is for
  const server = createServer((request, response) => void answer(request, response).catch(() => request.socket.destroy()));
  const { url, close } = await listenLocally(server);
  return {
    url,
    die: () => {
      dead = true;
      server.closeAllConnections();
    },
    close: async () => {
      dead = true;
      await close();
      // a write that is broken off may be done all the same, and is then logged as one that failed
      await Promise.allSettled(underWay);
      await dispatcher.destroy();
    },
  };
}

function ownHeaders({ headers }: IncomingMessage): Record<string, string> {
  const { host: _host, connection: _connection, 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = headers;
  return Object.fromEntries(Object.entries(kept).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

function refuse(response: ServerResponse, { code, reason }: Extract<Fate, { kind: 'status' }>): void {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message: `${reason}, says the proxy` };
  response.writeHead(code, { 'content-type': 'application/json', ...(code === 429 ? { 'retry-after': '1' } : {}) }).end(JSON.stringify(status));
}
