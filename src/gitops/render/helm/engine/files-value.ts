import { posix } from 'node:path';
import { compileGlob, type Glob } from '../../../../lib/glob.ts';
import { LruMap } from '../../../../lib/lru-map.ts';
import { fromBytes, fromText, toText } from '../../../../template/value/byte-string.ts';
import { Bytes, bytesType } from '../../../../template/value/bytes.ts';
import { constantFunction, listOf, meteredFunction, reflect, text } from '../../../../template/value/go-function.ts';
import { mapOf, stringMap } from '../../../../template/value/go-type.ts';
import type { GoFunction, GoType, Meter, Value } from '../../../../template/value/value.ts';
import { GoMap } from '../../../../template/value/value.ts';
import type { ChartFile } from '../chart.ts';
import { toYaml } from '../../../../template/yaml/yaml-functions.ts';

/** `.Files`: a map of names to bytes, with methods. */
const filesType: GoType = {
  kind: 'map',
  name: 'engine.files',
  elem: bytesType,
  underlying: mapOf(bytesType),
  methods: new Map([
    ['Get', (files: Value): GoFunction => constantFunction([text], text, (name) => textOf(files, name))],
    ['GetBytes', (files: Value): GoFunction => meteredFunction([text], reflect, (_, name) => new Bytes(textOf(files, name)))],
    ['Glob', (files: Value): GoFunction => meteredFunction([text], reflect, ({ meter }, pattern) => matching(files, pattern, meter))],
    ['Lines', (files: Value): GoFunction => meteredFunction([text], listOf(text), (_, name) => linesOf(textOf(files, name)))],
    ['AsConfig', (files: Value): GoFunction => meteredFunction([], text, ({ meter }) => asYaml(files, (content) => content, meter))],
    ['AsSecrets', (files: Value): GoFunction => meteredFunction([], text, ({ meter }) => asYaml(files, (content) => Buffer.from(content, 'latin1').toString('base64'), meter))],
  ]),
};

export function filesValue(files: readonly ChartFile[]): GoMap {
  return new GoMap(filesType, new Map(files.map(({ name, data }) => [fromText(name), new Bytes(fromBytes(data))])));
}

function textOf(files: Value, name: string): string {
  const content = files instanceof GoMap ? files.entries.get(name) : undefined;
  return content instanceof Bytes ? content.text : '';
}

/** A malformed pattern matches everything, as in Helm. */
function matching(files: Value, pattern: string, meter: Meter): GoMap {
  const glob = globOf(pattern);
  const matches = (name: string): boolean => glob?.(toText(name)) ?? true;
  const entries = files instanceof GoMap ? [...files.entries] : [];
  meter.step(entries.reduce((sum, [name]) => sum + name.length * (1 + pattern.length / 20), 0) / 10);
  return new GoMap(filesType, new Map(entries.filter(([name]) => matches(name))));
}

function linesOf(content: string): string[] {
  return content === '' ? [] : content.replace(/\n$/, '').split('\n');
}

/** Charts have few patterns, and many releases. */
const globs = new LruMap<{ readonly glob: Glob | undefined }>(256);

function globOf(pattern: string): Glob | undefined {
  const known = globs.get(pattern) ?? { glob: compileGlob(toText(pattern), '/') };
  globs.set(pattern, known);
  return known.glob;
}

/** By the last part of the name. */
function asYaml(files: Value, encode: (content: string) => string, meter: Meter): string {
  const names = files instanceof GoMap ? files.sortedKeys() : [];
  const entries = names.map((name) => [posix.basename(name), textOf(files, name)] as const);
  meter.allocate(entries.reduce((sum, [, content]) => sum + content.length * 2, 0));
  return toYaml(stringMap(entries.map(([name, content]) => [name, encode(content)] as const)), meter);
}
