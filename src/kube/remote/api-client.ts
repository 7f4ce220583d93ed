import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../lib/clock.ts';
import { sleep } from '../../lib/sleep.ts';
import { untilAborted } from '../../lib/until-aborted.ts';
import { KubeError } from '../kube-error.ts';
import type { ApiAnswer, ApiRequest, FinishedRequest } from './api-request.ts';
import type { Authorization, ClusterAccess } from './cluster-access.ts';
import { isBroken, reasonOf } from './connection-error.ts';
import { type Connections, ConnectionPools } from './connection-pools.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { BodyTooLargeError, headerText, isJson, parseJson, readBody, retryAfterOf } from './json-body.ts';
import { describeAttempt, namesAbsentObject, statusError } from './status-error.ts';

export interface ApiClientOptions {
  readonly access: ClusterAccess;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly onRequest: (request: FinishedRequest) => void;
}

/** Milliseconds for a request, the wait for a connection and one retry included. */
const requestDeadline = 30_000;
/** Bytes of one answer. A page of a list that is larger is asked for in smaller ones. */
const mostBytes = 16 * 1024 * 1024;
/** Bytes of an error's answer that are looked at. */
const mostErrorBytes = 256 * 1024;
/** Milliseconds; what the server asks for beyond this is the caller's to wait. */
const longestOwnWait = 5_000;

interface Refusal {
  /** 0 where the connection broke. */
  readonly status: number;
  readonly error: KubeError;
}

type Outcome = { readonly answer: ApiAnswer } | { readonly refusal: Refusal };

