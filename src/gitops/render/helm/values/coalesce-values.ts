import type { Chart, ChartValues } from '../chart.ts';
import { ChartError } from '../load/chart-error.ts';
import { coalesceTables, concatPath, dropNulls, type TableMerge, type Warn } from './coalesce-tables.ts';
import { copyTable, isTable, type Table, type TableItem, toTable, toValues } from './table.ts';

/** A chart as far as its values are concerned. */
export interface ValuesChart {
  /** The key its values stand under in those of its parent. */
  readonly name: string;
  readonly values: ChartValues;
  readonly dependencies: readonly ValuesChart[];
}

/**
 * The values that a chart is rendered with: a person's over its own, those for its dependencies under their names, `global` in all of them.
 * @param chart whose dependencies are those that take part: see `processDependencies`
 * @throws ChartError where what stands under the name of a dependency is no map
 */
export function coalesceValues(chart: Chart, user: ChartValues, warn: Warn = () => {}): ChartValues {
  return toValues(coalesceChart(toValuesChart(chart), toTable(user), { keepsNulls: false, warn }));
}

function toValuesChart({ metadata, values, dependencies }: Chart): ValuesChart {
  return { name: metadata.name, values, dependencies: dependencies.map(toValuesChart) };
}

/** As `coalesceValues`; what comes out shares nothing with what went in. @throws ChartError */
export function coalesceChart(chart: ValuesChart, user: Table, merge: TableMerge): Table {
  const values = copyTable(user);
  fillTable(chart, values, '', merge);
  return values;
}

function fillTable(chart: ValuesChart, values: Table, path: string, merge: TableMerge): void {
  const own = concatPath(path, chart.name);
  fillOwn(chart, values, own, merge);
  for (const dependency of chart.dependencies) {
    const given = values.get(dependency.name);
    if (given !== undefined && !isTable(given)) throw new ChartError(`the values for ${dependency.name}, a dependency of ${own}, must be a map`);
    const table = given ?? new Map();
    values.set(dependency.name, table);
    handDownGlobals(table, values, own, merge);
    fillTable(dependency, table, own, merge);
  }
}

/** Fills in what the chart's own values.yaml says. */
function fillOwn(chart: ValuesChart, values: Table, path: string, merge: TableMerge): void {
  for (const [key, item] of toTable(chart.values)) {
    const given = values.get(key);
    if (given === undefined) {
      if (isTable(item) && !merge.keepsNulls) dropNulls(item);
      if (item !== null || merge.keepsNulls) values.set(key, item);
    } else if (given === null) {
      if (!merge.keepsNulls) values.delete(key);
    } else if (isTable(given)) {
      fillKey(chart, { key, given, item }, path, merge);
    }
  }
}

interface Key {
  readonly key: string;
  readonly given: Table;
  readonly item: TableItem;
}

function fillKey(chart: ValuesChart, { key, given, item }: Key, path: string, merge: TableMerge): void {
  if (isTable(item)) {
    // nulls meant for a dependency's own values must get there
    const keepsNulls = merge.keepsNulls || chart.dependencies.some(({ name }) => name === key);
    if (!keepsNulls) dropNulls(item);
    coalesceTables(given, item, concatPath(path, key), { ...merge, keepsNulls });
  } else if (item !== null) {
    merge.warn(`${concatPath(path, key)} is no map in the chart, and is replaced by one`);
  }
}

/** Absent they are empty; null they are no map. */
function globalsOf(table: Table): TableItem {
  return table.has('global') ? (table.get('global') ?? null) : new Map();
}

/** Merges a parent's `global` over that of a dependency. */
function handDownGlobals(into: Table, from: Table, path: string, merge: TableMerge): void {
  const below = globalsOf(into);
  const above = globalsOf(from);
  if (!isTable(below) || !isTable(above)) {
    merge.warn(`${path}: global is not handed down, because it is no map`);
    return;
  }
  for (const [key, item] of above) {
    const own = below.get(key);
    if (!isTable(item)) {
      if (isTable(own)) merge.warn(`${path}: global.${key} is not handed down, because it is a map below`);
      else below.set(key, item);
    } else if (own === undefined) {
      below.set(key, new Map(item));
    } else if (isTable(own)) {
      const copy: Table = new Map(item);
      coalesceTables(copy, own, concatPath(path, key), { ...merge, keepsNulls: true });
      below.set(key, copy);
    } else {
      merge.warn(`${path}: global.${key} is not handed down, because it is no map below`);
    }
  }
  into.set('global', below);
}
