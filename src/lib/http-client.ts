import type { Clock } from './clock.ts';
import { HttpDispatchers } from './http-dispatchers.ts';
import type { ResolveName } from './guarded-lookup.ts';
import { refuseLiteral } from './guarded-lookup.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './http.ts';
import { HttpError } from './http.ts';
import { httpErrorOf } from './http-failure.ts';
import { untilAborted } from './until-aborted.ts';

export interface HttpClientOptions {
  readonly clock: Clock;
  /** Whether servers of this machine may be asked: for tests and first steps. */
  readonly allowLoopback?: boolean;
  /** Whether link-local and metadata addresses may be asked: for Prelude's own identity. */
  readonly allowMetadata?: boolean;
  /** Addresses of this machine that are refused besides the loopback ones. */
  readonly ownAddresses?: readonly string[];
  /** Milliseconds for a request that says nothing else; absent: 10 s. */
  readonly deadline?: number;
  /** Bytes of an answer's body; absent: 1 MiB, as much as a Secret holds. */
  readonly largestAnswer?: number;
  /** How names are resolved; absent: by the system. */
  readonly resolve?: ResolveName;
}

export interface ClosableHttpClient {
  readonly request: HttpClient;
  /** Drops every connection; what is under way fails. */
  readonly close: () => Promise<void>;
}

/** A longer one is no deadline. */
const longestDeadline = 300_000;

/**
 * An HTTP client for addresses that tenants write: with a deadline, a size limit, without redirects, and with addresses refused that nobody
 * outside this machine has a reason to name. What is checked is the address that is connected to, so a name that means something
 * else the next time gains nothing. Nothing is loaded before the first request.
 */
export function createHttpClient({ clock, allowLoopback = false, allowMetadata = false, ownAddresses = [], deadline = 10_000, largestAnswer = 1024 * 1024, resolve }: HttpClientOptions): ClosableHttpClient {
  const rules = { allowLoopback, allowMetadata, ownAddresses };
  const dispatchers = new HttpDispatchers({ rules, ...(resolve === undefined ? {} : { resolve }) });
  return {
    request: async (request, signal) => {
      signal.throwIfAborted();
      const url = urlOf(request.url);
      refuseLiteral(url.hostname, rules);
      const controller = new AbortController();
      const onAbort = (): void => controller.abort(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      const ms = Math.min(request.timeout ?? deadline, longestDeadline);
      const cancel = clock.after(ms, () => controller.abort(new HttpError('timeout', `${url.host} did not answer within ${ms / 1000} s`)));
      try {
        return await send({ ...request, url }, { dispatchers, largestAnswer: request.largestAnswer ?? largestAnswer, signal: controller.signal });
      } catch (error) {
        // whatever fails after that, fails because of it
        controller.signal.throwIfAborted();
        throw httpErrorOf(error, url.host);
      } finally {
        cancel();
        signal.removeEventListener('abort', onAbort);
      }
    },
    close: () => dispatchers.close(),
  };
}

interface Sending {
  readonly dispatchers: HttpDispatchers;
  readonly largestAnswer: number;
  readonly signal: AbortSignal;
}

async function send({ url, method, headers = {}, body, tls }: Omit<HttpRequest, 'url'> & { readonly url: URL }, { dispatchers, largestAnswer, signal }: Sending): Promise<HttpResponse> {
  return dispatchers.use(tls ?? {}, async (dispatcher) => {
    signal.throwIfAborted();
    const answered = dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { ...authorizationOf(url), ...headers },
      signal,
      ...(body === undefined ? {} : { body }),
    });
    // the request itself hears of an abort only once its connection stands
    const answer = await untilAborted(answered, signal);
    const tooLarge = new HttpError('too-large', `${url.host} answers with more than ${largestAnswer} bytes`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    // leaving the loop early ends the connection
    for await (const chunk of answer.body) {
      if (!(chunk instanceof Uint8Array)) throw new HttpError('unreachable', `${url.host} answers with no bytes`);
      size += chunk.length;
      if (size > largestAnswer) throw tooLarge;
      chunks.push(chunk);
    }
    return { status: answer.statusCode, headers: flatten(answer.headers), body: Buffer.concat(chunks) };
  });
}

/** @throws HttpError `invalid` for what is no address of a web server */
function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw new HttpError('invalid', 'the URL is not one; it begins with https:// or http://');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new HttpError('invalid', 'the URL must begin with https:// or http://');
  return url;
}

/** What stands before the host of a URL is for the server alone. */
function authorizationOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One text for each name; what a server sends several times is joined, as RFC 9110 has it. */
function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')]])));
}
