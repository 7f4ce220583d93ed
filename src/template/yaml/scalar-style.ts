import { isTimestamp, resolveScalar } from './resolve-scalar.ts';
import type { ScalarShape } from './scalar-shape.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

// YAML 1.1 had numbers of base 60, which go-yaml does not read, but quotes
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** The style in which go-yaml v2 writes a string: a block where it has lines, else quoted where it reads as something else. */
export function styleOf(text: string, shape: ScalarShape, isSimpleKey: boolean): ScalarStyle {
  if (text.includes('\n')) return shape.literal && !isSimpleKey ? 'literal' : 'double';
  if (readsAsOther(text)) return 'double';
  if (shape.plain) return 'plain';
  const isDouble = !shape.singleQuoted || (isSimpleKey && shape.isMultiline);
  return isDouble ? 'double' : 'single';
}

function readsAsOther(text: string): boolean {
  // a merge key, without quotes
  if (text === '<<') return false;
  return typeof resolveScalar(text) !== 'string' || isTimestamp(text) || (text.includes(':') && base60.test(text));
}
