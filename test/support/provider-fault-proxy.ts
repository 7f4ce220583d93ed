import { once } from 'node:events';
import { createServer, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createSecureServer, Http2ServerResponse, type Http2ServerRequest } from 'node:http2';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Certificate } from './certificate.ts';
import { listeningPort } from './listening-port.ts';

/** A request as the proxy has read it. */
export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer as the service gave it, or as a fault makes it up. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Of HTTP/2: gRPC says there how a call went. */
  readonly trailers?: Readonly<Record<string, string>>;
}

/** The service behind the proxy. */
export type Upstream = (asked: Asked) => Promise<Told>;

/** One request and all that may become of it. */
export interface Exchange {
  readonly asked: Asked;
  /** How many requests there were since the fault began, this one included. */
  readonly count: number;
  /** What the service answers: nothing is asked of it otherwise. */
  readonly answer: () => Promise<Told>;
  /** What it answered to the same request when answers were last remembered. */
  readonly remembered: () => Told | undefined;
  readonly send: (told: Told) => void;
  /** Sends the head, which promises the whole body, and so many bytes of it. */
  readonly begin: (told: Told, bytes: number) => void;
  /** Sends more of a body that was begun; false where nobody listens any more. */
  readonly more: (bytes: Uint8Array) => boolean;
  /** Breaks the connection. */
  readonly reset: () => void;
  /** Tells an HTTP/2 client that the connection takes no more requests, and ends it. */
  readonly goAway: () => void;
}

export type WireFault = (exchange: Exchange) => void | Promise<void>;

export interface ProviderFaultProxyOptions {
  readonly upstream: Upstream;
  /** Speaks TLS with this certificate, HTTP/2 to who offers it; absent: plain HTTP. */
  readonly certificate?: Certificate;
  /** The name in the URL; absent: the address. */
  readonly host?: string;
}

/** Stands between an adapter and a service, and does to answers what networks, proxies and ailing services do. */
export interface ProviderFaultProxy {
  readonly url: string;
  /** Undefined: answers pass as they are. What is under way under another fault is cut. */
  readonly behave: (fault: WireFault | undefined) => void;
  /** Remembers from now on, or no more, what is answered to each request. */
  readonly remember: (remembers: boolean) => void;
  readonly certify: (certificate: Certificate) => void;
  /** Breaks all connections. */
  readonly cut: () => void;
  /** Requests since the last `behave`. */
  readonly requests: () => number;
  /** Connections that are open. */
  readonly open: () => number;
  /** The most that were open at once since the last `behave`. */
  readonly mostOpen: () => number;
  readonly close: () => Promise<void>;
}

/** What belongs to one connection and may not pass to another. */
const hopByHop: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'upgrade', 'te', 'host']);

/** @see ProviderFaultProxy */
export async function startProviderFaultProxy({ upstream, certificate, host = '127.0.0.1' }: ProviderFaultProxyOptions): Promise<ProviderFaultProxy> {
  const sockets = new Set<Socket>();
  const known = new Map<string, Told>();
  let fault: WireFault | undefined;
  let [requests, mostOpen, remembers] = [0, 0, false];

  const serve = async (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): Promise<void> => {
    const asked: Asked = { method: request.method ?? '', path: request.url ?? '/', headers: headersOf(request.headers), body: await buffer(request) };
    const id = JSON.stringify([asked.method, asked.path, asked.body.toString('latin1')]);
    requests += 1;
    const answer = async (): Promise<Told> => {
      const told = await upstream(asked);
      if (remembers) known.set(id, told);
      return told;
    };
    const exchange = exchangeOf(response, certificate !== undefined, { asked, count: requests, answer, remembered: () => known.get(id) });
    await (fault ?? passOn)(exchange);
  };
  const listener = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void => {
    // the other end may be gone at any moment: that is what this is for
    for (const stream of [request, response]) stream.on('error', () => {});
    serve(request, response).catch(() => response.destroy());
  };
  const server = certificate === undefined ? createServer(listener) : createSecureServer({ allowHTTP1: true, ...certificate }, listener);
  server.on(certificate === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket);
    mostOpen = Math.max(mostOpen, sockets.size);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.on('sessionError', () => {}).on('tlsClientError', () => {});
  const port = await listeningPort(server);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://${host}:${port}`,
    behave: (next) => {
      fault = next;
      requests = 0;
      mostOpen = sockets.size;
    },
    remember: (value) => {
      remembers = value;
    },
    certify: (next) => {
      if ('setSecureContext' in server) server.setSecureContext({ ...next });
      cut();
    },
    cut,
    requests: () => requests,
    open: () => sockets.size,
    mostOpen: () => mostOpen,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}

