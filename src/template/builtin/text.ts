import { sprint, sprintln } from '../format/format-value.ts';
import { printableValue } from '../format/printable-value.ts';
import { sprintf } from '../format/printf.ts';
import type { Escape } from '../value/escape-text.ts';
import { escapeText } from '../value/escape-text.ts';
import { any, type FunctionMap, meteredFunction, rest, text } from '../value/go-function.ts';
import { TextBuilder } from '../value/text-builder.ts';
import type { GoFunction, Value } from '../value/value.ts';
import { htmlEscape, jsEscape, queryEscape } from './escape.ts';

/** The builtins that print, and those that escape what they print. */
export const textFunctions: FunctionMap = new Map([
  ['print', meteredFunction([rest(any)], text, ({ meter }, args) => sprint(args, meter))],
  ['println', meteredFunction([rest(any)], text, ({ meter }, args) => sprintln(args, meter))],
  ['printf', meteredFunction([text, rest(any)], text, ({ meter }, format, args) => sprintf(format, args, meter))],
  ['html', escaping(htmlEscape)],
  ['js', escaping(jsEscape)],
  ['urlquery', escaping(queryEscape)],
]);

function escaping(escapeAt: (bytes: string, index: number) => Escape): GoFunction {
  return meteredFunction([rest(any)], text, ({ meter }, args: Value[]) => {
    const printed = sprint(args.map(printableValue), meter);
    meter.step(printed.length / 100);
    const builder = new TextBuilder(meter);
    escapeText(printed, escapeAt, builder);
    return builder.text();
  });
}
