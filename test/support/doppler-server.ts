import { createHash } from 'node:crypto';
import type { MoodyServer, ServedAnswer, ServedRequest } from './moody-server.ts';
import { startMoodyServer, unquotable } from './moody-server.ts';

export const dopplerToken = 'dp.st.token-of-the-test';
/** What a token of a service account of the test is exchanged for. */
export const dopplerIdentity = 'identity-of-the-test';

export interface DopplerServer extends MoodyServer {
  /** Sets a secret, as somebody else does. */
  readonly set: (name: string, value: string) => void;
  readonly take: (name: string) => void;
  /** Restricts the visibility of a secret: no token sees its value. */
  readonly hide: (name: string) => void;
  /** Takes back the tokens that were given for tokens of service accounts. */
  readonly revoke: () => void;
  /** Requests in short: `GET /v3/configs/config/secrets/download 304`. */
  readonly seen: readonly string[];
  /** The bodies of exchanges. */
  readonly exchanges: readonly unknown[];
}

interface Body {
  readonly project?: unknown;
  readonly config?: unknown;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly change_requests?: readonly { readonly name: string; readonly shouldDelete?: boolean }[];
  readonly identity?: unknown;
  readonly token?: unknown;
}

function refusal(status: number): ServedAnswer {
  return { status, body: { success: false, messages: [unquotable] } };
}

/**
 * Doppler's API, as far as the config `dev` of the project `chain` goes. It refuses names that are no environment variables, configs that
 * are not there, and hides what is restricted; it answers a known ETag with 304.
 */
export async function startDopplerServer({ life = 600, now = () => Date.now() }: { readonly life?: number; readonly now?: () => number } = {}): Promise<DopplerServer> {
  const secrets = new Map<string, string>([['DOPPLER_CONFIG', 'dev'], ['DOPPLER_PROJECT', 'chain']]);
  const hidden = new Set<string>();
  const tokens = new Set([dopplerToken]);
  const seen: string[] = [];
  const exchanges: unknown[] = [];

  function computed(name: string): string | undefined {
    return secrets.get(name)?.replaceAll(/\$\{([A-Z0-9_]+)\}/g, (_, other: string) => secrets.get(other) ?? '');
  }

  function download({ query, headers }: ServedRequest): ServedAnswer {
    const wanted = query.get('secrets')?.split(',');
    const rename = query.get('name_transformer') === 'lower-kebab' ? (name: string) => name.toLowerCase().replaceAll('_', '-') : (name: string) => name;
    const visible = [...secrets.keys()].filter((name) => !hidden.has(name) && (wanted?.includes(name) ?? true));
    const shown = Object.fromEntries(visible.map((name) => [rename(name), computed(name)]));
    const format = query.get('format') ?? 'json';
    const text = format === 'env' ? Object.entries(shown).map(([name, value]) => `${name}="${value ?? ''}"\n`).join('') : JSON.stringify(shown);
    const etag = `W/"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`;
    if (headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
    return { headers: { etag }, body: text };
  }

  function one(name: string): ServedAnswer {
    const raw = secrets.get(name);
    if (raw === undefined) return refusal(404);
    if (hidden.has(name)) return { body: { name, success: true, value: { raw: null, computed: null, rawVisibility: 'restricted', computedVisibility: 'restricted', note: '' } } };
    return { body: { name, success: true, value: { raw, computed: computed(name), rawVisibility: 'masked', computedVisibility: 'masked', note: '' } } };
  }

  function change(body: Body): ServedAnswer {
    const removed = body.change_requests ?? [];
    const set = Object.entries(body.secrets ?? {});
    if (set.some(([name]) => !/^[A-Z_][A-Z0-9_]*$/.test(name))) return refusal(400);
    for (const { name, shouldDelete } of removed) if (shouldDelete === true) secrets.delete(name);
    for (const [name, value] of set) secrets.set(name, value);
    return { body: { success: true, secrets: {} } };
  }

  function exchange(body: Body): ServedAnswer {
    exchanges.push(body);
    if (body.identity !== dopplerIdentity || typeof body.token !== 'string' || !body.token.startsWith('jwt-of-')) return refusal(401);
    const token = `dp.sait.${exchanges.length}`;
    tokens.add(token);
    return { body: { success: true, token, expires_at: new Date(now() + life * 1000).toISOString() } };
  }

  function serve(request: ServedRequest): ServedAnswer {
    const { method, path, query, headers, body } = request;
    const parsed: Body = body === '' ? {} : (JSON.parse(body) as Body);
    if (method === 'POST' && path === '/v3/auth/oidc') return exchange(parsed);
    const [user = ''] = Buffer.from((headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString('utf8').split(':');
    if (!tokens.has(user)) return refusal(401);
    const where = method === 'GET' ? { project: query.get('project'), config: query.get('config') } : parsed;
    if (where.project !== 'chain' || where.config !== 'dev') return refusal(404);
    switch (`${method} ${path}`) {
      case 'GET /v3/configs/config/secrets/download':
        return download(request);
      case 'GET /v3/configs/config/secret':
        return one(query.get('name') ?? '');
      case 'POST /v3/configs/config/secrets':
        return change(parsed);
      default:
        return refusal(404);
    }
  }

  const server = await startMoodyServer((request) => {
    const answer = serve(request);
    seen.push(`${request.method} ${request.path} ${answer.status ?? 200}`);
    return answer;
  });
  return {
    ...server,
    set: (name, value) => void secrets.set(name, value),
    take: (name) => void secrets.delete(name),
    hide: (name) => void hidden.add(name),
    revoke: () => {
      for (const token of tokens) if (token !== dopplerToken) tokens.delete(token);
    },
    seen,
    exchanges,
  };
}
