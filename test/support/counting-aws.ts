import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AwsParameters } from './aws-parameters-api.ts';
import { createAwsParameters, parameterNamesOf } from './aws-parameters-api.ts';
import { AwsRefusal } from './aws-refusal.ts';
import { createSecretsApi, secretIdsOf } from './aws-secrets-api.ts';
import type { AwsRole, AwsSessions } from './aws-sessions.ts';
import { createAwsSessions } from './aws-sessions.ts';
import type { AwsVault } from './aws-vault.ts';
import { createAwsVault } from './aws-vault.ts';
import { listenLocally } from './listen-locally.ts';

type Values<V> = ReadonlyMap<string, V> | Readonly<Record<string, V>>;

export interface CountingAwsOptions {
  /** What it holds from the start, by name. */
  readonly secrets?: Values<string | Uint8Array>;
  readonly parameters?: Values<string>;
  /** The access key id that it knows; any other is refused. */
  readonly accessKeyId?: string;
  /** What stands in its refusals, and in the pages and the nonsense that it answers with: a value that must be found nowhere. */
  readonly says?: string;
  /** The only region that requests may be signed for; absent: any. */
  readonly region?: string;
  /** Roles that can be assumed, by their ARNs. */
  readonly roles?: Readonly<Record<string, AwsRole>>;
  /** Tokens of service accounts that the roles trust. */
  readonly jwts?: readonly string[];
  /** Access key ids of machines and pods, with their session tokens. */
  readonly machines?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, for the end of sessions. */
  readonly now?: () => number;
}

/**
 * How it behaves. `partial`: a batch answers all but its last secret. `throttle`: with a Retry-After of one second.
 * `reset`: closes the connection without an answer; `reset-once` does so once, and is well again.
 */
export type AwsMood = 'well' | 'html-403' | 'html-404' | 'reset' | 'reset-once' | 'error-500' | 'hang' | 'hang-after-headers' | 'html' | 'html-500' | 'nonsense' | 'partial' | 'throttle';

/** One request, as it was counted. */
export interface AwsRequest {
  /** `GetSecretValue`, `GetParameters`, `AssumeRole`. */
  readonly operation: string;
  readonly ids: readonly string[];
  /** The access key id that it is signed with, `nobody` where it is not signed. */
  readonly by: string;
}

/**
 * AWS Secrets Manager, Parameter Store and STS as far as Prelude calls them, on a local port, speaking the real protocols (JSON 1.1, query,
 * SigV4 headers) to the real SDKs. It refuses what AWS refuses, counts every request, and can be made to fail in the ways services do.
 * It checks who signs, for which service and when, but no signature: moto does that.
 */
export interface CountingAws extends Pick<AwsVault, 'set' | 'remove' | 'markDeleted'>, AsyncDisposable {
  readonly url: string;
  readonly accessKeyId: string;
  readonly vault: AwsVault;
  readonly parameters: AwsParameters;
  readonly sessions: AwsSessions;
  /** Every request since the start or `resetCalls`, refused ones included, in order. */
  readonly requests: readonly AwsRequest[];
  /** How many requests there were: of one operation, or of all. */
  readonly calls: (operation?: string) => number;
  /** How many of them were refused because there were too many. */
  readonly wasted: () => number;
  readonly resetCalls: () => void;
  /** Whether calls for many (BatchGetSecretValue, GetParameters) are denied, as by a policy that does not name them, or are not known at all, as to older imitations. */
  readonly denyBatch: (denied: boolean | 'unknown') => void;
  /** Whether an operation is denied: `ListSecrets`. */
  readonly denyOperation: (operation: string, denied?: boolean) => void;
  /** Whether using this secret or parameter is denied. */
  readonly deny: (name: string, denied?: boolean) => void;
  /** How many calls a second it takes of Secrets Manager and Parameter Store together, with as many at once after a rest; the rest is throttled. */
  readonly cap: (perSecond: number) => void;
  /** Milliseconds that every answer takes. */
  readonly delay: (ms: number) => void;
  readonly behave: (mood: AwsMood) => void;
  /** How STS behaves, which `behave` leaves alone. */
  readonly behaveSts: (mood: AwsMood) => void;
  readonly close: () => Promise<void>;
}

