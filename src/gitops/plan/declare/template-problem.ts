import { externalSecretFunctionNames } from '../../../template/function-names.ts';
import { parseTemplate } from '../../../template/parse/parse-template.ts';
import { TemplateError } from '../../../template/template-error.ts';
import { fromText } from '../../../template/value/byte-string.ts';

/** What is wrong with a template, in the engine's words and with its line; undefined where it parses. */
export function templateProblem(name: string, text: string): string | undefined {
  try {
    parseTemplate({ name: fromText(name), text: fromText(text) }, externalSecretFunctionNames);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}
