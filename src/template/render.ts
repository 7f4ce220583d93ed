import { execute } from './evaluate/execute.ts';
import type { MissingKey } from './evaluate/frame.ts';
import type { Delimiters } from './parse/lexer.ts';
import { parseTemplate } from './parse/parse-template.ts';
import type { FunctionMap } from './value/go-function.ts';
import type { CallContext, Value } from './value/value.ts';

export interface RenderOptions {
  /** Byte strings, both; the name stands in error messages. */
  readonly name: string;
  readonly text: string;
  readonly data: Value;
  readonly functions: FunctionMap;
  /** `default` where absent, as in Go. */
  readonly missingKey?: MissingKey;
  readonly delimiters?: Delimiters;
}

/**
 * Parses and executes a template in this thread, as Go's text/template does. Hostile templates are held by the context's meter alone: what
 * comes from other people is rendered in a worker (see worker/pool.ts).
 * @returns the output, a byte string
 * @throws TemplateError, LimitError
 */
export function renderTemplate({ name, text, data, functions, missingKey = 'default', delimiters }: RenderOptions, context: CallContext): string {
  const template = parseTemplate({ name, text, ...(delimiters === undefined ? {} : { delimiters }) }, functions);
  return execute({ template, functions, missingKey, context }, data);
}
