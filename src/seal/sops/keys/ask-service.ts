import type { HttpClient, HttpRequest } from '../../../lib/http.ts';
import { HttpError } from '../../../lib/http.ts';

/** What every key service is asked with. */
export interface ServiceContext {
  readonly http: HttpClient;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** A service that gave no answer to go on with. The message names its host at the most. */
export class ServiceRefusal extends Error {
  readonly transient: boolean;

  constructor(message: string, transient: boolean) {
    super(message);
    this.transient = transient;
  }
}

/** Bytes of an answer: a data key, a token. */
const largestAnswer = 65_536;

/**
 * Asks a service and answers its body as text, where it says 200. No redirect is followed: the client follows none.
 * @throws ServiceRefusal, which quotes nothing of the answer; the signal's reason
 */
export async function askService(name: string, request: HttpRequest, { http, signal }: ServiceContext): Promise<string> {
  let answer;
  try {
    answer = await http({ ...request, largestAnswer }, signal);
  } catch (error) {
    if (error instanceof HttpError) throw new ServiceRefusal(`${name}: ${error.message}`, error.kind === 'unreachable' || error.kind === 'timeout');
    throw error;
  }
  const { status } = answer;
  if (status === 200) return Buffer.from(answer.body).toString('utf8');
  if (status >= 300 && status < 400) throw new ServiceRefusal(`${name} answers with a redirect, which is not followed`, false);
  if (status === 429 || status >= 500) throw new ServiceRefusal(`${name} answers with HTTP ${status}`, true);
  throw new ServiceRefusal(`${name} refuses with HTTP ${status}: are the credentials those of who may decrypt with this key?`, false);
}

/** @throws ServiceRefusal where the text is no JSON; undefined inside for fields that are not there */
export function parseAnswer(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ServiceRefusal(`${name} answers with something that is no JSON`, true);
  }
}
