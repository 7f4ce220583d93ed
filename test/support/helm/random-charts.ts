import fc from 'fast-check';
import type { ChartTexts } from './helm-runs.ts';
import { dumpTemplate } from './helm-runs.ts';

/** A chart with its values, and what a person lays over them. */
export interface RandomRelease {
  readonly texts: ChartTexts;
  /** A file of values. */
  readonly values: string;
  /** For `--set`. */
  readonly sets: readonly string[];
}

const keys = fc.constantFrom('k', 'm', 'on', 'global', 'tags', 'exports', 'one', 'two', 'uno', 'dos');
const scalars = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.boolean() },
  { weight: 3, arbitrary: fc.constantFrom<string | number>('', 'text', 'true', '012', 0, 1, -7, 1_000_000, 12_345_678.5, 1e21) },
);

const items = fc.letrec<{ readonly item: unknown; readonly map: object }>((tie) => ({
  item: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalars, tie('map'), fc.array(scalars, { maxLength: 2 })),
  map: fc.dictionary(keys, tie('item'), { maxKeys: 4, noNullPrototype: true }),
}));

/** Values in which what the rules look at is often a map, and sometimes not. */
function valuesOf(children: readonly string[]): fc.Arbitrary<object> {
  const parts = { global: items.map, tags: fc.dictionary(fc.constantFrom('red', 'blue'), scalars, { noNullPrototype: true }), exports: fc.dictionary(fc.constantFrom('data', 'more'), items.map, { noNullPrototype: true }) };
  const own = Object.fromEntries(children.map((name) => [name, fc.oneof({ weight: 12, arbitrary: items.map }, { weight: 1, arbitrary: items.item })]));
  return fc.tuple(fc.record({ ...parts, ...own }, { requiredKeys: [], noNullPrototype: true }), items.map).map(([special, any]) => ({ ...any, ...special }));
}

const dependencyOf = (name: string, alias: string): fc.Arbitrary<object> =>
  fc.record(
    {
      name: fc.constant(name),
      version: fc.constantFrom('1.x', '^1.0.0', '>=1.2.3-0', '1.2.3', '2.0.0', '*'),
      repository: fc.constant(''),
      condition: fc.constantFrom(`${name}.on`, 'k', ` ${alias}.on,global.on`, 'm.k, on', ''),
      tags: fc.subarray(['red', 'blue']),
      alias: fc.constantFrom(alias, ''),
      'import-values': fc.array(fc.oneof(fc.constantFrom('data', 'more', 'none'), fc.record({ child: fc.constantFrom('exports.data', 'm', 'global', 'k.m'), parent: fc.constantFrom('.', 'm', 'imported.deep', 'global') })), { maxLength: 2 }),
    },
    { requiredKeys: ['name', 'version', 'repository'], noNullPrototype: true },
  );

/** A chart as files; its children lie in charts/, whether or not Chart.yaml speaks of them. */
function chartOf(name: string, depth: number): fc.Arbitrary<ChartTexts> {
  const names = depth === 0 ? [] : [`${name}a`, `${name}b`];
  const aliases = names.map((child) => `${child}x`);
  const declared = fc.tuple(...names.map((child, index) => fc.option(dependencyOf(child, aliases[index] ?? ''), { nil: undefined, freq: 5 })));
  // Helm looks at nothing below a chart without a list
  const dependencies = fc.oneof({ weight: 9, arbitrary: declared.map((list) => list.filter((one) => one !== undefined)) }, { weight: 1, arbitrary: fc.constant(undefined) });
  const children = fc.tuple(...names.map((child) => chartOf(child, depth - 1)));
  return fc.tuple(dependencies, valuesOf([...names, ...aliases]), children).map(([list, values, inner]) => ({
    'Chart.yaml': JSON.stringify({ apiVersion: 'v2', name, version: '1.2.3', ...(list === undefined ? {} : { dependencies: list }) }),
    'values.yaml': JSON.stringify(values),
    'templates/dump.yaml': dumpTemplate,
    ...Object.fromEntries(inner.flatMap((texts, index) => Object.entries(texts).map(([file, text]) => [`charts/${names[index]}/${file}`, text]))),
  }));
}

const setTexts = fc.constantFrom('k=1', 'ca.on=true', 'ca.on=null', 'm.k=false', 'global.k=x', 'global=1', 'tags.red=false', 'tags.blue=true', 'cax.on=false', 'm=null', 'cb=null', 'k[1]=2', 'cb.m.one=1000000', 'cb.global.m=null');

export const randomReleases: fc.Arbitrary<RandomRelease> = fc.record({
  texts: chartOf('c', 2),
  values: valuesOf(['ca', 'cb', 'cax', 'cbx']).map((values) => JSON.stringify(values)),
  sets: fc.array(setTexts, { maxLength: 3 }),
});
