import { isTable, type TableItem } from '../table.ts';
import { numberKey } from './exact-number.ts';

/** A text that two values share if they are equal as JSON has it: 1 and 1.0 are, and the order of keys says nothing. */
export function jsonKey(item: TableItem): string {
  if (typeof item === 'number' || typeof item === 'bigint') return numberKey(item);
  if (Array.isArray(item)) return `[${item.map(jsonKey).join(',')}]`;
  if (!isTable(item)) return JSON.stringify(item);
  const entries = Array.from(item, ([key, value]) => `${JSON.stringify(key)}:${jsonKey(value)}`);
  return `{${entries.toSorted().join(',')}}`;
}

export type JsonKind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export function kindOf(item: TableItem): JsonKind {
  if (item === null) return 'null';
  if (isTable(item)) return 'object';
  if (Array.isArray(item)) return 'array';
  if (typeof item === 'bigint' || typeof item === 'number') return 'number';
  return typeof item === 'boolean' ? 'boolean' : 'string';
}
