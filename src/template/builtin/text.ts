import { sprint, sprintln } from '../format/format-value.ts';
import { printableValue } from '../format/printable-value.ts';
import { sprintf } from '../format/printf.ts';
import { any, type FunctionMap, meteredFunction, rest, text } from '../value/go-function.ts';
import type { GoFunction, Value } from '../value/value.ts';
import { escapeHtml, escapeJs, escapeQuery } from './escape.ts';

/** The builtins that print, and those that escape what they print. */
export const textFunctions: FunctionMap = new Map([
  ['print', meteredFunction([rest(any)], text, ({ meter }, args) => sprint(args, meter))],
  ['println', meteredFunction([rest(any)], text, ({ meter }, args) => sprintln(args, meter))],
  ['printf', meteredFunction([text, rest(any)], text, ({ meter }, format, args) => sprintf(format, args, meter))],
  ['html', escaping(escapeHtml)],
  ['js', escaping(escapeJs)],
  ['urlquery', escaping(escapeQuery)],
]);

function escaping(escape: (bytes: string) => string): GoFunction {
  return meteredFunction([rest(any)], text, ({ meter }, args: Value[]) => {
    const printed = sprint(args.map(printableValue), meter);
    meter.step(printed.length / 100);
    meter.allocate(printed.length);
    return escape(printed);
  });
}