/** Statuses of the pages that a proxy or a login puts in the way. */
const htmlStatus: Readonly<Partial<Record<AwsMood, number>>> = { html: 200, 'html-403': 403, 'html-404': 404, 'html-500': 502 };
const batchOperations = ['BatchGetSecretValue', 'GetParameters'];

type Service = 'secretsmanager' | 'ssm' | 'sts';

/** What a request asks of which service. */
interface Asked {
  readonly service: Service;
  readonly operation: string;
  readonly body: unknown;
  readonly form: URLSearchParams;
  readonly ids: readonly string[];
}

export async function startCountingAws(options: CountingAwsOptions = {}): Promise<CountingAws> {
  const { accessKeyId = 'AKIDCOUNTING', says = 'canary', roles = {}, jwts = [], machines = {}, now = Date.now } = options;
  const scopeOf = (service: Service): Scope => ({ service, region: options.region });
  const requests: AwsRequest[] = [];
  const denied = new Set<string>();
  const deniedOperations = new Set<string>();
  let batchDenied: boolean | 'unknown' = false;
  let latency = 0;
  let allowance = createAllowance(Infinity);
  let wasted = 0;
  const moods = { data: 'well' as AwsMood, sts: 'well' as AwsMood };

  const admit = (name: string, action: string): void => {
    if (denied.has(name)) throw new AwsRefusal('AccessDeniedException', `User is not authorized to perform: ${action} on resource: ${name} (${says})`);
  };
  const vault = createAwsVault();
  const parameters = createAwsParameters(admit);
  const sessions = createAwsSessions({ accessKeyIds: [accessKeyId], machines, roles, jwts, now });
  const secretsApi = createSecretsApi({ vault, admit, isPartial: () => moods.data === 'partial' });
  for (const [name, value] of entriesOf(options.secrets)) vault.set(name, value);
  for (const [name, value] of entriesOf(options.parameters)) parameters.set(name, value);

  function answerJson(request: IncomingMessage, { service, operation, body }: Asked): unknown {
    if (request.headers['content-type'] !== 'application/x-amz-json-1.1') throw new AwsRefusal('UnknownOperationException', 'not the protocol');
    sessions.principalOf(...signerOf(request, scopeOf(service)));
    const unknown = batchDenied === 'unknown' && batchOperations.includes(operation);
    if (unknown) throw new AwsRefusal('UnknownOperationException', 'unknown operation');
    if ((batchDenied === true && batchOperations.includes(operation)) || deniedOperations.has(operation)) throw new AwsRefusal('AccessDeniedException', `User is not authorized to perform: ${operation} (${says})`);
    return service === 'ssm' ? parameters.answer(operation, body) : secretsApi(operation, body);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = askedBy(request, await text(request));
    const { service, operation, ids, form } = asked;
    requests.push({ operation, ids, by: keyIdOf(request) });
    if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
    const side = service === 'sts' ? 'sts' : 'data';
    const current = moods[side];
    if (current === 'reset-once') moods[side] = 'well';
    if (misbehave({ mood: current, service, says }, response)) return;
    try {
      if (side === 'data' && !allowance()) {
        wasted += 1;
        throw new AwsRefusal('ThrottlingException', 'Rate exceeded');
      }
      if (service === 'sts') sendXml(response, 200, sessions.answer(form, () => sessions.principalOf(...signerOf(request, scopeOf(service)))));
      else send(response, 200, answerJson(request, asked));
    } catch (error) {
      if (!(error instanceof AwsRefusal)) throw error;
      if (service === 'sts') sendXml(response, error.status, errorXml(error.code, error.message));
      else send(response, error.status, { __type: error.code, Message: error.message });
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const { url, close } = await listenLocally(server);
  return {
    set: vault.set,
    remove: vault.remove,
    markDeleted: vault.markDeleted,
    url,
    accessKeyId,
    vault,
    parameters,
    sessions,
    requests,
    calls: (operation) => (operation === undefined ? requests.length : requests.filter((one) => one.operation === operation).length),
    wasted: () => wasted,
    resetCalls: () => {
      requests.splice(0);
      wasted = 0;
    },
    denyBatch: (value) => (batchDenied = value),
    denyOperation: (operation, value = true) => void (value ? deniedOperations.add(operation) : deniedOperations.delete(operation)),
    deny: (name, value = true) => void (value ? denied.add(name) : denied.delete(name)),
    cap: (perSecond) => (allowance = createAllowance(perSecond)),
    delay: (ms) => (latency = ms),
    behave: (next) => (moods.data = next),
    behaveSts: (next) => (moods.sts = next),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Says whether one more call may begin now. */
function createAllowance(perSecond: number): () => boolean {
  let left = perSecond;
  let filled = performance.now();
  return () => {
    if (perSecond === Infinity) return true;
    const now = performance.now();
    left = Math.min(perSecond, left + ((now - filled) * perSecond) / 1000);
    filled = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

function askedBy({ headers }: IncomingMessage, content: string): Asked {
  const target = String(headers['x-amz-target'] ?? '');
  const [, operation = ''] = target.split('.');
  if (target === '') {
    const form = new URLSearchParams(content);
    return { service: 'sts', operation: form.get('Action') ?? '?', body: {}, form, ids: [form.get('RoleArn') ?? ''] };
  }
  const body: unknown = JSON.parse(content);
  const isParameters = target.startsWith('AmazonSSM.');
  return { service: isParameters ? 'ssm' : 'secretsmanager', operation, body, form: new URLSearchParams(), ids: isParameters ? parameterNamesOf(body) : secretIdsOf(body) };
}

interface Misbehaviour {
  readonly mood: AwsMood;
  readonly service: Service;
  readonly says: string;
}

/** Fails as services, and what stands before them, do. Says whether that was the answer. */
function misbehave({ mood, service, says }: Misbehaviour, response: ServerResponse): boolean {
  if (mood === 'well' || mood === 'partial') return false;
  const refuse = (status: number, code: string, message: string): void => (service === 'sts' ? sendXml(response, status, errorXml(code, message)) : send(response, status, { __type: code, Message: message }));
  if (mood === 'reset' || mood === 'reset-once') response.destroy();
  if (mood === 'hang-after-headers') response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).write('{"Name":');
  if (mood === 'error-500') refuse(500, 'InternalServiceError', `An error occurred on the server side: ${says}`);
  const page = htmlStatus[mood];
  if (page !== undefined) response.writeHead(page, { 'content-type': 'text/html' }).end(`<html><body>${says}: please log in</body></html>`);
  if (mood === 'nonsense') send(response, 200, { SecretValues: says, Errors: 7, Parameters: says, SecretList: says });
  if (mood === 'throttle') {
    response.setHeader('retry-after', '1');
    refuse(400, 'ThrottlingException', 'Rate exceeded');
  }
  return true;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': crypto.randomUUID() }).end(JSON.stringify(body));
}

function sendXml(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': crypto.randomUUID() }).end(body);
}

function errorXml(code: string, message: string): string {
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`;
}

function keyIdOf({ headers: { authorization = '' } }: IncomingMessage): string {
  return /Credential=([^/]+)\//.exec(authorization)?.[1] ?? 'nobody';
}

/** What a request has to be signed for. */
interface Scope {
  readonly service: Service;
  readonly region: string | undefined;
}

/** The access key id and the session token of a request that is signed as AWS wants it. @throws AwsRefusal */
function signerOf({ method, headers }: IncomingMessage, { service, region }: Scope): readonly [string, string | undefined] {
  const { authorization = '', 'x-amz-date': date, 'x-amz-security-token': token } = headers;
  const signature = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z]+)\/aws4_request, SignedHeaders=([a-z0-9;-]*x-amz-date[a-z0-9;-]*), Signature=[0-9a-f]{64}$/.exec(authorization);
  if (method !== 'POST' || signature === null || typeof date !== 'string') throw new AwsRefusal('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
  const [, id = '', day = '', place, scope, signed = ''] = signature;
  if (scope !== service || (region !== undefined && place !== region) || !date.startsWith(day)) throw new AwsRefusal('InvalidSignatureException', 'Credential should be scoped to correct service.', 403);
  if (token !== undefined && !signed.split(';').includes('x-amz-security-token')) throw new AwsRefusal('InvalidSignatureException', 'The security token is not signed.', 403);
  return [id, typeof token === 'string' ? token : undefined];
}

function entriesOf<V>(values: Values<V> = {}): Iterable<readonly [string, V]> {
  return values instanceof Map ? values : Object.entries(values);
}
