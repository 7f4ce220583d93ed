import { isDeepStrictEqual } from 'node:util';
import type { TaintedPath } from '../../../plan/plan.ts';

/**
 * Where a rendered value is not what it is for another secret: these paths depend on the secret, whatever the chart made of it (encoded, hashed,
 * cut). Where the keys of a map or the length of a list differ, all of it does.
 */
export function differences(one: unknown, other: unknown, path: TaintedPath = []): readonly TaintedPath[] {
  // documents that renders have in common are read once
  if (one === other) return [];
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) return one.flatMap((item: unknown, index) => differences(item, other[index], [...path, index]));
  if (isMap(one) && isMap(other)) {
    const keys = Object.keys(one);
    const isSame = keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key));
    if (isSame) return keys.flatMap((key) => differences(one[key], other[key], [...path, key]));
  }
  return isDeepStrictEqual(one, other) ? [] : [path];
}

/** A text that stands in a value, and what must be hidden where it is a secret. */
export interface PlacedText {
  readonly text: string;
  readonly path: TaintedPath;
}

/** All texts in a value. A secret that became a key hides all of its map. */
export function stringsIn(value: unknown, path: TaintedPath = []): readonly PlacedText[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => stringsIn(item, [...path, index]));
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [{ text: key, path }, ...stringsIn(item, [...path, key])]);
}

/** Where secrets stand among texts: what a chart copied without change. */
export function places(strings: readonly PlacedText[], secrets: readonly string[]): readonly TaintedPath[] {
  // most of what is copied is copied whole
  const whole = new Set(secrets);
  return strings.filter(({ text }) => whole.has(text) || secrets.some((secret) => text.includes(secret))).map(({ path }) => path);
}

/** Each path once, and none below another. */
export function joined(paths: readonly TaintedPath[]): readonly TaintedPath[] {
  const sorted = [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()].toSorted((a, b) => a.length - b.length);
  const kept: TaintedPath[] = [];
  for (const path of sorted) if (!kept.some((above) => above.every((step, index) => path[index] === step))) kept.push(path);
  return kept;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
