import { FunctionError } from '../template-error.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { any, bool, constantFunction, rest, text } from '../value/go-function.ts';
import { isEmpty } from './empty.ts';

/** Choices between values by whether they are set, and the end of a template that cannot go on. */
export const defaults: FunctionMap = new Map([
  ['default', constantFunction([any, rest(any)], any, (fallback, [given]) => (isEmpty(given) ? fallback : given))],
  ['empty', constantFunction([any], bool, isEmpty)],
  ['coalesce', constantFunction([rest(any)], any, (values) => values.find((value) => !isEmpty(value)))],
  ['all', constantFunction([rest(any)], bool, (values) => !values.some(isEmpty))],
  ['any', constantFunction([rest(any)], bool, (values) => !values.every(isEmpty))],
  ['ternary', constantFunction([any, any, bool], any, (yes, no, condition) => (condition ? yes : no))],
  ['fail', constantFunction([text], text, fail)],
]);

/** The message may hold data. */
function fail(message: string): never {
  throw new FunctionError('fail was called', message);
}
