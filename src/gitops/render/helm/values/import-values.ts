import type { ChartDependency } from '../chart.ts';
import { coalesceTables, type TableMerge, type Warn } from './coalesce-tables.ts';
import { coalesceChart } from './coalesce-values.ts';
import { copyTable, type Table, tableAt, toValues } from './table.ts';
import type { WorkingChart } from './working-chart.ts';

/** Gives each chart's own values what `import-values` takes from its dependencies, the innermost first. @throws ChartError */
export function importValues(chart: WorkingChart, warn: Warn): void {
  for (const child of chart.dependencies) importValues(child, warn);
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return;
  const merge: TableMerge = { keepsNulls: true, warn };
  const values = coalesceChart(chart, new Map(), { ...merge, warn: () => {} });
  const imported: Table = new Map();
  for (const dependency of declared) {
    const pairs = dependency.importValues.map(pairOf);
    for (const { child, parent } of pairs) {
      const found = tableAt(values, `${dependency.name}.${child}`);
      if (found === undefined) warn(`import-values: ${dependency.name} has no values at ${child}`);
      // an empty one is not shared
      else coalesceTables(imported, nested(parent, found.size === 0 ? new Map() : found), '', merge);
    }
    dependency.importValues = pairs;
  }
  // what a parent says itself wins; tables of it may have become part of what is imported, where anything is
  const own = imported.size === 0 ? values : copyTable(values);
  coalesceTables(own, imported, '', merge);
  chart.values = toValues(own);
}

function pairOf(item: ChartDependency['importValues'][number]): { readonly child: string; readonly parent: string } {
  return typeof item === 'string' ? { child: `exports.${item}`, parent: '.' } : item;
}

/** Puts a table where a path says; a lone dot is the top. */
function nested(path: string, table: Table): Table {
  if (path === '.') return table;
  return path.split('.').reduceRight<Table>((inner, step) => new Map([[step, inner]]), table);
}
