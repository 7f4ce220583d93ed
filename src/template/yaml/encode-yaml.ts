import { toJsonNode } from '../json/to-json-node.ts';
import type { Meter, Value } from '../value/value.ts';
import { rereadJson } from './reread-json.ts';
import { YamlWriter } from './yaml-writer.ts';

/**
 * A value as sigs.k8s.io/yaml writes it, with a line feed at the end.
 * @throws FunctionError for what JSON or YAML cannot say, LimitError
 */
export function encodeYaml(value: Value, meter: Meter): string {
  const writer = new YamlWriter(meter);
  writer.write(rereadJson(toJsonNode(value, meter), meter));
  return writer.parts.join('');
}
