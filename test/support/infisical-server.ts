import { createVerify, type KeyObject } from 'node:crypto';
import type { MoodyServer, ServedAnswer, ServedRequest } from './moody-server.ts';
import { startMoodyServer } from './moody-server.ts';

/** What logs in to the server, by the method's path. */
export const infisicalLogins = {
  'universal-auth': { clientId: 'client-id-of-the-test', clientSecret: 'client-secret-of-the-test' },
  'jwt-auth': { identityId: 'identity-of-the-test', jwt: 'jwt-of-the-test' },
  'ldap-auth': { identityId: 'identity-of-the-test', username: 'user', password: ' password of the test ' },
  'azure-auth': { identityId: 'identity-of-the-test', jwt: 'token-of-azure' },
  'gcp-auth': { identityId: 'identity-of-the-test', jwt: 'token.of.google' },
  'kubernetes-auth': { identityId: 'identity-of-the-test', jwt: 'token-of-the-cluster' },
} as const;

export const infisicalToken = 'st.access-token-of-the-test';

type Body = Readonly<Record<string, unknown>>;

export interface InfisicalServer extends MoodyServer {
  /** Sets a secret of a folder, and makes the folder. Returns its version. */
  readonly set: (name: string, value: string, folder?: string) => string;
  readonly take: (name: string, folder?: string) => void;
  /** The identity may know that there is this secret and no more, or nothing of it. */
  readonly hide: (name: string, how: 'value' | 'all') => void;
  /** What another folder has is in `/` too. */
  readonly importFrom: (folder: string) => void;
  /** No list is given any more, as where a reference in one of its secrets leads to what the identity may not see. */
  readonly forbidLists: () => void;
  /** Changes wait for approval. */
  readonly askForApproval: () => void;
  /** The tokens that were given are refused from now on. */
  readonly revokeAll: () => void;
  /** Requests in short: `GET /v3/secrets/raw /`. */
  readonly seen: readonly string[];
  /** The bodies of logins. */
  readonly logins: readonly Body[];
}

const refusal = (status: number, message: string, error: string): ServedAnswer => ({ status, body: { reqId: 'r-1', statusCode: status, message, error } });
const unauthorized = refusal(401, 'Invalid credentials', 'UnauthorizedError');
const forbidden = refusal(403, 'You do not have permission', 'PermissionDenied');
const noFolder = (path: string): ServedAnswer => refusal(404, `Folder with path '${path}' in environment with slug 'x' not found`, 'NotFound');

