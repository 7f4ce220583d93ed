import { float32Text } from './float32-text.ts';
import { GoYamlError } from './read/go-yaml-error.ts';
import type { PlainValue } from './resolve-scalar.ts';

const specialNumbers = new Map([
  ['NaN', '.nan'],
  ['+Inf', '.inf'],
  ['-Inf', '-.inf'],
]);

/** A key as sigs.k8s.io/yaml turns it into a string, a byte string. @throws GoYamlError for null and numbers of 64 bits */
export function keyText(key: PlainValue): string {
  if (key === null) throw new GoYamlError('a key is null', 1, 'unsupported map key of type: %!s(<nil>)');
  if (typeof key === 'bigint' && key >= 2n ** 63n) throw new GoYamlError('a key is a number of 64 bits', 1, 'unsupported map key of type: uint64');
  if (typeof key !== 'number') return String(key);
  const text = float32Text(key);
  return specialNumbers.get(text) ?? text;
}
