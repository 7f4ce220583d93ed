import { FunctionError } from '../template-error.ts';
import type { Meter, Value } from '../value/value.ts';
import { JsonReader } from './json-reader.ts';

/**
 * What Go's json.Unmarshal makes of a byte string as an `interface {}`: numbers are float64, the last of equal keys wins.
 * @throws FunctionError for what is not JSON or holds a number beyond float64, LimitError
 */
export function decodeJson(text: string, meter: Meter): Value {
  const { value, problem } = decodeJsonLeniently(text, meter);
  if (problem !== undefined) throw problem;
  return value;
}

/** As `decodeJson`, but says what is wrong beside what there is: nothing, or all but the numbers that are too large. */
export function decodeJsonLeniently(text: string, meter: Meter): { readonly value: Value; readonly problem?: FunctionError } {
  meter.step(text.length / 20);
  const reader = new JsonReader(text, meter);
  try {
    const value = reader.read();
    return reader.rangeError === undefined ? { value } : { value, problem: reader.rangeError };
  } catch (error) {
    if (error instanceof FunctionError) return { value: undefined, problem: error };
    throw error;
  }
}
