import type { HttpResponse } from '../../src/lib/http.ts';
import { bodyText } from '../../src/provider/ask.ts';
import { membersOf } from '../../src/provider/go-json.ts';
import { JsonTextError, jsonValue } from '../../src/provider/json-text.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/**
 * The parts of an answer of Vault that are not null, each as it is written: numbers keep all their digits.
 * @throws ProviderError `unavailable` for what is no object in JSON; it is not quoted
 */
export function answerParts({ status, body }: Pick<HttpResponse, 'status' | 'body'>): ReadonlyMap<string, string> {
  return new Map([...membersOf(objectOf(bodyText(body, 'Vault'), status))].filter(([, raw]) => raw !== 'null'));
}

function objectOf(text: string, status: number): string {
  try {
    const value = jsonValue(text);
    if (value.startsWith('{')) return value;
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
  }
  throw new ProviderError('unavailable', `what answers is not Vault: it is no object in JSON (HTTP ${status})`);
}

/**
 * Makes sure that an answer with 404 says that there is nothing: Vault then names no error, or tells what is left of a version that was
 * deleted. With errors or warnings it says that the path leads nowhere, which is no word about a value.
 * @throws ProviderError `invalid` for a path that leads nowhere; `unavailable` for what is no answer of Vault
 */
export function requireAbsence(answer: Pick<HttpResponse, 'status' | 'body'>): undefined {
  const parts = answerParts(answer);
  const data = parts.get('data');
  // a version that was deleted
  if (data !== undefined && membersOf(data).get('data') === 'null' && membersOf(data).has('metadata')) return undefined;
  const errors = parts.get('errors');
  if (errors === undefined && !parts.has('warnings')) throw new ProviderError('unavailable', `what answers is not Vault: it does not say what is missing (HTTP ${answer.status})`);
  if (parts.has('warnings') || errors?.replaceAll(/\s/g, '') !== '[]') {
    throw new ProviderError('invalid', `Vault has nothing at this path (HTTP ${answer.status}); check path, version and namespace of the store, and the key`);
  }
  return undefined;
}
