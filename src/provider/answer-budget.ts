import type { HttpClient, HttpResponse } from '../lib/http.ts';
import { HttpError } from '../lib/http.ts';
import { ProviderError } from './provider-error.ts';

const MiB = 1024 * 1024;

/** Bytes that all answers to one search may have: the server may be a tenant's own, and what it says is kept until the search ends. */
const mostSearched = 32 * MiB;

/**
 * An HTTP client for one search or one batch: what it is answered may have so many bytes altogether. An answer may have 1 MiB where its
 * request says nothing else.
 * @param service for messages: `GitLab`
 * @param most bytes of all bodies
 * @returns a client that also throws ProviderError `invalid`, naming the limit, for what is larger; asking again would change nothing
 */
export function withAnswerBudget(http: HttpClient, service: string, most: number = mostSearched): HttpClient {
  let left = most;
  return async (request, signal) => {
    // nothing more is asked for once it is spent
    if (left <= 0) throw spent(service, most);
    const largestAnswer = request.largestAnswer ?? MiB;
    const answer = await orTooLarge(() => http({ ...request, largestAnswer }, signal), `${service} gives an answer of more than ${largestAnswer / MiB} MiB; that is more than is read`);
    left -= answer.body.byteLength;
    if (left < 0) throw spent(service, most);
    return answer;
  };
}

async function orTooLarge(ask: () => Promise<HttpResponse>, message: string): Promise<HttpResponse> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof HttpError && error.kind === 'too-large' ? new ProviderError('invalid', message) : error;
  }
}

function spent(service: string, most: number): ProviderError {
  return new ProviderError('invalid', `${service} gives more than ${most / MiB} MiB for one search or one batch of reads; narrow it`);
}
