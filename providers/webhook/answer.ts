import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { bodyText } from '../../src/provider/ask.ts';
import { goText } from '../../src/provider/go-json.ts';
import { jsonElements, JsonTextError, jsonValue } from '../../src/provider/json-text.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { JsonPathError, parseJsonPath, type JsonPathStep } from './json-path.ts';
import { JsonWorkError, selectJson } from './select-json.ts';

const where = 'result.jsonPath';

/**
 * The value at a path of an answer, as External Secrets writes it: texts as they are, `null` empty, numbers and booleans as text, objects as
 * JSON; of several values and of an array, the first.
 * @param path already rendered; empty: the answer as it is
 * @throws ProviderError `unavailable` for an answer that is no JSON, `invalid` for a path that is none or leads nowhere; neither is quoted
 */
export function valueAt(body: Uint8Array, path: string): SecretBytes {
  if (path === '') return new SecretBytes(body);
  const steps = pathOf(path);
  const json = parseAnswer(bodyText(body, 'the webhook'), 'unavailable', 'the answer of the webhook');
  const found = firstOf(selectAnswer(json, steps));
  if (found === undefined) throw new ProviderError('invalid', `the answer of the webhook has nothing at ${where}`);
  return SecretBytes.fromUtf8(goText(found, 'plain'));
}

/**
 * Checks that a text is JSON, and returns it without the space around it.
 * @throws ProviderError; the text is not quoted
 */
export function parseAnswer(text: string, kind: 'unavailable' | 'invalid', what: string): string {
  try {
    return jsonValue(text);
  } catch (error) {
    if (error instanceof JsonTextError) throw new ProviderError(kind, `${what} is not JSON: ${error.message}`);
    throw error;
  }
}

function pathOf(path: string): readonly JsonPathStep[] {
  try {
    return parseJsonPath(path);
  } catch (error) {
    if (error instanceof JsonPathError) throw new ProviderError('invalid', `${where}, rendered, ${error.message}`);
    throw error;
  }
}

/**
 * What a path leads to in an answer.
 * @throws ProviderError `invalid` where that takes too much work
 */
export function selectAnswer(json: string, steps: readonly JsonPathStep[]): readonly string[] {
  try {
    return selectJson(json, steps);
  } catch (error) {
    if (error instanceof JsonWorkError) throw new ProviderError('invalid', `${where} ${error.message}`);
    throw error;
  }
}

function firstOf([first]: readonly string[]): string | undefined {
  let found = first;
  while (found?.startsWith('[') === true) found = jsonElements(found).next().value ?? undefined;
  return found;
}
