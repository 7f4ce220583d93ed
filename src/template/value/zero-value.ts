import { boolType, float64Type, intTypes, stringType } from './go-type.ts';
import type { GoType, Value } from './value.ts';
import { GoMap, Int, Slice } from './value.ts';

/** Whether a nil may be passed for a type. */
export function canBeNil({ kind }: GoType): boolean {
  return kind === 'interface' || kind === 'reflect' || kind === 'map' || kind === 'slice' || kind === 'ptr' || kind === 'func';
}

/** The nil of a type that can be nil. */
export function nilOf(type: GoType): Value {
  if (type.kind === 'slice') return new Slice(type, [], true);
  return type.kind === 'map' ? new GoMap(type, new Map(), true) : undefined;
}

/** The zero value of a type, of those for which one is known. */
export function zeroOf(type: GoType): Value {
  if (type === stringType) return '';
  if (type === boolType) return false;
  if (type === float64Type) return 0;
  const known = Object.values(intTypes).find((candidate) => candidate === type);
  return known === undefined ? nilOf(type) : new Int(known, 0n);
}
