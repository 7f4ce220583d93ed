import type { HttpClient, HttpRequest, HttpResponse } from '../lib/http.ts';
import { HttpError } from '../lib/http.ts';
import { ProviderError } from './provider-error.ts';

/** Who is asked, and what to tell where it does not answer as it should. */
export interface Asked {
  readonly http: HttpClient;
  /** For messages: `GitHub`. */
  readonly service: string;
  /** What to look at where credentials are refused: `check auth.privateKey`. */
  readonly advice: string;
  /** The host may hold a secret: it is not told. */
  readonly hideHost?: boolean;
}

/**
 * Sends one request, and returns the answer where it says success.
 * @throws ProviderError in words of ours: what a service says may hold anything; the signal's reason
 */
export async function ask(request: HttpRequest, asked: Asked, signal: AbortSignal): Promise<HttpResponse> {
  const answer = await send(request, asked, signal);
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw statusError(answer, asked);
}

/** Like `ask`, but any answer with a status is one. */
export async function send(request: HttpRequest, { http, service, hideHost = false }: Asked, signal: AbortSignal): Promise<HttpResponse> {
  try {
    return await http(request, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HttpError)) throw error;
    const kind = error.kind === 'address' || error.kind === 'invalid' ? 'invalid' : 'unavailable';
    throw new ProviderError(kind, `${service}: ${hideHost ? hostless[error.kind] : error.message}`);
  }
}

const hostless: Readonly<Record<HttpError['kind'], string>> = {
  address: 'the host must not be asked: it is an address of this machine, of its network link or of its cloud',
  unreachable: 'the host cannot be reached, or its certificate is not trusted',
  timeout: 'the host did not answer in time',
  'too-large': 'the answer is larger than allowed',
  invalid: 'no request can be made of this URL and these headers',
};

/** What an answer means that does not say success. */
export function statusError({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>, { service, advice }: Pick<Asked, 'service' | 'advice'>): ProviderError {
  const retryAfter = retryAfterOf(headers['retry-after']);
  const options = retryAfter === undefined ? {} : { retryAfter };
  const told = `(HTTP ${status})`;
  if (status === 401 || status === 403) return new ProviderError('denied', `${service} refuses the credentials ${told}; ${advice}`, options);
  if (status === 429) return new ProviderError('throttled', `${service} asks to slow down ${told}`, options);
  if (status >= 500 || status === 408 || status === 425) return new ProviderError('unavailable', `${service} is not available ${told}`, options);
  if (status >= 300 && status < 400) return new ProviderError('invalid', `${service} answers with a redirect ${told}, which is not followed; name the address itself`);
  return new ProviderError('invalid', `${service} refuses the request ${told}`);
}

/** Milliseconds; what is said as a date would need a clock that agrees with the service's, and is not heeded. */
function retryAfterOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,6}$/.test(text.trim()) ? Number(text) * 1000 : undefined;
}

/**
 * The JSON of an answer.
 * @throws ProviderError `unavailable` where it is none; it is not quoted
 */
export function readJson({ body, status }: Pick<HttpResponse, 'body' | 'status'>, service: string): unknown {
  try {
    return JSON.parse(strict.decode(body));
  } catch {
    throw new ProviderError('unavailable', `${service} does not answer in JSON (HTTP ${status})`);
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of an answer. What is no UTF-8 is not made out: a value would be another one with signs in the place of its bytes.
 * @throws ProviderError `unavailable` where it is none; it is not quoted
 */
export function bodyText(body: Uint8Array, service: string): string {
  try {
    return strict.decode(body);
  } catch {
    throw new ProviderError('unavailable', `${service} does not answer in UTF-8`);
  }
}
