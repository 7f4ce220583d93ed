import { TextBuilder } from '../value/text-builder.ts';
import type { Meter, Value } from '../value/value.ts';
import type { JsonNode } from './json-node.ts';
import { JsonNumber, JsonObject } from './json-node.ts';
import { writeQuotedJson } from './quote-json.ts';
import { toJsonNode } from './to-json-node.ts';

export interface JsonOptions {
  /** One level of indentation; on one line without. */
  readonly indent?: string;
  /** Whether `<`, `>` and `&` are escaped; they are by default. */
  readonly escapeHtml?: boolean;
}

/**
 * A value as Go's encoding/json writes it, without a line feed at the end.
 * @throws FunctionError for what JSON cannot say, LimitError
 */
export function encodeJson(value: Value, options: JsonOptions, meter: Meter): string {
  const writer = new JsonWriter(options, meter);
  writer.write(toJsonNode(value, meter), 0);
  return writer.text();
}

class JsonWriter {
  readonly #indent: string | undefined;
  readonly #escapeHtml: boolean;
  readonly #meter: Meter;
  readonly #builder: TextBuilder;

  constructor({ indent, escapeHtml = true }: JsonOptions, meter: Meter) {
    this.#indent = indent;
    this.#escapeHtml = escapeHtml;
    this.#meter = meter;
    this.#builder = new TextBuilder(meter);
  }

  text(): string {
    return this.#builder.text();
  }

  write(node: JsonNode, depth: number): void {
    this.#meter.step();
    if (node === null || typeof node === 'boolean') this.#put(String(node));
    else if (typeof node === 'string') this.#string(node);
    else if (node instanceof JsonNumber) this.#put(node.literal);
    else if (node instanceof JsonObject) this.#object(node, depth);
    else this.#list('[', ']', node, depth, (item) => this.write(item, depth + 1));
  }

  #object({ entries }: JsonObject, depth: number): void {
    this.#list('{', '}', entries, depth, ([key, value]) => {
      this.#string(key);
      this.#put(this.#indent === undefined ? ':' : ': ');
      this.write(value, depth + 1);
    });
  }

  #list<T>(open: string, close: string, items: readonly T[], depth: number, write: (item: T) => void): void {
    this.#put(open);
    for (const [index, item] of items.entries()) {
      if (index > 0) this.#put(',');
      this.#break(depth + 1);
      write(item);
    }
    if (items.length > 0) this.#break(depth);
    this.#put(close);
  }

  #break(depth: number): void {
    if (this.#indent === undefined) return;
    this.#put(`\n${this.#indent.repeat(depth)}`);
  }

  #string(text: string): void {
    writeQuotedJson(text, this.#escapeHtml, this.#builder);
    this.#meter.step(text.length / 50);
  }

  #put(text: string): void {
    this.#meter.step(text.length / 50);
    this.#builder.add(text);
  }
}