/** Infisical's API: the environment `dev` of the project `chain`, whose folders are made by what is put into them. It keeps versions, and answers a list of a folder that is not there with nothing. */
export async function startInfisicalServer({ life = 7200, ociKey, olderPaths = false }: { readonly life?: number; readonly ociKey?: KeyObject; readonly olderPaths?: boolean } = {}): Promise<InfisicalServer> {
  const folders = new Map<string, Map<string, string[]>>([['/', new Map()]]);
  const hidden = new Map<string, 'value' | 'all'>();
  const imports: string[] = [];
  const tokens = new Set<string>([infisicalToken]);
  const seen: string[] = [];
  const logins: Body[] = [];
  let mayList = true;
  let asksForApproval = false;

  const expanded = (value: string): string => value.replaceAll(/\$\{([\w-]+)\}/g, (_, other: string) => folders.get('/')?.get(other)?.at(-1) ?? '');
  const shown = (name: string, versions: readonly string[], folder: string, query: URLSearchParams, version = versions.length): Body => {
    const value = versions[version - 1] ?? '';
    const isHidden = hidden.get(name) === 'value';
    return {
      id: `id-${name}`,
      secretKey: name,
      secretValue: isHidden ? '<hidden-by-infisical>' : query.get('expandSecretReferences') === 'true' ? expanded(value) : value,
      secretValueHidden: isHidden,
      secretPath: folder,
      version,
      type: 'shared',
      secretComment: '',
      tags: [],
    };
  };

  function list(query: URLSearchParams): ServedAnswer {
    if (!mayList) return forbidden;
    const path = query.get('secretPath') ?? '/';
    const isWithin = (folder: string): boolean => folder === path || (query.get('recursive') === 'true' && folder.startsWith(path === '/' ? '/' : `${path}/`));
    const of = (folder: string): readonly Body[] => [...(folders.get(folder) ?? [])].flatMap(([name, versions]) => (hidden.get(name) === 'all' ? [] : [shown(name, versions, folder, query)]));
    const imported = query.get('include_imports') === 'true' && path === '/' ? imports.map((folder) => ({ secretPath: folder, environment: 'dev', secrets: of(folder) })) : [];
    return { body: { secrets: [...folders.keys()].filter(isWithin).flatMap(of), imports: imported } };
  }

  function single(name: string, query: URLSearchParams): ServedAnswer {
    const path = query.get('secretPath') ?? '/';
    const folder = folders.get(path);
    if (folder === undefined) return noFolder(path);
    if (hidden.get(name) !== undefined) return forbidden;
    const imported = query.get('include_imports') === 'true' && path === '/' ? imports.toReversed().find((other) => folders.get(other)?.has(name) === true) : undefined;
    const versions = folder.get(name) ?? (imported === undefined ? undefined : folders.get(imported)?.get(name));
    const version = query.has('version') ? Number(query.get('version')) : versions?.length;
    if (versions === undefined || version === undefined || versions[version - 1] === undefined) return refusal(404, `Secret with name '${name}' not found`, 'NotFound');
    return { body: { secret: shown(name, versions, path, query, version) } };
  }

  function change(method: string, name: string, text: string): ServedAnswer {
    const body = JSON.parse(text) as Body;
    if (body['workspaceId'] !== 'id-of-chain' || body['environment'] !== 'dev') return refusal(404, 'Project not found', 'NotFound');
    if (/[\s:/]/.test(name)) return refusal(422, 'Secret name is not valid', 'ValidationFailure');
    const folder = folders.get(String(body['secretPath']));
    if (folder === undefined) return noFolder(String(body['secretPath']));
    const there = folder.get(name);
    if (method !== 'POST' && there === undefined) return refusal(404, `Secret with name '${name}' not found`, 'NotFound');
    if (method === 'POST' && there !== undefined) return refusal(400, 'Secret already exist', 'BadRequest');
    if (asksForApproval) return { body: { approval: { id: 'approval-1', status: 'open' } } };
    if (method === 'DELETE') folder.delete(name);
    else folder.set(name, [...(there ?? []), String(body['secretValue'])]);
    return { body: { secret: { secretKey: name } } };
  }

  function logIn(method: string, text: string): ServedAnswer {
    const body = JSON.parse(text) as Body;
    logins.push(body);
    const wanted: Body | undefined = Object.entries(infisicalLogins).find(([name]) => name === method)?.[1];
    const isWelcome = method === 'oci-auth' ? isSigned(body, ociKey) : wanted !== undefined && Object.entries(wanted).every(([key, value]) => body[key] === value);
    if (!isWelcome) return unauthorized;
    const token = `st.token-${logins.length}`;
    tokens.add(token);
    return { body: { accessToken: token, expiresIn: life, accessTokenMaxTTL: 2_592_000, tokenType: 'Bearer' } };
  }

  function serve({ method, path: whole, query, headers, body }: ServedRequest): ServedAnswer {
    const path = whole.replace(/^\/api/, '');
    seen.push(`${method} ${path}${query.has('secretPath') ? ` ${query.get('secretPath')}` : ''}`);
    const [, login] = /^\/v1\/auth\/([a-z-]+)\/login$/.exec(path) ?? [];
    if (login !== undefined) return logIn(login, body);
    if (path === '/v1/auth/token/revoke') {
      tokens.delete(String((JSON.parse(body) as Body)['accessToken']));
      return { body: { message: 'Successfully revoked access token' } };
    }
    if (!tokens.has((headers.authorization ?? '').replace(/^Bearer /, ''))) return unauthorized;
    if (path === `/v1/${olderPaths ? 'workspace' : 'projects'}/slug/chain`) return { body: { id: 'id-of-chain', slug: 'chain' } };
    const [, name] = /^\/v3\/secrets\/raw(?:\/([^/]+))?$/.exec(path) ?? [];
    if (!path.startsWith('/v3/secrets/raw')) return refusal(404, 'Route not found', 'NotFound');
    if (method !== 'GET') return change(method, decodeURIComponent(name ?? ''), body);
    if (query.get('workspaceSlug') !== 'chain') return refusal(404, `Project with slug '${query.get('workspaceSlug')}' not found`, 'NotFound');
    if (query.get('environment') !== 'dev') return name === undefined ? { body: { secrets: [], imports: [] } } : noFolder(query.get('secretPath') ?? '/');
    return name === undefined ? list(query) : single(decodeURIComponent(name), query);
  }

  const server = await startMoodyServer(serve);
  return {
    ...server,
    set: (name, value, folder = '/') => {
      const versions = [...(folders.get(folder)?.get(name) ?? []), value];
      folders.set(folder, (folders.get(folder) ?? new Map<string, string[]>()).set(name, versions));
      return String(versions.length);
    },
    take: (name, folder = '/') => void folders.get(folder)?.delete(name),
    hide: (name, how) => void hidden.set(name, how),
    importFrom: (folder) => void imports.push(folder),
    forbidLists: () => {
      mayList = false;
    },
    askForApproval: () => {
      asksForApproval = true;
    },
    revokeAll: () => tokens.clear(),
    seen,
    logins,
  };
}

/** What Oracle Cloud would say to the request that is signed so. */
function isSigned({ headers, userOcid, identityId }: Body, key: KeyObject | undefined): boolean {
  if (key === undefined || typeof headers !== 'object' || headers === null || identityId !== 'identity-of-the-test') return false;
  const { host, date, authorization } = headers as Readonly<Record<string, string>>;
  const [, keyId, signature] = /^Signature version="1",headers="date \(request-target\) host",keyId="([^"]+)",algorithm="rsa-sha256",signature="([^"]+)"$/.exec(authorization ?? '') ?? [];
  if (keyId !== `tenancy/${String(userOcid)}/aa:bb` || signature === undefined || !/^identity\.[a-z]{2}-[a-z]+-[1-9]\.oraclecloud\.com$/.test(host ?? '')) return false;
  return createVerify('RSA-SHA256').update(`date: ${date ?? ''}\n(request-target): get /20160918/users/${String(userOcid)}\nhost: ${host ?? ''}`).verify(key, signature, 'base64');
}
