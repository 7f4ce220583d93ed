import fc from 'fast-check';
import { fromText } from '../../../src/template/value/byte-string.ts';
import { dict, list } from '../../../src/template/value/go-type.ts';
import type { Value } from '../../../src/template/value/value.ts';

/** Values that JSON can say and reads as they were: numbers are float64, strings are UTF-8. */
export function jsonValues(texts: fc.Arbitrary<string>): fc.Arbitrary<Value> {
  const strings = texts.map(fromText);
  const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((number) => number + 0);
  const { value } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      strings,
      numbers,
      fc.boolean(),
      fc.constant(undefined),
      fc.array(tie('value'), { maxLength: 4 }).map(list),
      fc.array(fc.tuple(strings, tie('value')), { maxLength: 4 }).map(dict),
    ),
  }));
  return value;
}

/** Any text of whole characters. */
export const wholeTexts: fc.Arbitrary<string> = fc.string({ unit: 'binary' });
