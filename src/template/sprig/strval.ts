import { formatValue } from '../format/format-value.ts';
import type { CallContext, Value } from '../value/value.ts';
import { Slice } from '../value/value.ts';

/** Any value as text, as sprig makes it: a string is itself, everything else what `%v` prints. */
export function strval(context: CallContext, value: Value): string {
  return typeof value === 'string' ? value : formatValue(value, context.meter);
}

/** Any value as a list of texts: of a list its items without the nils, of anything else the value alone, of nil none. */
export function strslice(context: CallContext, value: Value): string[] {
  if (value === undefined) return [];
  if (!(value instanceof Slice)) return [strval(context, value)];
  context.meter.step(value.items.length / 10);
  context.meter.allocate(value.items.length * 16);
  return value.items.filter((item) => item !== undefined).map((item) => strval(context, item));
}
