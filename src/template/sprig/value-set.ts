import type { GoType, Meter, Value } from '../value/value.ts';
import { Int } from '../value/value.ts';
import { deepEqual } from './deep-equal.ts';

/** Values, told apart as reflect.DeepEqual does. Plain ones are found at once; only lists, maps and structs are compared one by one. */
export class ValueSet {
  readonly #meter: Meter;
  readonly #plain = new Set<Value>();
  readonly #integers = new Map<GoType, Set<bigint>>();
  readonly #others: Value[] = [];

  constructor(meter: Meter, values: Iterable<Value> = []) {
    this.#meter = meter;
    for (const value of values) this.add(value);
  }

  add(value: Value): void {
    if (value instanceof Int) this.#integers.set(value.type, (this.#integers.get(value.type) ?? new Set()).add(value.value));
    else if (typeof value === 'object') this.#others.push(value);
    // nothing equals NaN, not even itself
    else if (!Number.isNaN(value)) this.#plain.add(value);
  }

  has(value: Value): boolean {
    this.#meter.step();
    if (value instanceof Int) return this.#integers.get(value.type)?.has(value.value) ?? false;
    if (typeof value === 'object') return this.#others.some((other) => deepEqual(value, other, this.#meter));
    return this.#plain.has(value);
  }
}
