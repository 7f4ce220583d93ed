import type { Table, TableItem } from './table.ts';

const deepest = 1_000;

/** A JSON text as Go reads it: numbers are float64, which all must fit. Undefined for what is no JSON, or nests too deeply. */
export function jsonToItem(text: string): TableItem | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // the parser's message quotes the text
    return undefined;
  }
  return toItem(parsed, 0);
}

function toItem(value: unknown, depth: number): TableItem | undefined {
  if (value === null || typeof value === 'boolean') return value;
  // Go takes half of a surrogate pair for what it cannot be
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || depth === deepest) return undefined;
  return Array.isArray(value) ? toList(value, depth + 1) : toTable(value, depth + 1);
}

function toList(values: readonly unknown[], depth: number): TableItem[] | undefined {
  const items = values.map((value) => toItem(value, depth)).filter((item) => item !== undefined);
  return items.length === values.length ? items : undefined;
}

function toTable(values: object, depth: number): Table | undefined {
  const table: Table = new Map();
  for (const [key, value] of Object.entries(values)) {
    const item = toItem(value, depth);
    if (item === undefined) return undefined;
    table.set(key.toWellFormed(), item);
  }
  return table;
}