const passOn: WireFault = async ({ answer, send }) => send(await answer());

function exchangeOf(response: ServerResponse | Http2ServerResponse, isTls: boolean, known: Pick<Exchange, 'asked' | 'count' | 'answer' | 'remembered'>): Exchange {
  const isHttp2 = response instanceof Http2ServerResponse;
  const head = ({ status, headers, body }: Told): void => {
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) if (!hopByHop.has(name) && !name.startsWith(':')) response.setHeader(name, value);
    // gRPC says no length
    if (!isHttp2) response.setHeader('content-length', body.length);
  };
  const write = (bytes: Uint8Array): boolean => (isHttp2 ? response.write(bytes) : response.write(bytes));
  return {
    ...known,
    send: (told) => {
      head(told);
      if (told.trailers !== undefined) response.addTrailers({ ...told.trailers });
      if (told.body.length > 0) write(told.body);
      response.end();
    },
    begin: (told, bytes) => {
      head(told);
      if (isHttp2) response.writeHead(told.status);
      else response.flushHeaders();
      if (bytes > 0) write(told.body.subarray(0, bytes));
    },
    more: (bytes) => {
      if (response.destroyed || response.writableEnded || response.socket?.destroyed === true) return false;
      write(bytes);
      return true;
    },
    reset: () => {
      if (isHttp2) response.stream.session?.destroy();
      // a socket of TLS only closes
      else if (isTls) response.socket?.destroy();
      else response.socket?.resetAndDestroy();
    },
    goAway: () => {
      if (!isHttp2) throw new Error('only HTTP/2 has GOAWAY');
      response.stream.session?.goaway();
      response.stream.session?.close();
    },
  };
}

/** Asks a server of this machine over plain HTTP. @param change what to make of the request before */
export function forwardTo(url: string, change: (asked: Asked) => Asked = (asked) => asked): Upstream {
  const { hostname, port } = new URL(url);
  return async (original) => {
    const { method, path, headers, body } = change(original);
    const sent = requestHttp({ hostname, port, method, path, headers: { ...withoutHops(headers), 'content-length': body.length }, agent: false });
    sent.end(body);
    const [answer]: readonly IncomingMessage[] = await once(sent, 'response');
    if (answer === undefined) throw new Error('no response');
    return { status: answer.statusCode ?? 0, headers: headersOf(answer.headers), body: await buffer(answer) };
  };
}

/** Calls a gRPC server of this machine, each call on a connection of its own. */
export function forwardGrpc(url: string, ca: string): Upstream {
  return async ({ method, path, headers, body }) => {
    const session = connectHttp2(url, { ca });
    session.on('error', () => {});
    try {
      const stream = session.request({ ...withoutHops(headers), te: 'trailers', ':method': method, ':path': path });
      const trailers: Record<string, string> = {};
      stream.on('trailers', (told) => Object.assign(trailers, headersOf(told)));
      stream.end(body);
      const [told] = await once(stream, 'response');
      const content = await buffer(stream);
      const isBare = content.length === 0 && Object.keys(trailers).length === 0;
      return { status: Number(told[':status']), headers: headersOf(told), body: content, ...(isBare ? {} : { trailers }) };
    } finally {
      session.close();
    }
  };
}

function withoutHops(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !name.startsWith(':')));
}

/** Names of one text each; HTTP/2's own names among them. */
function headersOf(headers: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : Array.isArray(value) ? [[name, value.join(', ')]] : [])));
}
