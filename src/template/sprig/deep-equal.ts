import { typeOf } from '../value/go-type.ts';
import type { Meter, Value } from '../value/value.ts';
import { GoMap, Int, Slice, Struct } from '../value/value.ts';
import { checkDepth } from '../value/depth.ts';

/** Go's reflect.DeepEqual: types must be the same, a nil list is not an empty one, and functions are never equal. */
export function deepEqual(one: Value, other: Value, meter: Meter): boolean {
  return new Comparison(meter).areEqual(one, other, 0);
}

class Comparison {
  readonly #meter: Meter;
  /** Pairs that were met before: where values hold themselves, equal until something else differs. */
  readonly #met = new Map<object, Set<object>>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  areEqual(one: Value, other: Value, depth: number): boolean {
    this.#meter.step();
    if (typeOf(one) !== typeOf(other)) return false;
    if (typeof one !== 'object') {
      if (typeof one === 'string') this.#meter.step(one.length / 100);
      return one === other;
    }
    if (one instanceof Int) return other instanceof Int && one.value === other.value;
    if (one === other) return !isStructValue(one) || this.#areStructsEqual(one, one, depth);
    return other !== undefined && typeof other === 'object' && this.#areObjectsEqual(one, other, depth);
  }

  #areObjectsEqual(one: object, other: object, depth: number): boolean {
    checkDepth(depth);
    if (this.#hasMet(one, other)) return true;
    if (one instanceof Slice) return other instanceof Slice && this.#areSlicesEqual(one, other, depth);
    if (one instanceof GoMap) return other instanceof GoMap && this.#areMapsEqual(one, other, depth);
    return one instanceof Struct && other instanceof Struct && this.#areStructsEqual(one, other, depth);
  }

  #hasMet(one: object, other: object): boolean {
    const partners = this.#met.get(one) ?? new Set();
    if (partners.has(other)) return true;
    this.#met.set(one, partners.add(other));
    return false;
  }

  #areSlicesEqual(one: Slice, other: Slice, depth: number): boolean {
    if (one.isNil !== other.isNil || one.items.length !== other.items.length) return false;
    return one.items.every((item, index) => this.areEqual(item, other.items[index], depth + 1));
  }

  #areMapsEqual(one: GoMap, other: GoMap, depth: number): boolean {
    return one.isNil === other.isNil && this.#areEntriesEqual(one.entries, other.entries, depth);
  }

  #areStructsEqual(one: Struct, other: Struct, depth: number): boolean {
    return this.#areEntriesEqual(one.fields, other.fields, depth) && this.#areEntriesEqual(one.hidden, other.hidden, depth);
  }

  #areEntriesEqual(one: ReadonlyMap<string, Value>, other: ReadonlyMap<string, Value>, depth: number): boolean {
    if (one.size !== other.size) return false;
    for (const [key, value] of one) if (!other.has(key) || !this.areEqual(value, other.get(key), depth + 1)) return false;
    return true;
  }
}

/** What is compared by its fields even with itself, as one of them may be NaN. */
function isStructValue(value: object): value is Struct {
  return value instanceof Struct && value.type.kind === 'struct';
}
