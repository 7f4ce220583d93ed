import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { HttpClient, HttpRequest } from '../../src/lib/http.ts';
import { HttpError } from '../../src/lib/http.ts';

/** The Secrets of one namespace as the API server serves them: enough of its wire for an adapter, and nothing of an adapter. */
export interface SecretsApi {
  readonly http: HttpClient;
  /** Stores a Secret with one key, `value`. */
  readonly store: (name: string, value: Uint8Array, labels?: Readonly<Record<string, string>>) => void;
  readonly remove: (name: string) => void;
  /** Lets nobody get this Secret. */
  readonly deny: (name: string) => void;
  /** What becomes of requests from now on. */
  behave: 'answer' | 'hang' | 'break';
}

const written = z.object({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional(), resourceVersion: z.string().optional() }),
  data: z.record(z.string(), z.base64()).optional(),
});

type Written = z.output<typeof written>;

interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** @param token the only one that is let in */
export function createSecretsApi(namespace: string, token: string): SecretsApi {
  const secrets = new Map<string, Written>();
  const denied = new Set<string>();
  let versions = 0;
  const keep = (secret: Written): Answered => {
    versions += 1;
    const stored = { ...secret, metadata: { ...secret.metadata, namespace, uid: createHash('sha256').update(secret.metadata.name).digest('hex'), resourceVersion: String(versions) } };
    secrets.set(secret.metadata.name, stored);
    return { status: 200, body: stored };
  };

  function one({ method, body }: HttpRequest, name: string): Answered {
    const there = secrets.get(name);
    if (denied.has(name)) return failure(403, 'Forbidden');
    if (there === undefined) return failure(404, 'NotFound');
    if (method === 'GET') return { status: 200, body: there };
    if (method === 'DELETE') {
      secrets.delete(name);
      return { status: 200, body: { kind: 'Status', status: 'Success' } };
    }
    const secret = written.parse(JSON.parse(String(body)));
    return secret.metadata.resourceVersion === there.metadata.resourceVersion ? keep(secret) : failure(409, 'Conflict');
  }

  function many({ method, body, headers }: HttpRequest, query: URLSearchParams): Answered {
    if (method === 'POST') {
      const secret = written.parse(JSON.parse(String(body)));
      return secrets.has(secret.metadata.name) ? failure(409, 'AlreadyExists') : keep(secret);
    }
    const wanted = (query.get('labelSelector') ?? '').split(',').filter((term) => term !== '').map((term) => term.split('='));
    const items = [...secrets.values()].filter(({ metadata: { labels = {} } }) => wanted.every(([key = '', value]) => labels[key] === value));
    const [from, limit] = [Number(query.get('continue') ?? 0), Number(query.get('limit'))];
    const more = from + limit < items.length ? { continue: String(from + limit), remainingItemCount: items.length - from - limit } : { continue: '' };
    const page = items.slice(from, from + limit);
    if (headers?.['accept']?.includes('as=PartialObjectMetadataList') !== true) return { status: 200, body: { kind: 'SecretList', metadata: more, items: page } };
    return { status: 200, body: { kind: 'PartialObjectMetadataList', metadata: more, items: page.map(({ metadata }) => ({ metadata })) } };
  }

  function answer(request: HttpRequest): Answered {
    const { pathname, searchParams } = new URL(request.url);
    if (request.headers?.['authorization'] !== `Bearer ${token}`) return failure(401, 'Unauthorized');
    const [, name] = new RegExp(`^/api/v1/namespaces/${namespace}/secrets(?:/([^/]+))?$`).exec(pathname) ?? [pathname, '/'];
    return name === '/' ? failure(404, 'NotFound') : name === undefined ? many(request, searchParams) : one(request, name);
  }

  const api: SecretsApi = {
    behave: 'answer',
    store: (name, value, labels = {}) => void keep({ metadata: { name, labels }, data: { value: Buffer.from(value).toString('base64') } }),
    remove: (name) => void secrets.delete(name),
    deny: (name) => void denied.add(name),
    http: async (request, signal) => {
      signal.throwIfAborted();
      if (api.behave === 'break') throw new HttpError('unreachable', 'the host cannot be reached');
      if (api.behave === 'hang') return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
      const { status, body } = answer(request);
      return { status, headers: {}, body: Buffer.from(JSON.stringify(body)) };
    },
  };
  return api;
}

function failure(code: number, reason: string): Answered {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code } };
}
