import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import type { AwsVault, WantedVersion } from './aws-vault.ts';
import { AwsRefusal, createAwsVault } from './aws-vault.ts';
import { listenLocally } from './listen-locally.ts';

export interface CountingAwsOptions {
  /** What it holds from the start, by name. */
  readonly secrets?: ReadonlyMap<string, string | Uint8Array> | Readonly<Record<string, string | Uint8Array>>;
  /** The access key id that it knows; any other is refused. */
  readonly accessKeyId?: string;
  /** What stands in its refusals, and in the pages and the nonsense that it answers with: a value that must be found nowhere. */
  readonly says?: string;
}

/**
 * How it behaves. `partial`: a batch answers all but its last secret. `throttle`: with a Retry-After of one second.
 * `reset`: closes the connection without an answer; `reset-once` does so once, and is well again.
 */
export type AwsMood = 'well' | 'html-403' | 'html-404' | 'reset' | 'reset-once' | 'error-500' | 'hang' | 'hang-after-headers' | 'html' | 'html-500' | 'nonsense' | 'partial' | 'throttle';

/** One request, as it was counted. */
export interface AwsRequest {
  readonly operation: string;
  readonly ids: readonly string[];
}

/**
 * AWS Secrets Manager as far as Prelude calls it, on a local port, speaking the real protocol (JSON 1.1, SigV4 headers)
 * to the real SDK. It refuses what AWS refuses, counts every request, and can be made to fail in the ways services do.
 */
export interface CountingAws extends Pick<AwsVault, 'set' | 'remove' | 'markDeleted'>, AsyncDisposable {
  readonly url: string;
  readonly accessKeyId: string;
  /** Every request since the start or `resetCalls`, refused ones included, in order. */
  readonly requests: readonly AwsRequest[];
  /** How many requests there were: of one operation, or of all. */
  readonly calls: (operation?: string) => number;
  readonly resetCalls: () => void;
  /** Whether BatchGetSecretValue is denied, as by a policy that does not name it, or is not known at all, as to older imitations. */
  readonly denyBatch: (denied: boolean | 'unknown') => void;
  /** Whether reading this secret is denied. */
  readonly deny: (name: string, denied?: boolean) => void;
  /** Milliseconds that every answer takes. */
  readonly delay: (ms: number) => void;
  readonly behave: (mood: AwsMood) => void;
  readonly close: () => Promise<void>;
}

/** Statuses of the pages that a proxy or a login puts in the way. */
const htmlStatus: Readonly<Partial<Record<AwsMood, number>>> = { html: 200, 'html-403': 403, 'html-404': 404, 'html-500': 502 };
const mostIds = 20;
const longestId = 2048;

const requestBody = z.object({
  SecretId: z.string().default(''),
  SecretIdList: z.array(z.string()).default([]),
  VersionId: z.string().optional(),
  VersionStage: z.string().optional(),
});

