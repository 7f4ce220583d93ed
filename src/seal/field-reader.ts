import { SealError } from './seal-error.ts';

/** Says where a field stands: `file:line`, or what else a person finds it by. */
export type PlaceOf = (path: readonly string[]) => string;

/**
 * Reads the fields of a map that comes from outside, one by one and by their kinds. A field that is null counts as absent, as in Go.
 * Errors name the place and the path, and quote nothing.
 */
export class FieldReader {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #placeOf: PlaceOf;
  readonly #path: readonly string[];

  private constructor(fields: ReadonlyMap<string, unknown>, placeOf: PlaceOf, path: readonly string[]) {
    this.#fields = fields;
    this.#placeOf = placeOf;
    this.#path = path;
  }

  /** @throws SealError for what is no map */
  static of(value: unknown, placeOf: PlaceOf, path: readonly string[] = []): FieldReader {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw problemAt(placeOf, path, 'must be a map of fields');
    return new FieldReader(new Map(Object.entries(value)), placeOf, path);
  }

  /** Any value; undefined where it is absent or null. */
  any(name: string): unknown {
    return this.#fields.get(name) ?? undefined;
  }

  text(name: string): string | undefined {
    const value = this.any(name);
    if (value === undefined || typeof value === 'string') return value;
    throw this.problem([name], `must be a text${typeof value === 'object' ? '' : '; put it into quotes'}`);
  }

  flag(name: string): boolean | undefined {
    const value = this.any(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.problem([name], 'must be true or false');
  }

  texts(name: string): readonly string[] {
    const value = this.any(name) ?? [];
    if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
    throw this.problem([name], 'must be a list of texts');
  }

  /** A map of texts by name, in its order; null values are empty texts, as in Go. */
  textMap(name: string): ReadonlyMap<string, string> {
    const inner = this.within(name);
    return new Map(inner === undefined ? [] : inner.names().map((key) => [key, inner.text(key) ?? '']));
  }

  names(): readonly string[] {
    return [...this.#fields.keys()];
  }

  /** The map in a field; undefined where it is absent. */
  within(name: string): FieldReader | undefined {
    const value = this.any(name);
    return value === undefined ? undefined : FieldReader.of(value, this.#placeOf, [...this.#path, name]);
  }

  /** An error about a field of this map. */
  problem(path: readonly string[], message: string): SealError {
    return problemAt(this.#placeOf, [...this.#path, ...path], message);
  }
}

function problemAt(placeOf: PlaceOf, path: readonly string[], message: string): SealError {
  return new SealError(`${placeOf(path)}: ${path.length === 0 ? 'the document' : path.join('.')} ${message}`);
}
