import { externalSecretFunctionNames } from '../../../template/function-names.ts';
import { parseTemplate } from '../../../template/parse/parse-template.ts';
import { TemplateError } from '../../../template/template-error.ts';
import { fromText } from '../../../template/value/byte-string.ts';

/** Plans are made in the thread that does everything else: a larger text would hold it up, and shows what it is when it is rendered. */
export const checkedTemplateBytes = 256 * 1024;

/** Whether a text is beyond what is parsed for a plan. */
export function isUncheckedTemplate(text: string): boolean {
  return text.length > checkedTemplateBytes || Buffer.byteLength(text) > checkedTemplateBytes;
}

/** What is wrong with a template, in the engine's words and with its line; undefined where it parses, or is too large to be looked at. */
export function templateProblem(name: string, text: string): string | undefined {
  if (isUncheckedTemplate(text)) return undefined;
  try {
    parseTemplate({ name: fromText(name), text: fromText(text) }, externalSecretFunctionNames);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}
