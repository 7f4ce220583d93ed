import { createHash } from 'node:crypto';
import { parseDocument } from 'yaml';
import type { ChartFile } from '../../../src/gitops/render/helm/chart.ts';

/** Values that are laid over those of a chart. */
export interface ValueSet {
  readonly name: string;
  /** A values file: YAML. */
  readonly text: string;
}

type Json = null | boolean | number | string | readonly Json[] | JsonMap;
interface JsonMap {
  readonly [key: string]: Json;
}

/**
 * Value sets for a chart that brings none: its defaults; every boolean, condition and tag turned over; scalars taken away or changed,
 * this one or that by a hash of its path, so that the sets are the same in every run.
 */
export function generateValueSets(files: readonly ChartFile[]): readonly ValueSet[] {
  const values = valuesOf(files);
  return [
    { name: 'defaults', text: '{}\n' },
    { name: 'flipped', text: write(orMore(merge(flipped(values), switches(files, values)), { flipped: true })) },
    { name: 'changed', text: write(orMore(changed(values, '', false), { changed: 1 })) },
    { name: 'taken away', text: write(orMore(changed(values, '', true), { taken: null })) },
  ];
}

/** Where there is nothing to change, a value that the chart does not know, and that all charts below it see. */
function orMore(values: JsonMap, global: JsonMap): JsonMap {
  return Object.keys(values).length > 0 ? values : { global };
}

function write(values: JsonMap): string {
  return `${JSON.stringify(values, undefined, 2)}\n`;
}

/** The chart's values and, under their names, those of the charts in charts/. */
function valuesOf(files: readonly ChartFile[]): JsonMap {
  const below = new Map<string, JsonMap>();
  for (const { name, data } of files) {
    const [, path, child] = /^(charts\/([^/]+)\/)values\.yaml$/.exec(name) ?? [];
    if (path !== undefined && child !== undefined) below.set(child, readMap(data));
  }
  const own = files.find(({ name }) => name === 'values.yaml');
  return merge(Object.fromEntries(below), own === undefined ? {} : readMap(own.data));
}

function readMap(data: Uint8Array): JsonMap {
  return asMap(readYaml(data));
}

/** What cannot be read has no values: the real helm says what it thinks of it. */
function readYaml(data: Uint8Array): Json {
  try {
    const document = parseDocument(Buffer.from(data).toString('utf8'), { merge: true, logLevel: 'silent' });
    return document.errors.length > 0 ? null : JSON.parse(JSON.stringify(document.toJS() ?? null));
  } catch {
    return null;
  }
}

function asMap(value: Json | undefined): JsonMap {
  return isMap(value) ? value : {};
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(base: JsonMap, over: JsonMap): JsonMap {
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMap(value) && isMap(below) ? merge(below, value) : value;
  }
  return merged;
}

/** The booleans alone, each the other way round. */
function flipped(values: JsonMap): JsonMap {
  const flips: Record<string, Json> = {};
  for (const [key, value] of Object.entries(values)) {
    if (typeof value === 'boolean') flips[key] = !value;
    if (!isMap(value)) continue;
    const inner = flipped(value);
    if (Object.keys(inner).length > 0) flips[key] = inner;
  }
  return flips;
}

/** What decides which dependencies take part, each the other way round. */
function switches(files: readonly ChartFile[], values: JsonMap): JsonMap {
  let turned: JsonMap = {};
  for (const file of files.filter(({ name }) => name === 'Chart.yaml' || name === 'requirements.yaml')) {
    const { dependencies } = readMap(file.data);
    for (const dependency of Array.isArray(dependencies) ? dependencies.map((entry: Json) => asMap(entry)) : []) {
      const { condition, tags } = dependency;
      const tagPaths = Array.isArray(tags) ? tags.flatMap((tag: Json) => (typeof tag === 'string' ? [['tags', tag]] : [])) : [];
      const paths = [...(typeof condition === 'string' ? condition.split(',').map((path) => path.trim().split('.')) : []), ...tagPaths];
      for (const path of paths) turned = merge(turned, nest(path, at(values, path) === false));
    }
  }
  return turned;
}

function at(values: JsonMap, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((value, key) => asMap(value)[key], values);
}

function nest(path: readonly string[], value: Json): JsonMap {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? value : nest(rest, value) };
}

/** Every third scalar or list another one; with `takeAway`, null instead, and seldom in place of a map. */
function changed(values: JsonMap, path: string, takeAway: boolean): JsonMap {
  const changes: Record<string, Json> = {};
  for (const [key, value] of Object.entries(values)) {
    const here = `${path}.${key}`;
    const isChosen = createHash('sha256').update(`${String(takeAway)}${here}`).digest().readUInt8(0) % (isMap(value) ? 24 : 3) === 0;
    if (isChosen && takeAway) changes[key] = null;
    else if (isMap(value)) changes[key] = changed(value, here, takeAway);
    else if (isChosen) changes[key] = another(value);
  }
  return changes;
}

function another(value: Json): Json {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return value === '' ? 'given' : `${value}-changed`;
  return value === null ? 'set' : [];
}
