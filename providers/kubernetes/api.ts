import { z } from 'zod';
import type { HttpClient, HttpRequest, HttpResponse } from '../../src/lib/http.ts';
import { HttpError } from '../../src/lib/http.ts';
import { readJson, send, statusError } from '../../src/provider/ask.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { Connection } from './connection.ts';

/** One request to the API server. */
export interface ApiCall {
  readonly method: HttpRequest['method'];
  /** Below the server's address, with its query. */
  readonly path: string;
  readonly body?: unknown;
  /** For messages: `get Secret default/a`. */
  readonly what: string;
  /** In what form the answer is wanted; absent: as JSON. */
  readonly accept?: string;
  /** Bytes that the answer may have; absent: as many as one Secret has at most. */
  readonly largestAnswer?: number;
}

/** What the API server answered. `absent`, `exists` and `conflict` are answers; `denied` and the rest are errors. */
export type ApiAnswer = { readonly kind: 'ok'; readonly body: unknown; readonly bytes: number } | { readonly kind: 'absent' | 'exists' | 'conflict' | 'expired' };

/** A Secret as large as may be, in base64, with all that its metadata may have. What answers may be a tenant's own server. */
const largestSecret = 3 * 1024 * 1024;
const service = 'the API server';

const status = z.looseObject({ kind: z.literal('Status'), reason: z.string().optional() });

/** The answer is larger than was agreed to. */
export class AnswerTooLarge extends ProviderError {}

/** Asks the API server with what the store names; the controller's own identity has no part in it. */
export class KubernetesApi {
  readonly #connection: Connection;
  readonly #bounded: HttpClient;

  constructor(connection: Connection, http: HttpClient) {
    this.#connection = connection;
    this.#bounded = async (request, signal) => {
      try {
        return await http(request, signal);
      } catch (error) {
        if (error instanceof HttpError && error.kind === 'too-large') throw new AnswerTooLarge('invalid', `${service}: ${error.message}`);
        throw error;
      }
    };
  }

  /** @throws ProviderError; the signal's reason */
  async call(call: ApiCall, signal: AbortSignal): Promise<ApiAnswer> {
    const answer = await this.#send(call, signal);
    if (answer.status >= 200 && answer.status < 300) return { kind: 'ok', body: readJson(answer, service), bytes: answer.body.length };
    if (answer.status === 403) throw new ProviderError('denied', `${service} does not let the store's account ${call.what} (HTTP 403)`);
    if (answer.status === 404 || answer.status === 409 || answer.status === 410) return meaningOf(answer);
    if (answer.status === 406) throw new ProviderError('unsupported', `${service} cannot ${call.what} in the form that is wanted (HTTP 406)`);
    if (answer.status === 422 || answer.status === 400) throw new ProviderError('invalid', `${service} refuses to ${call.what}: the object is not valid, or is immutable (HTTP ${answer.status})`);
    throw statusError(answer, { service, advice: 'check the credentials of the store' });
  }

  /** A token that is refused may have been taken back, with its service account: once, another is tried. */
  async #send(call: ApiCall, signal: AbortSignal): Promise<HttpResponse> {
    const { token, dropToken } = this.#connection;
    const bearer = await token?.();
    const answer = await this.#request(call, bearer === undefined ? {} : { authorization: `Bearer ${headerText(bearer.reveal())}` }, signal);
    if (answer.status !== 401 || bearer === undefined || token === undefined || dropToken === undefined) return answer;
    dropToken(bearer);
    return this.#request(call, { authorization: `Bearer ${headerText((await token()).reveal())}` }, signal);
  }

  #request({ method, path, body, accept = 'application/json', largestAnswer = largestSecret }: ApiCall, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpResponse> {
    const { url, tls } = this.#connection;
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const type: Readonly<Record<string, string>> = body === undefined ? {} : { 'content-type': 'application/json' };
    const request: HttpRequest = { method, url: url + path, headers: { accept, ...type, ...headers }, ...content, tls, largestAnswer, timeout: 30_000 };
    return send(request, { http: this.#bounded, service, advice: '' }, signal);
  }
}

function headerText(token: Uint8Array): string {
  return Buffer.from(token).toString('utf8').trim();
}

/** Something else may stand at the address: absence is believed only where it is said in Kubernetes' words. */
function meaningOf(answer: HttpResponse): ApiAnswer {
  const parsed = status.safeParse(readJson(answer, service));
  const reason = parsed.success ? parsed.data.reason : undefined;
  const kinds: Readonly<Record<string, Exclude<ApiAnswer['kind'], 'ok'>>> = { NotFound: 'absent', AlreadyExists: 'exists', Conflict: 'conflict', Expired: 'expired', Gone: 'expired' };
  const kind = reason !== undefined && Object.hasOwn(kinds, reason) ? kinds[reason] : undefined;
  if (kind === undefined) throw new ProviderError('unavailable', `${service} does not answer as one of Kubernetes does (HTTP ${answer.status})`);
  return { kind };
}
