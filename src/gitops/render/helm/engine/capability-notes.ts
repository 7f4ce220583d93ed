import type { Value } from '../../../../template/value/value.ts';
import type { CapabilityQuestions } from './capabilities.ts';

/** Of one render; beyond it, it counts as having looked at all of them. */
const mostAsked = 200;

/** Writes down what templates ask of `.Capabilities` as they run. */
export class CapabilityNotes {
  readonly #has = new Set<string>();
  #version = false;
  #all = false;

  /** `.APIVersions.Has` was asked this. */
  has(version: string): void {
    if (this.#has.size < mostAsked) this.#has.add(version);
    else this.#all = true;
  }

  /** A list that notes when anybody looks into it, however they do: by range, by printing it, by a function. */
  list(items: readonly Value[]): Value[] {
    return new Proxy([...items], {
      get: (target, property, receiver): unknown => {
        this.#all = true;
        return Reflect.get(target, property, receiver);
      },
    });
  }

  /** Fields that note when anybody looks at that one, by its name or at all of them. */
  fields(entries: Iterable<readonly [string, Value]>, versionField: string): ReadonlyMap<string, Value> {
    return new NotingFields(entries, (name) => {
      if (name === undefined || name === versionField) this.#version = true;
    });
  }

  questions(): CapabilityQuestions {
    return { version: this.#version, has: this.#all ? [] : [...this.#has].toSorted(), all: this.#all };
  }
}

class NotingFields extends Map<string, Value> {
  readonly #note: (name?: string) => void;

  constructor(entries: Iterable<readonly [string, Value]>, note: (name?: string) => void) {
    super();
    for (const [name, value] of entries) super.set(name, value);
    this.#note = note;
  }

  override get(name: string): Value {
    this.#note(name);
    return super.get(name);
  }

  override entries(): MapIterator<[string, Value]> {
    this.#note();
    return super.entries();
  }

  override values(): MapIterator<Value> {
    this.#note();
    return super.values();
  }

  override forEach(callback: (value: Value, key: string, map: Map<string, Value>) => void): void {
    this.#note();
    super.forEach(callback);
  }

  override [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }
}
