import type { MoodyServer, ServedAnswer, ServedRequest } from './moody-server.ts';
import { startMoodyServer } from './moody-server.ts';

export const azureClient = { tenant: '11111111-2222-3333-4444-555555555555', id: 'client-id-of-the-test', secret: 'client-secret-of-the-test' } as const;
export const azureRegistry = 'example.azurecr.io';

export interface AzureServer extends MoodyServer {
  /** Calls in short: `POST /oauth2/exchange`. */
  readonly seen: readonly string[];
}

/** The origins that one server stands for. */
export function azureOrigins(url: string): Readonly<Record<string, string>> {
  const logins = ['login.microsoftonline.com', 'login.microsoftonline.us', 'login.chinacloudapi.cn', 'login.microsoftonline.de'];
  return Object.fromEntries([...logins, azureRegistry, 'registry.example'].map((host) => [`https://${host}`, url]));
}

const invalidClient: ServedAnswer = { status: 401, body: { error: 'invalid_client', error_description: 'unquotable' } };

/**
 * Entra ID, the identity endpoint of a machine, and a container registry, as far as tokens go. The registry takes the tokens that the
 * others have given; what it is asked must be for the host that it is.
 * @param jwts tokens of service accounts that the application trusts
 */
export async function startAzureServer(jwts: readonly string[] = []): Promise<AzureServer> {
  const seen: string[] = [];
  const server = await startMoodyServer((request) => {
    const { method, path, form } = request;
    seen.push(`${method} ${path}${form.has('scope') ? ` for ${form.get('scope')}` : ''}`);
    if (path === `/${azureClient.tenant}/oauth2/v2.0/token`) return isClient(form, jwts) ? { body: { token_type: 'Bearer', expires_in: 3599, access_token: 'entra-token' } } : invalidClient;
    if (path === '/metadata/identity/oauth2/token') return identity(request);
    if (path === '/oauth2/exchange') return trade(form, { access_token: 'entra-token', grant_type: 'access_token' }, { refresh_token: 'registry-refresh-token' });
    if (path === '/oauth2/token') return form.get('scope') === 'repository:none:pull' ? { status: 403, body: { errors: [{ code: 'DENIED', message: 'unquotable' }] } } : trade(form, { refresh_token: 'registry-refresh-token', grant_type: 'refresh_token' }, { access_token: 'registry-access-token' });
    return { status: 400, body: { error: 'invalid_request', error_description: 'unquotable' } };
  });
  return { ...server, seen };
}

function isClient(form: URLSearchParams, jwts: readonly string[]): boolean {
  if (form.get('grant_type') !== 'client_credentials' || form.get('client_id') !== azureClient.id || !/^https:\/\/management\.[a-z.]+\/\.default$/.test(form.get('scope') ?? '')) return false;
  if (form.has('client_secret')) return form.get('client_secret') === azureClient.secret;
  return form.get('client_assertion_type') === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' && jwts.includes(form.get('client_assertion') ?? '');
}

function identity({ headers, query }: ServedRequest): ServedAnswer {
  if (headers['metadata'] !== 'true' || query.get('resource') !== 'https://management.azure.com/') return { status: 400, body: { error: 'invalid_request' } };
  const known = [query.get('client_id'), query.get('msi_res_id')].every((id) => id === null || id.includes('known'));
  return known ? { body: { access_token: 'entra-token', expires_in: '86399' } } : { status: 400, body: { error: 'invalid_request', error_description: 'Identity not found' } };
}

function trade(form: URLSearchParams, wanted: Readonly<Record<string, string>>, given: object): ServedAnswer {
  if (![azureRegistry, 'registry.example'].includes(form.get('service') ?? '')) return { status: 400, body: { errors: [{ code: 'UNKNOWN' }] } };
  return Object.entries(wanted).every(([name, value]) => form.get(name) === value) ? { body: given } : { status: 401, body: { errors: [{ code: 'UNAUTHORIZED' }] } };
}
