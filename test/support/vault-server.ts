import { createHash } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import type { MoodyServer, ServedAnswer, ServedRequest } from './moody-server.ts';
import { startMoodyServer } from './moody-server.ts';

/** What logs in to the server, by the field of `auth`. */
export const vaultLogins = {
  token: 'hvs.root-token-of-the-test',
  roleId: 'role-id-of-the-test',
  secretId: 'secret-id-of-the-test',
  username: 'user',
  password: 'password-of-the-test',
  role: 'reader',
} as const;

export interface VaultServer extends MoodyServer {
  /** Requests in short, logins included: `GET database/creds/app @ns1`. */
  readonly seen: readonly string[];
  /** Headers of the last request. */
  readonly lastHeaders: () => ServedRequest['headers'];
}

export interface VaultServerOptions {
  readonly tls?: Certificate & { readonly ca: string };
  /** The JWTs that log in. */
  readonly jwts?: readonly string[];
}

const denied: ServedAnswer = { status: 403, body: { errors: ['permission denied'] } };
const badLogin: ServedAnswer = { status: 400, body: { errors: ['invalid credentials'] } };

/**
 * Vault's HTTP API, as far as logging in and dynamic secrets go. It answers wrong credentials of AppRole and of users with 400, and
 * tokens and roles that it does not know with 403, as Vault does.
 */
export async function startVaultServer({ tls, jwts = [] }: VaultServerOptions = {}): Promise<VaultServer> {
  const seen: string[] = [];
  const issued = new Set<string>([vaultLogins.token]);
  let lastHeaders: ServedRequest['headers'] = {};

  function logIn(): ServedAnswer {
    const token = `hvs.${createHash('sha256').update(`${issued.size}`).digest('hex').slice(0, 24)}`;
    issued.add(token);
    return { body: { ...emptyAnswer, auth: { ...auth, client_token: token } } };
  }

  const server = await startMoodyServer((request) => {
    const { method, path, headers, query } = request;
    lastHeaders = headers;
    const namespace = headers['x-vault-namespace'];
    const below = decodeURIComponent(path.replace(/^\/v1\//, ''));
    seen.push(`${query.get('list') === 'true' ? 'LIST' : method} ${below}${namespace === undefined ? '' : ` @${String(namespace)}`}`);
    if (headers['x-vault-request'] !== 'true') return { status: 400, body: { errors: ['missing X-Vault-Request'] } };
    const login = /^auth\/(?<mount>.+)\/login(?:\/(?<user>.+))?$/.exec(below)?.groups;
    if (login !== undefined) return isWelcome(login['mount'] ?? '', login['user'], request, jwts) ? logIn() : refusal(login['mount'] ?? '');
    if (!issued.has(String(headers['x-vault-token']))) return denied;
    return answerOf(below, request);
  }, tls);
  return { ...server, seen, lastHeaders: () => lastHeaders };
}

const mounts = ['approle', 'kubernetes', 'ldap', 'userpass', 'jwt', 'cert', 'teams/approle'];

function refusal(mount: string): ServedAnswer {
  if (!mounts.includes(mount)) return { status: 404, body: { errors: ['no handler for route'] } };
  return mount === 'kubernetes' ? denied : badLogin;
}

function isWelcome(mount: string, user: string | undefined, { body, hasCertificate, method }: ServedRequest, jwts: readonly string[]): boolean {
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
