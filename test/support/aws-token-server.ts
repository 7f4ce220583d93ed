import type { MoodyServer, ServedAnswer, ServedRequest } from './moody-server.ts';
import { startMoodyServer } from './moody-server.ts';

/** Keys that the server knows, and as whom they come out of STS. */
export const awsKeys = { id: 'AKIDOWNEROFKEYS', secret: 'secret-access-key-of-the-owner' } as const;
export const awsRole = 'arn:aws:iam::123456789012:role/registry';

export interface AwsTokenServer extends MoodyServer {
  /** Calls with their access key ids: `AssumeRole by AKIDOWNEROFKEYS`. */
  readonly seen: readonly string[];
}

/** What an access key id may do besides asking for tokens of registries. */
interface Principal {
  readonly isSession: boolean;
  readonly sessionToken?: string;
}

/**
 * AWS STS (the query protocol) and both registries (JSON 1.1) as far as tokens go, for the real SDK. It knows access key ids and session
 * tokens, but checks no signature: moto does that.
 * @param jwts tokens of service accounts that the role trusts
 */
export async function startAwsTokenServer(jwts: readonly string[] = []): Promise<AwsTokenServer> {
  const seen: string[] = [];
  const principals = new Map<string, Principal>([[awsKeys.id, { isSession: false }]]);

  function issue(action: string): ServedAnswer {
    const id = `ASIASESSION${principals.size}`;
    const sessionToken = `session-token-${principals.size}`;
    principals.set(id, { isSession: true, sessionToken });
    return xml(200, `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>session-secret</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>2027-01-02T03:04:05Z</Expiration></Credentials></${action}Result></${action}Response>`);
  }

  function sts(form: URLSearchParams, principal: Principal | undefined): ServedAnswer {
    const action = form.get('Action') ?? '';
    if (action === 'AssumeRoleWithWebIdentity') return jwts.includes(form.get('WebIdentityToken') ?? '') ? issue(action) : refusal('InvalidIdentityToken', 400);
    if (principal === undefined) return refusal('InvalidClientTokenId', 403);
    if (action === 'AssumeRole') return form.get('RoleArn') === awsRole ? issue(action) : refusal('AccessDenied', 403);
    const duration = Number(form.get('DurationSeconds') ?? 43_200);
    if (principal.isSession || (form.get('TokenCode') ?? '123456') !== '123456') return refusal('AccessDenied', 403);
    return duration >= 900 && duration <= 129_600 ? issue(action) : refusal('ValidationError', 400);
  }

  const server = await startMoodyServer((request) => {
    const id = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? 'nobody';
    const known = principals.get(id);
    const principal = known?.sessionToken === headerOf(request, 'x-amz-security-token') ? known : undefined;
    const target = headerOf(request, 'x-amz-target');
    seen.push(`${target ?? request.form.get('Action') ?? '?'} by ${id}`);
    return target === undefined ? sts(request.form, principal) : registry(target, principal);
  });
  return { ...server, seen };
}

function headerOf({ headers }: ServedRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

const pair = Buffer.from('AWS:registry:password').toString('base64');
const expiresAt = Date.UTC(2027, 0, 2, 3, 4, 5) / 1000;

function registry(target: string, principal: Principal | undefined): ServedAnswer {
  if (principal === undefined) return json({ __type: 'UnrecognizedClientException', message: 'unquotable' }, 400);
  switch (target) {
    case 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken':
      return json({ authorizationData: [{ authorizationToken: pair, expiresAt: expiresAt + 0.5, proxyEndpoint: 'https://123456789012.dkr.ecr.eu-central-1.amazonaws.com' }] });
    case 'SpencerFrontendService.GetAuthorizationToken':
      return json({ authorizationData: { authorizationToken: pair, expiresAt } });
    default:
      return json({ __type: 'UnknownOperationException' }, 400);
  }
}

function json(body: unknown, status = 200): ServedAnswer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body };
}

function refusal(code: string, status: number): ServedAnswer {
  return xml(status, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>unquotable</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`);
}

function xml(status: number, body: string): ServedAnswer {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
