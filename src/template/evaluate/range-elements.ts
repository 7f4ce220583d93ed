import { formatValue } from '../format/format-value.ts';
import { int, typeOf } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { GoMap, Int, Slice } from '../value/value.ts';
import type { Evaluated } from './evaluated.ts';
import { elementOf } from './evaluated.ts';
import type { Frame } from './frame.ts';

type Element = readonly [index: Evaluated, element: Evaluated];

/** What `range` walks over: numbers below an integer, the entries of a list, or those of a map in the order of its keys. */
export function* elementsOf(frame: Frame, value: Value, variables: number): Generator<Element> {
  if (value === undefined) return;
  const { meter } = frame.options.context;
  if (value instanceof Int) {
    if (variables > 1) frame.fail("can't use an integer to iterate over more than one variable", `can't use ${value.value} to iterate over more than one variable`);
    for (let count = 0n; count < value.value; count += 1n) {
      meter.step();
      yield [undefined, new Int(value.type, count)];
    }
  } else if (value instanceof Slice) {
    // as Go does: entries that change meanwhile are seen
    for (let index = 0; index < value.items.length; index += 1) {
      meter.step();
      yield [int(index), elementOf(value, value.items[index])];
    }
  } else if (value instanceof GoMap) {
    // as Go does: what changes meanwhile is not seen. All of it is sorted and copied before the first step
    meter.step(value.entries.size);
    meter.allocate(value.entries.size * 64);
    const entries = value.sortedKeys().map((key): Element => [key, elementOf(value, value.entries.get(key))]);
    for (const entry of entries) {
      meter.step();
      yield entry;
    }
  } else {
    frame.fail(`range can't iterate over a value of type ${typeOf(value)?.name ?? 'nil'}`, `range can't iterate over ${formatValue(value, meter)}`);
  }
}
