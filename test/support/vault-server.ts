import { createHash } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import type { MoodyServer, ServedAnswer, ServedRequest } from './moody-server.ts';
import { startMoodyServer } from './moody-server.ts';
import type { VaultKv } from './vault-kv.ts';
import { createKv1, createKv2, refused } from './vault-kv.ts';
import { isSignedByAws, isSignedByGoogle } from './vault-signatures.ts';

/** What logs in to the server, by the field of `auth`. */
export const vaultLogins = {
  token: 'hvs.root-token-of-the-test',
  roleId: 'role-id-of-the-test',
  secretId: 'secret-id-of-the-test',
  username: 'user',
  password: 'password-of-the-test',
  role: 'reader',
  accessKeyId: 'AKIDOFTHETEST',
  secretAccessKey: 'secret-access-key-of-the-test',
  /** What the AWS method is configured to be called. */
  serverId: 'vault.example.com',
} as const;

export interface VaultServer extends MoodyServer {
  /** Requests in short, logins included: `GET database/creds/app @ns1`. */
  readonly seen: readonly string[];
  /** Headers of the last request. */
  readonly lastHeaders: () => ServedRequest['headers'];
  /** What is asked about this path is denied from now on. */
  readonly deny: (path: string) => void;
  /** Every request gets this status from now on; undefined: as it should. */
  readonly answerWith: (answer: ServedAnswer | undefined) => void;
  /** Forgets all tokens that logins gave, as when their time is over. */
  readonly endTokens: () => void;
  /** The tokens that logins gave and that nobody gave back. */
  readonly openTokens: () => number;
  /** How long tokens are good that logins give from now on, and for how long they are prolonged. */
  readonly lease: (lease: Lease) => void;
  /** Answers from now on as a node that has not heard of the last write. */
  readonly fallBehind: () => void;
}

export interface Lease {
  readonly seconds: number;
  readonly renewable: boolean;
  /** What a renewal gives; absent: as much again. */
  readonly renewedSeconds?: number;
}

export interface VaultServerOptions {
  readonly tls?: Certificate & { readonly ca: string };
  /** The JWTs that log in. */
  readonly jwts?: readonly string[];
  /** PEM: the public key of the service account of Google that logs in. */
  readonly googleKey?: string;
}

const denied: ServedAnswer = { status: 403, body: { errors: ['permission denied'] } };
const badLogin: ServedAnswer = { status: 400, body: { errors: ['invalid credentials'] } };

/**
 * Vault's HTTP API, as far as logging in, tokens, dynamic secrets and key-value engines go: one of version v2 at `secret`, one of
 * version v1 at `kv`. It answers wrong credentials of AppRole and of users with 400, and tokens and roles that it does not know with
 * 403, as Vault does.
 */
