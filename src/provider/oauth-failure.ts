import { z } from 'zod';
import type { HttpResponse } from '../lib/http.ts';
import type { Asked } from './ask.ts';
import { statusError } from './ask.ts';
import { ProviderError } from './provider-error.ts';

/** The words with which token endpoints say, with 400, that credentials are not taken (RFC 6749, section 5.2; RFC 8693). */
const refusals = new Set(['invalid_grant', 'invalid_client', 'unauthorized_client', 'access_denied', 'invalid_target']);

const oauthError = z.object({ error: z.string() });

/** What an answer of a token endpoint means that does not say success. Of its words only those of the standard are told. */
export function oauthFailure(answer: HttpResponse, asked: Asked): ProviderError {
  const said = answer.status === 400 || answer.status === 401 ? oauthError.safeParse(parseQuietly(answer.body)) : undefined;
  const word = said?.success === true && refusals.has(said.data.error) ? said.data.error : undefined;
  return word === undefined ? statusError(answer, asked) : new ProviderError('denied', `${asked.service} refuses the credentials (${word}); ${asked.advice}`);
}

function parseQuietly(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
