import { formatValue } from '../format/format-value.ts';
import { Bytes } from '../value/bytes.ts';
import type { CallContext, Value } from '../value/value.ts';
import { Int, Slice } from '../value/value.ts';

/** Any value as text, as sprig makes it: a string is itself, and so are bytes; everything else is what `%v` prints. */
export function strval(context: CallContext, value: Value): string {
  if (value instanceof Bytes) return value.text;
  if (value instanceof Slice && value.type.elem?.kind === 'uint8') return bytesText(value, context);
  return typeof value === 'string' ? value : formatValue(value, context.meter);
}

function bytesText({ items }: Slice, { meter }: CallContext): string {
  meter.step(items.length / 10);
  meter.allocate(items.length);
  return items.map((item) => (item instanceof Int ? String.fromCharCode(Number(item.value)) : '')).join('');
}

/** Any value as a list of texts: of a list its items without the nils, of anything else the value alone, of nil none. */
export function strslice(context: CallContext, value: Value): string[] {
  if (value === undefined) return [];
  if (!(value instanceof Slice)) return [strval(context, value)];
  context.meter.step(value.items.length / 10);
  context.meter.allocate(value.items.length * 16);
  return value.items.filter((item) => item !== undefined).map((item) => strval(context, item));
}
