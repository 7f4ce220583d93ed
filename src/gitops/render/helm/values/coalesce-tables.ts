import { isTable, type Table, type TableItem } from './table.ts';

/** Told what Helm warns of: something was left out. Names keys, never values. */
export type Warn = (message: string) => void;

export interface TableMerge {
  /** Nulls are kept for a later merge to see; otherwise they take away what is below them, and go themselves. */
  readonly keepsNulls: boolean;
  readonly warn: Warn;
}

/**
 * Fills a table with what another has and it has not; tables in both are merged. Both are changed, and share tables afterwards.
 * @param path of the tables, for warnings
 */
export function coalesceTables(into: Table, from: Table, path: string, merge: TableMerge): void {
  const given = new Set(Array.from(from).flatMap(([key, item]) => (item === null ? [] : [key])));
  for (const [key, item] of into) if (item === null) from.set(key, null);
  for (const [key, item] of from) {
    const above = into.get(key);
    // a null of `into` stands for its key being taken away, where there was anything to take away
    if (above === null && !merge.keepsNulls && given.has(key)) into.delete(key);
    else if (above === undefined) into.set(key, item);
    else mergeItem(above, item, concatPath(path, key), merge);
  }
}

function mergeItem(above: TableItem, below: TableItem, path: string, merge: TableMerge): void {
  if (isTable(below)) {
    if (isTable(above)) coalesceTables(above, below, path, merge);
    else merge.warn(`${path} is a map in the chart, and is replaced by what is none`);
  } else if (isTable(above) && below !== null) {
    merge.warn(`${path} is no map in the chart, and is replaced by one`);
  }
}

export function concatPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** Takes all nulls out of a table. */
export function dropNulls(table: Table): void {
  for (const [key, item] of table) {
    if (item === null) table.delete(key);
    else if (isTable(item)) dropNulls(item);
  }
}