export async function startVaultServer(options: VaultServerOptions = {}): Promise<VaultServer> {
  const seen: string[] = [];
  const issued = new Set<string>();
  const deniedPaths = new Set<string>();
  const engines: Readonly<Record<string, VaultKv>> = { secret: createKv2(), kv: createKv1() };
  let lease: Lease = { seconds: 3600, renewable: true };
  let lastHeaders: ServedRequest['headers'] = {};
  let fixed: ServedAnswer | undefined;
  let isBehind = false;
  let [logins, writes] = [0, 0];

  function logIn(): ServedAnswer {
    logins += 1;
    const token = `hvs.${createHash('sha256').update(`${logins}`).digest('hex').slice(0, 24)}`;
    issued.add(token);
    return { body: { ...emptyAnswer, auth: { ...auth, client_token: token, lease_duration: lease.seconds, renewable: lease.renewable } } };
  }

  function ownCall(what: string, token: string, request: ServedRequest): ServedAnswer {
    if (what === 'lookup-self') return { body: { ...emptyAnswer, data: { id: token, ttl: lease.seconds, type: 'service', ...namespaceOf(request) } } };
    if (what === 'revoke-self') return issued.delete(token) ? { status: 204 } : badLogin;
    if (!lease.renewable) return refused(400, 'lease is not renewable');
    return { body: { ...emptyAnswer, auth: { ...auth, client_token: token, lease_duration: lease.renewedSeconds ?? lease.seconds } } };
  }

  /** Writes tell how far the cluster is; a node that is behind says so to who shows it, and answers who does not with what was before. */
  function engineAnswer(engine: VaultKv, path: string, request: ServedRequest): ServedAnswer {
    if (request.method === 'PUT' || request.method === 'DELETE') {
      writes += 1;
      const answer = engine.answer(path, request);
      return { ...answer, headers: { 'x-vault-index': indexOf(writes) } };
    }
    if (!isBehind || request.headers['x-vault-inconsistent'] === 'forward-active-node') return engine.answer(path, request);
    return request.headers['x-vault-index'] === indexOf(writes) ? refused(412, 'required index state not present') : engine.before().answer(path, request);
  }

  const server = await startMoodyServer((request) => {
    const { method, path, headers, query } = request;
    lastHeaders = headers;
    const namespace = headers['x-vault-namespace'];
    const below = decodeURIComponent(path.replace(/^\/v1\//, ''));
    seen.push(`${query.get('list') === 'true' ? 'LIST' : method} ${below}${namespace === undefined ? '' : ` @${String(namespace)}`}`);
    if (fixed !== undefined) return fixed;
    if (headers['x-vault-request'] !== 'true') return { status: 400, body: { errors: ['missing X-Vault-Request'] } };
    const login = /^auth\/(?<mount>.+)\/login(?:\/(?<user>.+))?$/.exec(below)?.groups;
    if (login !== undefined) return isWelcome(login['mount'] ?? '', login['user'], request, options) ? logIn() : refusal(login['mount'] ?? '');
    const token = String(headers['x-vault-token']);
    if (token !== vaultLogins.token && !issued.has(token)) return denied;
    const own = /^auth\/token\/(lookup-self|renew-self|revoke-self)$/.exec(below)?.[1];
    if (own !== undefined) return ownCall(own, token, request);
    if (deniedPaths.has(below)) return denied;
    const [mount = '', ...rest] = below.split('/');
    const engine = engines[mount];
    return engine === undefined ? answerOf(below, request) : engineAnswer(engine, rest.join('/'), request);
  }, options.tls);
  return {
    ...server,
    seen,
    lastHeaders: () => lastHeaders,
    deny: (path) => void deniedPaths.add(path),
    answerWith: (answer) => {
      fixed = answer;
    },
    endTokens: () => issued.clear(),
    openTokens: () => issued.size,
    lease: (next) => {
      lease = next;
    },
    fallBehind: () => {
      isBehind = true;
    },
  };
}

/** Tokens are of the namespace that they are asked about in. */
function namespaceOf({ headers }: ServedRequest): object {
  const namespace = headers['x-vault-namespace'];
  return namespace === undefined ? {} : { namespace_path: `${String(namespace)}/` };
}

function indexOf(writes: number): string {
  return Buffer.from(`v1:cluster:${writes}:0:signature`).toString('base64');
}

const mounts = ['approle', 'kubernetes', 'ldap', 'userpass', 'jwt', 'cert', 'aws', 'gcp', 'teams/approle'];

function refusal(mount: string): ServedAnswer {
  if (!mounts.includes(mount)) return { status: 404, body: { errors: ['no handler for route'] } };
  return mount === 'kubernetes' ? denied : badLogin;
}

function isWelcome(mount: string, user: string | undefined, { body, hasCertificate, method }: ServedRequest, { jwts = [], googleKey }: VaultServerOptions): boolean {
  if (method !== 'PUT') return false;
  const said: unknown = JSON.parse(body);
  const field = (name: string): unknown => (typeof said === 'object' && said !== null ? Reflect.get(said, name) : undefined);
  switch (mount) {
    case 'approle':
    case 'teams/approle':
      return field('role_id') === vaultLogins.roleId && field('secret_id') === vaultLogins.secretId;
    case 'ldap':
    case 'userpass':
      return user === vaultLogins.username && field('password') === vaultLogins.password;
    case 'kubernetes':
      return field('role') === vaultLogins.role && jwts.includes(String(field('jwt')));
    case 'jwt':
      return [undefined, vaultLogins.role].some((role) => role === field('role')) && jwts.includes(String(field('jwt')));
    case 'cert':
      return hasCertificate;
    case 'aws':
      return field('role') === vaultLogins.role && isSignedByAws(field, vaultLogins);
    case 'gcp':
      return field('role') === vaultLogins.role && (jwts.includes(String(field('jwt'))) || isSignedByGoogle(String(field('jwt')), { key: googleKey, audience: `vault/${vaultLogins.role}` }));
    default:
      return false;
  }
}

const emptyAnswer = { request_id: 'r-1', lease_id: '', renewable: false, lease_duration: 0, data: null, wrap_info: null, warnings: null, auth: null };
const auth = { client_token: '', accessor: 'a-1', policies: ['default'], token_policies: ['default'], metadata: { role: 'x' }, lease_duration: 3600, renewable: true, entity_id: '', token_type: 'service', orphan: true };

function answerOf(path: string, { method, query, body }: ServedRequest): ServedAnswer {
  switch (path) {
    case 'database/creds/app':
      return { body: { ...emptyAnswer, lease_id: 'database/creds/app/1', lease_duration: 3600, renewable: true, data: { username: 'v-app', password: 'p-app', ttl: 1.5, roles: ['a', 'b'], none: null } } };
    case 'auth/token/create':
      return { body: { ...emptyAnswer, auth: { ...auth, client_token: 'hvs.created' } } };
    case 'echo':
      return { body: { ...emptyAnswer, data: { method, query: query.toString(), body } } };
    case 'list':
      return query.get('list') === 'true' ? { body: { ...emptyAnswer, data: { keys: ['a', 'b/'] } } } : { status: 405, body: { errors: ['unsupported operation'] } };
    case 'nothing':
      return { status: 204 };
    case 'gone':
      return { status: 404, body: { ...emptyAnswer, data: { deleted: true } } };
    case 'forbidden':
      return denied;
    case 'broken':
      return { status: 500, body: { errors: ['1 error occurred: secret in here'] } };
    default:
      return { status: 404, body: { errors: [] } };
  }
}
