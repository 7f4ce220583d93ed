import type { ChartValue, ChartValues } from '../chart.ts';
import { isValues } from './merge-values.ts';

/**
 * Values while they are put together. Helm's rules are told in terms of maps that are changed in place and that several places share, and
 * what comes out depends on it, so here they are as well.
 */
export type Table = Map<string, TableItem>;
export type TableItem = null | boolean | number | bigint | string | TableItem[] | Table;

export function isTable(item: TableItem | undefined): item is Table {
  return item instanceof Map;
}

/** A deep copy. */
export function toTable(values: ChartValues): Table {
  return new Map(Object.entries(values).map(([key, value]) => [key, toItem(value)]));
}

function toItem(value: ChartValue): TableItem {
  if (typeof value !== 'object' || value === null) return value;
  return isValues(value) ? toTable(value) : Array.from(value, toItem);
}

/** A deep copy. */
export function copyTable(table: Table): Table {
  return new Map(Array.from(table, ([key, item]) => [key, copyItem(item)]));
}

function copyItem(item: TableItem): TableItem {
  if (isTable(item)) return copyTable(item);
  return Array.isArray(item) ? item.map(copyItem) : item;
}

/** A deep copy, which nobody changes any more. */
export function toValues(table: Table): ChartValues {
  return Object.fromEntries(Array.from(table, ([key, item]) => [key, toValue(item)]));
}

function toValue(item: TableItem): ChartValue {
  if (isTable(item)) return toValues(item);
  return Array.isArray(item) ? item.map(toValue) : item;
}

/** The table at a path whose steps are separated by dots; undefined where one of them is no table. */
export function tableAt(table: Table, path: string): Table | undefined {
  let at: TableItem | undefined = table;
  for (const step of path.split('.')) {
    at = at.get(step);
    if (!isTable(at)) return undefined;
  }
  return at;
}

/** What stands at a path, unless that is a table; undefined where nothing does. */
export function leafAt(table: Table, path: string): Exclude<TableItem, Table> | undefined {
  const dot = path.lastIndexOf('.');
  const parent = dot === -1 ? table : tableAt(table, path.slice(0, dot));
  const item = parent?.get(path.slice(dot + 1));
  return isTable(item) ? undefined : item;
}
