import { createVerify, type KeyObject } from 'node:crypto';
import type { MoodyServer, ServedAnswer, ServedRequest } from './moody-server.ts';
import { startMoodyServer } from './moody-server.ts';

export interface GoogleServer extends MoodyServer {
  /** Calls in short: `POST /v1/token for AUDIENCE`. */
  readonly seen: readonly string[];
  /** What was traded in for tokens. */
  readonly subjects: readonly string[];
  /** How many seconds the tokens of keys are good from now on. */
  readonly tokensLast: (seconds: number) => void;
}

export interface GoogleServerOptions {
  /** Of the service account `sa@project.iam.gserviceaccount.com`, key `k1`. */
  readonly publicKey: KeyObject;
  /** Tokens of service accounts, or of another issuer, that are traded in. */
  readonly jwts?: readonly string[];
}

export const googleAccount = 'sa@project.iam.gserviceaccount.com';

/** The origins of Google that one server stands for. */
export function googleOrigins(url: string): Readonly<Record<string, string>> {
  const hosts = ['oauth2', 'securetoken', 'sts', 'iamcredentials'];
  return Object.fromEntries(hosts.map((host) => [`https://${host}.googleapis.com`, url]));
}

const invalidGrant: ServedAnswer = { status: 400, body: { error: 'invalid_grant', error_description: 'unquotable' } };

/** Google's endpoints that give tokens, as far as they are used: OAuth, GKE's workload identity, federation, impersonation, and the metadata server. */
export async function startGoogleServer({ publicKey, jwts = [] }: GoogleServerOptions): Promise<GoogleServer> {
  const seen: string[] = [];
  const subjects: string[] = [];
  let seconds = 3599;
  let url = '';
  const server = await startMoodyServer((request) => {
    const { method, path, form, body } = request;
    const said = path.endsWith('identitybindingtoken') ? new URLSearchParams(JSON.parse(body)) : form;
    seen.push(`${method} ${path}${said.has('audience') ? ` for ${said.get('audience')}` : ''}`);
    if (path === '/subject') return request.headers['x-key'] === 'subject-key' ? { body: { id_token: 'jwt-of-the-issuer' } } : { status: 401 };
    if (path === '/token') return oauth(form, publicKey, [`${url}/token`, 'https://oauth2.googleapis.com/token']) ? token('ya29.key', seconds) : invalidGrant;
    if (path.startsWith('/computeMetadata/v1/')) return metadata(path, request.headers['metadata-flavor']);
    if (path === '/v1/identitybindingtoken' || path === '/v1/token') {
      subjects.push(said.get('subject_token') ?? '');
      return exchange(said, jwts);
    }
    return generate(request);
  });
  url = server.url;
  return { ...server, seen, subjects, tokensLast: (value) => void (seconds = value) };
}

function token(accessToken: string, seconds: number): ServedAnswer {
  return { body: { access_token: accessToken, expires_in: seconds, token_type: 'Bearer' } };
}

/** A statement that a key has signed, or what gcloud leaves of a log-in of a user. */
function oauth(form: URLSearchParams, publicKey: KeyObject, audiences: readonly string[]): boolean {
  if (form.get('grant_type') === 'refresh_token') return form.get('client_id') === 'client' && form.get('client_secret') === 'canary-client-secret' && form.get('refresh_token') === 'canary-refresh-token';
  return isSigned(form.get('assertion') ?? '', publicKey, audiences);
}

/** A machine of the project `project`, in the cluster `main`. */
function metadata(path: string, flavor: unknown): ServedAnswer {
  if (flavor !== 'Google') return { status: 403, body: 'Missing Metadata-Flavor:Google header.' };
  const facts: Readonly<Record<string, ServedAnswer>> = {
    'instance/service-accounts/default/token': token('ya29.own', 3599),
    'project/project-id': { body: 'project' },
    'instance/attributes/cluster-location': { body: 'europe-west1' },
    'instance/attributes/cluster-name': { body: 'main' },
  };
  return facts[path.slice('/computeMetadata/v1/'.length)] ?? { status: 404, body: 'not found' };
}

function exchange(said: URLSearchParams, jwts: readonly string[]): ServedAnswer {
  if (said.get('subject_token_type') === 'urn:ietf:params:aws:token-type:aws4_request') return token('ya29.federated', 3600);
  const wanted = { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', requested_token_type: 'urn:ietf:params:oauth:token-type:access_token', subject_token_type: 'urn:ietf:params:oauth:token-type:jwt', scope: 'https://www.googleapis.com/auth/cloud-platform' };
  if (Object.entries(wanted).some(([name, value]) => said.get(name) !== value)) return { status: 400, body: { error: 'invalid_request', error_description: 'unquotable' } };
  return jwts.includes(said.get('subject_token') ?? '') ? token('ya29.federated', 3600) : invalidGrant;
}

function generate({ path, headers, body }: ServedRequest): ServedAnswer {
  if (headers.authorization !== 'Bearer ya29.federated') return { status: 401, body: { error: { status: 'UNAUTHENTICATED' } } };
  if (decodeURIComponent(path) !== `/v1/projects/-/serviceAccounts/${googleAccount}:generateAccessToken`) return { status: 403, body: { error: { message: 'unquotable' } } };
  const said: unknown = JSON.parse(body);
  const lifetime: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'lifetime') : undefined;
  return { body: { accessToken: `ya29.impersonated-${String(lifetime)}`, expireTime: '2027-01-02T03:04:05Z' } };
}

function isSigned(assertion: string, publicKey: KeyObject, audiences: readonly string[]): boolean {
  const [header = '', claims = '', signature = ''] = assertion.split('.');
  if (!createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url')) return false;
  const said: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString());
  if (typeof said !== 'object' || said === null) return false;
  const exp = Number(Reflect.get(said, 'exp'));
  const now = Date.now() / 1000;
  return Reflect.get(said, 'iss') === googleAccount && audiences.includes(String(Reflect.get(said, 'aud'))) && Reflect.get(said, 'scope') === 'https://www.googleapis.com/auth/cloud-platform' && exp > now && exp <= now + 3600;
}
