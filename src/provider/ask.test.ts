import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../lib/http.ts';
import { HttpError } from '../lib/http.ts';
import type { Asked } from './ask.ts';
import { ask, readJson, statusError } from './ask.ts';
import { oauthFailure } from './oauth-failure.ts';
import { ProviderError } from './provider-error.ts';

const never = new AbortController().signal;
const asked = { service: 'the service', advice: 'check auth' };

function answerOf(status: number, body = 'unquotable', headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers, body: Buffer.from(body) };
}

async function failureOf(answer: HttpResponse | Error, more: Partial<Asked> = {}): Promise<string> {
  const http = (): Promise<HttpResponse> => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
  try {
    await ask({ method: 'GET', url: 'https://unquotable.example/' }, { ...asked, http, ...more }, never);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    expect(error.message).not.toContain('unquotable');
    return `${error.kind}: ${error.message}${error.retryAfter === undefined ? '' : ` after ${error.retryAfter}`}`;
  }
  return 'none';
}

describe('an answer', () => {
  it.each([
    [200, {}, 'none'],
    [204, {}, 'none'],
    [302, {}, 'invalid: the service answers with a redirect (HTTP 302), which is not followed; name the address itself'],
    [400, {}, 'invalid: the service refuses the request (HTTP 400)'],
    [401, {}, 'denied: the service refuses the credentials (HTTP 401); check auth'],
    [403, {}, 'denied: the service refuses the credentials (HTTP 403); check auth'],
    [404, {}, 'invalid: the service refuses the request (HTTP 404)'],
    [408, {}, 'unavailable: the service is not available (HTTP 408)'],
    [429, { 'retry-after': '30' }, 'throttled: the service asks to slow down (HTTP 429) after 30000'],
    [429, { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }, 'throttled: the service asks to slow down (HTTP 429)'],
    [503, { 'retry-after': ' 5 ' }, 'unavailable: the service is not available (HTTP 503) after 5000'],
  ])('with status %i and %j is: %3$s', async (status, headers, failure) => {
    expect(await failureOf(answerOf(status, 'unquotable', headers))).toBe(failure);
  });

  it('that does not come has a reason, without the host where that may be secret', async () => {
    const error = new HttpError('timeout', 'a.example did not answer within 10 s');

    expect(await failureOf(error)).toBe('unavailable: the service: a.example did not answer within 10 s');
    expect(await failureOf(error, { hideHost: true })).toBe('unavailable: the service: the host did not answer in time');
    expect(await failureOf(new HttpError('address', 'a.example must not be asked'))).toMatch(/^invalid: /);
    expect(await failureOf(new HttpError('too-large', 'a.example answers with more than 5 bytes'))).toMatch(/^unavailable: /);
  });

  it('that is no JSON is not quoted', () => {
    expect(readJson(answerOf(200, '{"a":1}'), 'the service')).toEqual({ a: 1 });
    expect(() => readJson({ status: 200, body: Buffer.from('{"a":"\xff"}', 'latin1') }, 'the service')).toThrow(new ProviderError('unavailable', 'the service does not answer in JSON (HTTP 200)'));
    expect(() => readJson(answerOf(200, 'unquotable'), 'the service')).toThrow(new ProviderError('unavailable', 'the service does not answer in JSON (HTTP 200)'));
  });
});

describe('an answer of a token endpoint', () => {
  const http = (): Promise<HttpResponse> => Promise.resolve(answerOf(200));
  const told = (answer: HttpResponse): string => {
    const { kind, message } = oauthFailure(answer, { ...asked, http });
    return `${kind}: ${message}`;
  };

  it('is a denial where it says so, in words of the standard', () => {
    expect(told(answerOf(400, '{"error":"invalid_grant"}'))).toBe('denied: the service refuses the credentials (invalid_grant); check auth');
    expect(told(answerOf(401, '{"error":"unquotable"}'))).toBe('denied: the service refuses the credentials (HTTP 401); check auth');
    expect(told(answerOf(400, '{"error":"unquotable"}'))).toBe('invalid: the service refuses the request (HTTP 400)');
    expect(told(answerOf(400, 'unquotable'))).toBe('invalid: the service refuses the request (HTTP 400)');
    expect(told(answerOf(500, '{"error":"invalid_grant"}'))).toBe(`unavailable: ${statusError(answerOf(500), asked).message}`);
  });
});
