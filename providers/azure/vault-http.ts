import type { AsyncLocalStorage } from 'node:async_hooks';
import type { HttpClient as SdkHttpClient, PipelineRequest, PipelineResponse, RawHttpHeaders } from '@azure/core-rest-pipeline';
import type { HttpClient, HttpRequest } from '../../src/lib/http.ts';
import { bodyText, send } from '../../src/provider/ask.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { codesIn, VaultFailure } from './vault-failure.ts';

export interface VaultHttpOptions {
  readonly http: HttpClient;
  /** Where requests may go; what lists name as their next page goes nowhere else, for the token goes with it. */
  readonly origin: string;
  /** The signal of the call that a request belongs to: the SDK loses it on the second page of a list. */
  readonly signals: AsyncLocalStorage<AbortSignal>;
  /** Told of a token that the vault refuses. */
  readonly refused: (token: string) => void;
  readonly createHeaders: (headers: RawHttpHeaders) => PipelineResponse['headers'];
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/**
 * Sends the SDK's requests by the client that keeps to deadlines, sizes and address rules. Of what does not say success, only what asks
 * for a token goes back to the SDK; anything else is thrown as a VaultFailure.
 */
export function createVaultHttp({ http, origin, signals, refused, createHeaders }: VaultHttpOptions): SdkHttpClient {
  return {
    sendRequest: async (request) => {
      const signal = signals.getStore();
      if (signal === undefined) throw new Error('a request to a vault belongs to no call');
      if (new URL(request.url).origin !== origin) throw new ProviderError('unavailable', 'the vault leads to another host, which is not followed');
      const answer = await send(requestOf(request), { http, service: 'Azure Key Vault', advice: '' }, signal);
      const text = bodyText(answer.body, 'Azure Key Vault');
      const isChallenge = answer.status === 401;
      if (isChallenge) refused((request.headers.get('authorization') ?? '').replace(/^Bearer /, ''));
      if (!isChallenge && (answer.status < 200 || answer.status > 299)) throw new VaultFailure(answer.status, codesIn(text), answer.headers['retry-after']);
      // an empty body of a refusal is more than the SDK can read
      return { request, status: answer.status, headers: createHeaders(answer.headers), bodyAsText: isChallenge ? '{}' : text };
    },
  };
}

function requestOf({ method: name, url, headers, body }: PipelineRequest): HttpRequest {
  const method = methods.find((one) => one === name);
  if (method === undefined) throw new Error('the SDK sends a request of an unknown method');
  if (body !== undefined && body !== null && typeof body !== 'string') throw new Error('the SDK sends a body that is no text');
  // the SDK asks for compressed answers, which its own client would unpack
  const { 'accept-encoding': _, ...wanted } = headers.toJSON();
  return { method, url, headers: wanted, ...(typeof body === 'string' ? { body } : {}) };
}
