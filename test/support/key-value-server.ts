import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenLocally } from './listen-locally.ts';

/** One request, as it was counted. */
export interface KeyValueRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
}

/**
 * A service that keeps values below `/kv/`, for whoever has its token: GET (a version of it with `?version=`), POST and DELETE of
 * `/kv/<key>`. Enough of a web service for templates to ask, and nothing of an adapter.
 */
export interface KeyValueServer {
  readonly url: string;
  /** Stores a new current value. Returns its version. */
  readonly store: (key: string, value: Uint8Array) => string;
  readonly remove: (key: string) => void;
  /** Lets nobody read or write this key. */
  readonly deny: (key: string) => void;
  readonly behave: (mood: 'well' | 'down' | 'hanging') => void;
  /** Every request since the start, in order. */
  readonly requests: readonly KeyValueRequest[];
  readonly close: () => Promise<void>;
}

interface Answered {
  readonly status: number;
  readonly body?: Uint8Array;
}

/** @param token the only one that is let in */
export async function startKeyValueServer(token: string): Promise<KeyValueServer> {
  const values = new Map<string, readonly Uint8Array[]>();
  const denied = new Set<string>();
  const requests: KeyValueRequest[] = [];
  let mood: 'well' | 'down' | 'hanging' = 'well';

  const store = (key: string, value: Uint8Array): string => {
    const versions = [...(values.get(key) ?? []), value];
    values.set(key, versions);
    return String(versions.length);
  };

  function answer({ method = '', headers }: IncomingMessage, url: URL, body: Uint8Array): Answered {
    const key = decodeURIComponent(/^\/kv\/([^/]+)$/.exec(url.pathname)?.[1] ?? '');
    if (headers.authorization !== `Bearer ${token}`) return { status: 401 };
    if (denied.has(key)) return { status: 403 };
    if (key === '' || key.includes('!')) return { status: 400 };
    if (method === 'POST') return { status: 201, body: Buffer.from(store(key, body)) };
    const versions = values.get(key);
    if (versions === undefined) return { status: 404 };
    if (method === 'DELETE') return values.delete(key) ? { status: 204 } : { status: 404 };
    const version = url.searchParams.get('version') ?? '';
    const found = version === '' ? versions.at(-1) : versions[Number(version) - 1];
    return found === undefined ? { status: 404 } : { status: 200, body: found };
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '/' } = request;
    requests.push({ method, path: url });
    const body = Buffer.concat(await request.toArray());
    if (mood === 'hanging') return;
    const { status, body: told = new Uint8Array() } = mood === 'down' ? { status: 503 } : answer(request, new URL(url, 'http://localhost'), body);
    response.writeHead(status).end(told);
  };

  const { url, close } = await listenLocally(createServer((request, response) => void serve(request, response)));
  return {
    url,
    store,
    remove: (key) => void values.delete(key),
    deny: (key) => void denied.add(key),
    behave: (next) => {
      mood = next;
    },
    requests,
    close,
  };
}
