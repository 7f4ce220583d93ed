/** A number as JSON writes it. */
export class JsonNumber {
  readonly literal: string;

  constructor(literal: string) {
    this.literal = literal;
  }
}

/** An object. Keys are byte strings in the order of their bytes; two may be equal once what is not UTF-8 has been replaced. */
export class JsonObject {
  readonly entries: readonly (readonly [key: string, value: JsonNode])[];

  constructor(entries: readonly (readonly [key: string, value: JsonNode])[]) {
    this.entries = entries;
  }
}

/** What encoding/json makes of a value, before it is written. Strings are byte strings, as they came. */
export type JsonNode = null | boolean | string | JsonNumber | JsonObject | readonly JsonNode[];
