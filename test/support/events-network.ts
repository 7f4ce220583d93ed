import { createServer } from 'node:http';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import type { HttpClient } from '../../src/lib/http.ts';
import { listenLocally } from './listen-locally.ts';

/** What a host of the network answers; undefined: 404. */
export interface NetworkAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Hosts of the internet on one local server, each asked over real HTTP under its own name. */
export interface Network extends AsyncDisposable {
  readonly http: HttpClient;
  /** What is asked of whom, in order: `GET https://host/path`. */
  readonly asked: string[];
  /** By URL without its query. */
  readonly answers: Map<string, (query: URLSearchParams) => NetworkAnswer>;
  /** Nobody answers any more, or everybody again. */
  readonly cut: (isCut: boolean) => void;
}

export async function startNetwork(): Promise<Network> {
  const asked: string[] = [];
  const answers: Network['answers'] = new Map();
  let isCut = false;
  const server = createServer((request, response) => {
    const url = new URL(String(request.headers['x-original-url']));
    asked.push(`${request.method ?? ''} ${url.origin}${url.pathname}`);
    if (isCut) {
      request.socket.destroy();
      return;
    }
    const { status = 200, headers = {}, body = '' } = answers.get(`${url.origin}${url.pathname}`)?.(url.searchParams) ?? { status: 404 };
    response.writeHead(status, headers);
    response.end(body);
  });
  const { url: base, close } = await listenLocally(server);
  const client = createHttpClient({ clock: systemClock, allowLoopback: true });
  return {
    http: (request, signal) => client.request({ ...request, url: base, headers: { ...request.headers, 'x-original-url': request.url } }, signal),
    asked,
    answers,
    cut: (value) => (isCut = value),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await close();
    },
  };
}