/** Speaks HTTP with one API server under one identity. */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #pools: ConnectionPools;
  readonly #basePath: string;

  constructor(options: ApiClientOptions) {
    this.#options = options;
    const server = new URL(options.access.server);
    this.#pools = new ConnectionPools(server.origin);
    this.#basePath = server.pathname.replace(/\/+$/, '');
  }

  /**
   * Sends a request and reads the whole answer. A read is repeated once, where the connection broke or the server asked
   * for a short wait; a write never is, save when our credentials had expired and it was not carried out.
   * @throws KubeError, BodyTooLargeError, or the signal's reason
   */
  async send(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    const deadline = startDeadline(this.#options.clock, requestDeadline, signal);
    try {
      let outcome = await this.#exchange(request, deadline);
      if ('refusal' in outcome && (await this.#worthAnotherTry(request, outcome.refusal, deadline))) outcome = await this.#exchange(request, deadline);
      if ('refusal' in outcome) throw outcome.refusal.error;
      return outcome.answer;
    } catch (error) {
      throw this.explain(request, error, { deadline, signal });
    } finally {
      deadline.end();
    }
  }

  /**
   * Sends a request whose answer is read while it goes on, on a connection that no other request waits for. The deadline
   * is the caller's, who goes on using it for what follows.
   * @throws KubeError, or the signal's reason
   */
  async open(request: ApiRequest, deadline: Deadline, signal: AbortSignal): Promise<Readable> {
    try {
      return await this.#measure(request, async (answered) => {
        const response = await this.#dispatch(request, deadline.signal, 'watches');
        answered(response.statusCode);
        if (response.statusCode !== 200 || !isJson(response.headers)) throw await this.#refusal(request, response);
        return response.body;
      });
    } catch (error) {
      throw this.explain(request, error, { deadline, signal });
    }
  }

  /** What a failure comes down to: the caller's abort, the deadline, what it is already, or a connection. */
  explain(request: ApiRequest, error: unknown, { deadline, signal }: { readonly deadline: Deadline; readonly signal: AbortSignal }): unknown {
    if (signal.aborted) return signal.reason;
    if (error instanceof KubeError || error instanceof BodyTooLargeError) return error;
    const { server } = this.#options.access;
    if (deadline.passed()) return new KubeError('unavailable', `${describeAttempt(request)}: ${server} did not answer in time`);
    const reason = reasonOf(error);
    return new KubeError('unavailable', `${describeAttempt(request)}: no answer from ${server}: ${reason}`, { cause: error });
  }

  close(): Promise<void> {
    return this.#pools.close();
  }

  #exchange(request: ApiRequest, deadline: Deadline): Promise<Outcome> {
    return this.#measure(request, async (answered): Promise<Outcome> => {
      try {
        const response = await this.#dispatch(request, deadline.signal, 'requests');
        answered(response.statusCode);
        return await this.#read(request, response);
      } catch (error) {
        if (deadline.signal.aborted || !isBroken(error)) throw error;
        const reason = new KubeError('unavailable', `${describeAttempt(request)}: ${this.#options.access.server} broke the connection`, { cause: error });
        return { refusal: { status: 0, error: reason } };
      }
    });
  }

  async #read(request: ApiRequest, response: Dispatcher.ResponseData): Promise<Outcome> {
    const { statusCode: status, headers, body } = response;
    if (status === 304 && request.ifNoneMatch !== undefined) {
      await body.dump();
      return { answer: { status, body: undefined, etag: request.ifNoneMatch } };
    }
    if (status >= 200 && status < 300 && isJson(headers)) {
      const parsed = parseJson(await readBody(body, mostBytes));
      if (parsed === undefined) throw new KubeError('unavailable', `${describeAttempt(request)}: the answer is cut off or not JSON`);
      return { answer: { status, body: parsed.value, etag: headerText(headers, 'etag') } };
    }
    const error = await this.#refusal(request, response);
    return error === undefined ? { answer: { status, body: undefined, etag: undefined } } : { refusal: { status, error } };
  }

  async #dispatch(request: ApiRequest, signal: AbortSignal, pool: keyof Connections): Promise<Dispatcher.ResponseData> {
    const authorization = await this.#authorize(signal);
    const answered = this.#pools.for(authorization)[pool].request({
      method: request.method,
      path: this.#basePath + request.path,
      headers: {
        ...authorization.headers,
        ...(request.impersonate === undefined ? {} : { 'impersonate-user': request.impersonate }),
        accept: request.accept ?? 'application/json',
        'user-agent': this.#options.userAgent,
        ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
        ...(request.ifNoneMatch === undefined ? {} : { 'if-none-match': request.ifNoneMatch }),
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal,
    });
    // the request itself hears of an abort only once its connection stands
    const response = await untilAborted(answered, signal);
    // a body that is given up, or aborted while nobody reads it, fails; where nobody hears that, it ends the process
    response.body.on('error', () => {});
    return response;
  }

  async #authorize(signal: AbortSignal): Promise<Authorization> {
    const { access } = this.#options;
    try {
      return await untilAborted(access.authorize(), signal);
    } catch (error) {
      throw signal.aborted ? new KubeError('unavailable', `the credentials for ${access.name} did not come in time; is a credential plugin waiting for something?`) : error;
    }
  }

  /** Undefined for a 404 that the request takes as an answer. */
  async #refusal(request: ApiRequest, { statusCode: status, headers, body }: Dispatcher.ResponseData): Promise<KubeError | undefined> {
    if (status >= 200 && status < 300) {
      body.destroy();
      const type = headerText(headers, 'content-type')?.slice(0, 100) ?? 'something without a type';
      return new KubeError('unavailable', `${describeAttempt(request)}: ${this.#options.access.server} answered ${type} instead of JSON; is it an API server?`);
    }
    const parsed = await readErrorBody(body);
    if (status === 404 && request.mayBeAbsent !== undefined && namesAbsentObject(parsed, request.mayBeAbsent)) return undefined;
    return statusError(request, { status, body: parsed, retryAfter: retryAfterOf(headers, this.#options.clock.now()) });
  }

  async #worthAnotherTry(request: ApiRequest, { status, error }: Refusal, deadline: Deadline): Promise<boolean> {
    const { access, clock } = this.#options;
    if (status === 401) {
      const before = await this.#authorize(deadline.signal);
      access.forget();
      return !sameCredentials(before, await this.#authorize(deadline.signal));
    }
    if (request.method !== 'GET') return false;
    if (status === 0) return true;
    if ((status !== 429 && status !== 503) || error.retryAfter === undefined || error.retryAfter > longestOwnWait) return false;
    await sleep(clock, error.retryAfter, deadline.signal);
    return true;
  }

  /** Reports one exchange; `answered` is told the HTTP status. */
  async #measure<T>({ verb, resource }: ApiRequest, run: (answered: (status: number) => void) => Promise<T>): Promise<T> {
    const { clock, onRequest } = this.#options;
    const startedAt = clock.monotonic();
    let code = 'unavailable';
    try {
      return await run((status) => (code = String(status)));
    } finally {
      onRequest({ verb, resource, code, seconds: (clock.monotonic() - startedAt) / 1000 });
    }
  }
}

function sameCredentials(one: Authorization, other: Authorization): boolean {
  return one.connectionId === other.connectionId && JSON.stringify(one.headers) === JSON.stringify(other.headers);
}

/** The parsed body of a refusal; undefined where it is too large, not JSON, or does not come. */
async function readErrorBody(body: Readable): Promise<unknown> {
  try {
    return parseJson(await readBody(body, mostErrorBytes))?.value;
  } catch {
    return undefined;
  }
}
