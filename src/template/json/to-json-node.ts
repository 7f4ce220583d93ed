import { FunctionError } from '../template-error.ts';
import { toBytes } from '../value/byte-string.ts';
import { checkDepth } from '../value/depth.ts';
import type { Meter, Value } from '../value/value.ts';
import { Func, GoMap, Int, Slice } from '../value/value.ts';
import type { JsonNode } from './json-node.ts';
import { JsonNumber, JsonObject } from './json-node.ts';

/**
 * What encoding/json makes of a value: map keys sorted, bytes in base64, structs with what they marshal to.
 * @throws FunctionError for infinity, not-a-number, functions and maps that contain themselves, LimitError
 */
export function toJsonNode(value: Value, meter: Meter): JsonNode {
  return new NodeBuilder(meter).build(value);
}

class NodeBuilder {
  readonly #meter: Meter;
  /** The maps and lists that are being looked into. */
  readonly #open = new Set<Value>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  build(value: Value): JsonNode {
    this.#meter.step();
    this.#meter.allocate(16);
    if (value === undefined) return null;
    if (typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number') return numberNode(value);
    const marshal = value.type.json;
    if (marshal !== undefined) return this.build(marshal(value));
    if (value instanceof Int) return new JsonNumber(value.value.toString());
    if (value instanceof Func) throw new FunctionError('a function cannot be written as JSON', `json: unsupported type: ${value.type.name}`);
    if ((value instanceof Slice || value instanceof GoMap) && value.isNil) return null;
    if (value instanceof Slice && value.type.elem?.kind === 'uint8') return base64(value);
    return this.#nested(value, () => (value instanceof Slice ? value.items.map((item) => this.build(item)) : this.#object(value)));
  }

  #object(value: Exclude<Value, Slice | undefined | boolean | string | number | Int | Func>): JsonObject {
    const fields = value instanceof GoMap ? value.entries : value.fields;
    const keys = value instanceof GoMap ? value.sortedKeys() : [...fields.keys()];
    this.#meter.allocate(keys.length * 16);
    return new JsonObject(keys.map((key) => [key, this.build(fields.get(key))]));
  }

  #nested(value: Exclude<Value, undefined | boolean | string | number | Int | Func>, build: () => JsonNode): JsonNode {
    if (this.#open.has(value)) {
      throw new FunctionError('a map or list contains itself', `json: unsupported value: encountered a cycle via ${value.type.name}`);
    }
    this.#open.add(value);
    checkDepth(this.#open.size);
    const node = build();
    this.#open.delete(value);
    return node;
  }
}

/** JavaScript writes numbers as encoding/json does, which follows ECMAScript; save for the negative zero. */
function numberNode(value: number): JsonNode {
  if (!Number.isFinite(value)) {
    const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
    throw new FunctionError('infinity and not-a-number cannot be written as JSON', `json: unsupported value: ${name}`);
  }
  return new JsonNumber(Object.is(value, -0) ? '-0' : String(value));
}

function base64({ items }: Slice): string {
  const bytes = items.map((item) => (item instanceof Int ? String.fromCharCode(Number(item.value)) : '')).join('');
  return Buffer.from(toBytes(bytes)).toString('base64');
}