export async function startCountingAws(options: CountingAwsOptions = {}): Promise<CountingAws> {
  const { accessKeyId = 'AKIDCOUNTING', says = 'canary' } = options;
  const vault = createAwsVault();
  for (const [name, value] of entriesOf(options.secrets)) vault.set(name, value);
  const requests: AwsRequest[] = [];
  const denied = new Set<string>();
  let batchDenied: boolean | 'unknown' = false;
  let latency = 0;
  let mood: AwsMood = 'well';

  function getOne(id: string, version: WantedVersion): unknown {
    if (id.length > longestId) throw new AwsRefusal('ValidationException', `Value at 'secretId' failed to satisfy constraint: Member must have length less than or equal to ${longestId}`);
    if (denied.has(id)) throw new AwsRefusal('AccessDeniedException', `User is not authorized to perform: secretsmanager:GetSecretValue on resource: ${id} (${says})`);
    return vault.get(id, version);
  }

  function getBatch(ids: readonly string[]): unknown {
    if (batchDenied === 'unknown') throw new AwsRefusal('UnknownOperationException', 'unknown operation');
    if (batchDenied) throw new AwsRefusal('AccessDeniedException', 'User is not authorized to perform: secretsmanager:BatchGetSecretValue');
    if (ids.length > mostIds) throw new AwsRefusal('ValidationException', `Value at 'secretIdList' failed to satisfy constraint: Member must have length less than or equal to ${mostIds}`);
    // one bad id spoils the request
    if (ids.some((id) => id.length > longestId)) throw new AwsRefusal('ValidationException', "Value at 'secretIdList' failed to satisfy constraint");
    const answers = ids.map((id) => orRefusal(id, () => getOne(id, {})));
    if (mood === 'partial') answers.pop();
    // AWS answers in no particular order
    const found = answers.flatMap(({ secret }) => (secret === undefined ? [] : [secret])).toReversed();
    return { SecretValues: found, Errors: answers.flatMap(({ error }) => (error === undefined ? [] : [error])) };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = requestBody.parse(await json(request));
    const operation = String(request.headers['x-amz-target']).replace(/^secretsmanager\./, '');
    const ids = operation === 'BatchGetSecretValue' ? body.SecretIdList : [body.SecretId];
    requests.push({ operation, ids });
    if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
    const current = mood;
    if (current === 'reset-once') mood = 'well';
    if (misbehave(current, response, says)) return;
    try {
      checkProtocol(request, accessKeyId);
      if (operation === 'GetSecretValue') send(response, 200, getOne(body.SecretId, wantedVersion(body)));
      else if (operation === 'BatchGetSecretValue') send(response, 200, getBatch(ids));
      else throw new AwsRefusal('UnknownOperationException', 'unknown operation');
    } catch (error) {
      if (!(error instanceof AwsRefusal)) throw error;
      send(response, error.status, { __type: error.code, Message: error.message });
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const { url, close } = await listenLocally(server);
  return {
    ...vault,
    url,
    accessKeyId,
    requests,
    calls: (operation) => (operation === undefined ? requests.length : requests.filter((one) => one.operation === operation).length),
    resetCalls: () => void requests.splice(0),
    denyBatch: (value) => (batchDenied = value),
    deny: (name, value = true) => void (value ? denied.add(name) : denied.delete(name)),
    delay: (ms) => (latency = ms),
    behave: (next) => (mood = next),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Fails as services, and what stands before them, do. Says whether that was the answer. */
function misbehave(mood: AwsMood, response: ServerResponse, says: string): boolean {
  if (mood === 'well' || mood === 'partial') return false;
  if (mood === 'reset' || mood === 'reset-once') response.destroy();
  if (mood === 'hang-after-headers') response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).write('{"Name":');
  if (mood === 'error-500') send(response, 500, { __type: 'InternalServiceError', Message: `An error occurred on the server side: ${says}` });
  const page = htmlStatus[mood];
  if (page !== undefined) response.writeHead(page, { 'content-type': 'text/html' }).end(`<html><body>${says}: please log in</body></html>`);
  if (mood === 'nonsense') send(response, 200, { SecretValues: says, Errors: 7 });
  if (mood === 'throttle') {
    response.setHeader('retry-after', '1');
    send(response, 400, { __type: 'ThrottlingException', Message: 'Rate exceeded' });
  }
  return true;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': crypto.randomUUID() }).end(JSON.stringify(body));
}

function checkProtocol(request: IncomingMessage, accessKeyId: string): void {
  const { authorization = '', 'content-type': type, 'x-amz-date': date } = request.headers;
  if (request.method !== 'POST' || type !== 'application/x-amz-json-1.1') throw new AwsRefusal('UnknownOperationException', 'not the protocol');
  const signature = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/[a-z0-9-]+\/secretsmanager\/aws4_request, SignedHeaders=[a-z0-9;-]*x-amz-date[a-z0-9;-]*, Signature=[0-9a-f]{64}$/.exec(authorization);
  if (signature === null || date === undefined) throw new AwsRefusal('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
  if (signature[1] !== accessKeyId) throw new AwsRefusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
}

function orRefusal(id: string, get: () => unknown): { readonly secret?: unknown; readonly error?: unknown } {
  try {
    return { secret: get() };
  } catch (error) {
    if (error instanceof AwsRefusal) return { error: { SecretId: id, ErrorCode: error.code, Message: error.message } };
    throw error;
  }
}

function entriesOf(secrets: CountingAwsOptions['secrets'] = {}): Iterable<readonly [string, string | Uint8Array]> {
  return secrets instanceof Map ? secrets : Object.entries(secrets);
}

function wantedVersion({ VersionId: id, VersionStage: stage }: z.output<typeof requestBody>): WantedVersion {
  return { ...(id === undefined ? {} : { id }), ...(stage === undefined ? {} : { stage }) };
}
