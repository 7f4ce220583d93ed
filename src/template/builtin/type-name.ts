import { typeOf } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';

/** The name of a value's type, of a pointer that of what it points to. */
export function pointedToName(value: Value): string {
  return (typeOf(value)?.name ?? 'nil').replace(/^\*/, '');
}
