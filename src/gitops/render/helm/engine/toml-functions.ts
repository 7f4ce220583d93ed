import { FunctionError } from '../../../../template/template-error.ts';
import { fromText } from '../../../../template/value/byte-string.ts';
import type { FunctionMap } from '../../../../template/value/go-function.ts';
import { any, dictionary, meteredFunction, text } from '../../../../template/value/go-function.ts';
import type { GoMap, Meter, Value } from '../../../../template/value/value.ts';
import { decodeToml } from './toml/decode-toml.ts';
import { encodeToml } from './toml/encode-toml.ts';
import { TomlError } from './toml/toml-error.ts';

/** Helm's functions for TOML. */
export const tomlFunctions: FunctionMap = new Map([
  ['toToml', meteredFunction([any], text, ({ meter }, value) => toToml(value, meter))],
  ['mustToToml', meteredFunction([any], text, ({ meter }, value) => encodeToml(value, meter))],
  ['fromToml', meteredFunction([text], dictionary, ({ meter }, toml) => fromToml(toml, meter))],
]);

/** Answers what is wrong where there is something that TOML cannot say. */
function toToml(value: Value, meter: Meter): string {
  // what Go panics at, Helm lets through
  if (value === undefined) return encodeToml(value, meter);
  try {
    return encodeToml(value, meter);
  } catch (error) {
    if (error instanceof FunctionError) return error.revealDetail();
    throw error;
  }
}

/** Answers what is wrong under the key `Error`, beside what stands before it. */
function fromToml(toml: string, meter: Meter): GoMap {
  const { value, problem } = decodeToml(toml, meter);
  if (problem instanceof TomlError) value.entries.set('Error', fromText(problem.message));
  return value;
}
