import { createHash, createVerify, randomUUID, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { ServedAnswer, ServedRequest } from './moody-server.ts';
import { azureCertificate } from './azure-certificate.ts';
import { azureClient } from './azure-server.ts';

/** The identities of the machine. */
export const machineIdentities = { own: '', client: 'client-id-of-an-identity', resource: '/subscriptions/1/resourceGroups/r/identities/i' } as const;

const certificate = new X509Certificate(azureCertificate.cert);
const claims = z.object({ aud: z.string(), iss: z.literal(azureClient.id), sub: z.literal(azureClient.id), jti: z.string().min(1), nbf: z.number(), exp: z.number() });

interface Issued {
  readonly resource: string;
  readonly until: number;
}

/** Entra ID and the identity endpoint of a machine: give tokens for vaults to whom they know, and to nobody else. */
export class AzureEntra {
  /** Tokens of service accounts that the application trusts. */
  readonly trusted = new Set<string>();
  /** Seconds that tokens are valid. */
  lifetime = 3599;
  /** What tokens may be had for. */
  resources: readonly string[] = ['https://vault.azure.net'];
  readonly #issued = new Map<string, Issued>();

  /** Whether a token was given for a service, and is valid still. */
  accepts(authorization: string | undefined, resource: string): boolean {
    const issued = this.#issued.get((authorization ?? '').replace(/^Bearer /, ''));
    return issued !== undefined && issued.resource === resource && Date.now() < issued.until;
  }

  /** Makes all tokens worthless. */
  revoke(): void {
    this.#issued.clear();
  }

  /** POST /TENANT/oauth2/v2.0/token */
  token({ path, form }: ServedRequest, host: string): ServedAnswer {
    if (path !== `/${azureClient.tenant}/oauth2/v2.0/token`) return refusal(400, 'invalid_request', 'AADSTS90002: unquotable');
    if (form.get('grant_type') !== 'client_credentials') return refusal(400, 'unsupported_grant_type', 'unquotable');
    if (form.get('client_id') !== azureClient.id) return refusal(400, 'unauthorized_client', 'AADSTS700016: unquotable');
    const resource = this.resources.find((one) => form.get('scope') === `${one}/.default`);
    if (resource === undefined) return refusal(400, 'invalid_scope', 'AADSTS70011: unquotable');
    if (!this.#isProved(form, `https://${host}${path}`)) return refusal(401, 'invalid_client', 'AADSTS7000215: unquotable');
    return { body: { token_type: 'Bearer', expires_in: this.lifetime, access_token: this.#issue(resource) } };
  }

  /** GET /metadata/identity/oauth2/token */
  identity({ headers, query }: ServedRequest): ServedAnswer {
    if (headers['metadata'] !== 'true' || query.get('api-version') !== '2018-02-01') return refusal(400, 'invalid_request', 'unquotable');
    const known: readonly (string | null)[] = Object.values(machineIdentities);
    if (!known.includes(query.get('client_id') ?? query.get('msi_res_id') ?? '')) return refusal(400, 'invalid_request', 'Identity not found');
    const resource = this.resources.find((one) => query.get('resource') === one);
    if (resource === undefined) return refusal(400, 'invalid_resource', 'AADSTS500011: unquotable');
    return { body: { token_type: 'Bearer', expires_in: String(this.lifetime), access_token: this.#issue(resource) } };
  }

  #issue(resource: string): string {
    const token = `token-${randomUUID()}`;
    this.#issued.set(token, { resource, until: Date.now() + this.lifetime * 1000 });
    return token;
  }

  #isProved(form: URLSearchParams, endpoint: string): boolean {
    if (form.has('client_secret')) return form.get('client_secret') === azureClient.secret;
    const assertion = form.get('client_assertion') ?? '';
    if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') return false;
    return this.trusted.has(assertion) || isSigned(assertion, endpoint);
  }
}

function isSigned(assertion: string, endpoint: string): boolean {
  const [header = '', content = '', signature = ''] = assertion.split('.');
  const thumbprint = createHash('sha1').update(certificate.raw).digest('base64url');
  if (jsonOf(header)['x5t'] !== thumbprint) return false;
  const { success, data } = claims.safeParse(jsonOf(content));
  const seconds = Date.now() / 1000;
  if (!success || data.aud !== endpoint || data.nbf > seconds + 5 || data.exp < seconds || data.exp > seconds + 3600) return false;
  return createVerify('RSA-SHA256').update(`${header}.${content}`).verify(certificate.publicKey, signature, 'base64url');
}

function jsonOf(part: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
  } catch {
    return {};
  }
}

function refusal(status: number, error: string, description: string): ServedAnswer {
  return { status, body: { error, error_description: description } };
}
