import { posix } from 'node:path';
import { fromBytes, fromText } from '../../../../template/value/byte-string.ts';
import type { GoMap } from '../../../../template/value/value.ts';
import type { Chart } from '../chart.ts';
import { filesValue } from './files-value.ts';

/** A template of a chart. */
export interface ChartTemplate {
  /** As Helm names it, with the charts that it is in: a byte string. */
  readonly path: string;
  readonly text: string;
  /** The folder of the templates of its chart. */
  readonly basePath: string;
  /** The chart that it is of. */
  readonly owner: ChartNode;
}

/** A chart of a release, and what its templates see of it whatever the values. */
export interface ChartNode {
  readonly chart: Chart;
  readonly isRoot: boolean;
  readonly files: GoMap;
  readonly dependencies: readonly ChartNode[];
}

/** A chart and its dependencies with all of their templates, in the order in which Helm parses and renders them. */
export interface ChartTree {
  readonly root: ChartNode;
  readonly templates: readonly ChartTemplate[];
  /** Bytes of all templates together. */
  readonly size: number;
}

/** Puts the templates of a chart and its dependencies in order: the deepest paths first, so that what a chart defines wins over its dependencies. */
export function chartTree(chart: Chart): ChartTree {
  const templates = new Map<string, ChartTemplate>();
  const root = nodeOf(chart, '', templates);
  const ordered = [...templates.values()].toSorted((left, right) => compare(right.path, left.path));
  return { root, templates: ordered, size: ordered.reduce((size, { text }) => size + text.length, 0) };
}

function nodeOf(chart: Chart, parentPath: string, templates: Map<string, ChartTemplate>): ChartNode {
  const { name } = chart.metadata;
  const path = parentPath === '' ? name : `${parentPath}/charts/${name}`;
  const dependencies = chart.dependencies.map((dependency) => nodeOf(dependency, path, templates));
  const node: ChartNode = { chart, isRoot: parentPath === '', files: filesValue(chart.files), dependencies };
  for (const { name: file, data } of chart.templates) {
    // library charts define, and render nothing
    if (chart.metadata.type === 'library' && !isPartial(file)) continue;
    const full = fromText(posix.join(path, file));
    templates.set(full, { path: full, text: fromBytes(data), basePath: fromText(posix.join(path, 'templates')), owner: node });
  }
  return node;
}

/** Partials only define what others include. */
export function isPartial(path: string): boolean {
  return posix.basename(path).startsWith('_');
}

function compare(left: string, right: string): number {
  const byDepth = depthOf(left) - depthOf(right);
  if (byDepth !== 0) return byDepth;
  return left < right ? -1 : left > right ? 1 : 0;
}

function depthOf(path: string): number {
  return path.split('/').length;
}
