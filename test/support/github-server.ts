import { createVerify, type KeyObject } from 'node:crypto';
import type { MoodyServer, ServedAnswer, ServedRequest } from './moody-server.ts';
import { startMoodyServer } from './moody-server.ts';

export interface GithubServer extends MoodyServer {
  /** Bodies of the requests that were answered with a token. */
  readonly wanted: readonly unknown[];
  /** The next answers of this kind instead of a token. */
  readonly answer: (answer: ServedAnswer | undefined) => void;
}

/** GitHub's API, as far as tokens of an app's installation go: the app 12345, installed as 678. */
export async function startGithubServer(publicKey: KeyObject, tls?: Parameters<typeof startMoodyServer>[1]): Promise<GithubServer> {
  const wanted: unknown[] = [];
  let instead: ServedAnswer | undefined;
  const server = await startMoodyServer((request) => {
    if (instead !== undefined) return instead;
    if (request.headers['user-agent'] === undefined) return { status: 403, body: { message: 'Request forbidden by administrative rules' } };
    if (!isApp(request, publicKey)) return { status: 401, body: { message: 'A JSON web token could not be decoded' } };
    if (request.path === '/api/v3/repos/acme/testnets/installation') return { status: 200, body: { id: 678 } };
    if (request.path !== '/api/v3/app/installations/678/access_tokens' || request.method !== 'POST') return { status: 404, body: { message: 'Not Found' } };
    const body: unknown = request.body === '' ? undefined : JSON.parse(request.body);
    const repositories: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'repositories') : undefined;
    if (Array.isArray(repositories) && repositories.includes('none')) return { status: 422, body: { message: 'unquotable' } };
    wanted.push(body);
    return { status: 201, body: { token: 'ghs_generated', expires_at: new Date(Date.now() + 3_600_000).toISOString() } };
  }, tls);
  return {
    ...server,
    wanted,
    answer: (answer) => {
      instead = answer;
    },
  };
}

function isApp({ headers }: ServedRequest, publicKey: KeyObject): boolean {
  const [header = '', claims = '', signature = ''] = (headers.authorization ?? '').replace(/^Bearer /, '').split('.');
  if (!createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url')) return false;
  const said: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString());
  if (typeof said !== 'object' || said === null) return false;
  const now = Date.now() / 1000;
  const { iss, iat, exp } = { iss: Reflect.get(said, 'iss'), iat: Number(Reflect.get(said, 'iat')), exp: Number(Reflect.get(said, 'exp')) };
  return iss === '12345' && iat <= now && exp > now && exp - iat <= 600;
}
