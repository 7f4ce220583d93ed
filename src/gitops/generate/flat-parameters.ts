import { isPlainFields, type PlainFields, type PlainValue } from '../../api/application-set-spec.ts';
import { formatValue } from '../../template/format/format-value.ts';
import type { Meter } from '../../template/value/value.ts';
import type { SpendLetters } from './letter-budget.ts';

/** Printing a number costs nothing worth counting. */
const free: Meter = { step: () => {}, allocate: () => {} };

/**
 * Nested parameters as texts by names with dots: `a.b`, `list.0`. Numbers print as Go prints a float64, so a million is `1e+06`. Empty maps and
 * lists are left out.
 * @param spend is told the letters of names and texts: a long name stands in the names of all that is below it
 */
export function flatParameters(fields: PlainFields, spend: SpendLetters): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  const add = (name: string, value: PlainValue): void => {
    if (typeof value !== 'object' || value === null) {
      const text = scalarText(value);
      spend(name.length + text.length);
      flat[name] = text;
    } else for (const [key, item] of isPlainFields(value) ? Object.entries(value) : value.map((item, index) => [String(index), item] as const)) add(`${name}.${key}`, item);
  };
  for (const [name, value] of Object.entries(fields)) add(name, value);
  return flat;
}

/** As Go's `%v`. */
function scalarText(value: null | boolean | number | string): string {
  if (typeof value === 'string') return value;
  return formatValue(value ?? undefined, free);
}
