import { HttpError, type HttpClient, type HttpResponse } from '../../lib/http.ts';
import { SendError } from './message.ts';

export interface JsonPost {
  readonly http: HttpClient;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether an answer that is no success is one all the same; of what it says nothing is told. */
  readonly isDone?: (response: HttpResponse) => boolean;
}

const deadline = 10_000;
/** Nobody reads what a service says beyond its status. */
const largestAnswer = 64 * 1024;
/** Milliseconds; a service that asks for more is asked again sooner. */
const longestWait = 600_000;

/**
 * Sends JSON, and understands the answer: what may heal is told from what a person must change.
 * @throws SendError
 */
export async function postJson({ http, url, headers = {}, body, isDone = () => false }: JsonPost, signal: AbortSignal): Promise<void> {
  let response: HttpResponse;
  try {
    response = await http({ method: 'POST', url, headers: { 'content-type': 'application/json', 'user-agent': 'prelude', ...headers }, body, timeout: deadline, largestAnswer }, signal);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new SendError(error.message, { isFinal: error.kind === 'address' || error.kind === 'invalid', cause: error });
  }
  const { status } = response;
  if ((status >= 200 && status < 300) || isDone(response)) return;
  const host = URL.parse(url)?.host ?? 'the service';
  if (status === 429 || status === 408 || status >= 500) {
    const retryAfter = secondsOf(response.headers['retry-after']);
    throw new SendError(`${host} answers with status ${status}`, { isFinal: false, ...(retryAfter === undefined ? {} : { retryAfter }) });
  }
  throw new SendError(`${host} answers with status ${status}; ${adviceFor(status)}`, { isFinal: true });
}

/** A redirect is not followed: the body, and with it whom it is signed for, would go elsewhere. */
function adviceFor(status: number): string {
  if (status >= 300 && status < 400) return 'redirects are not followed: name the address it leads to';
  return status === 401 || status === 403 ? 'look at its token, and what that may do' : 'look at its address';
}

function secondsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Math.min(longestWait, Number(text) * 1000) : undefined;
}
