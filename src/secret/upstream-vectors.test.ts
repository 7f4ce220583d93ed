import { afterAll, describe, expect, test } from 'vitest';
import type { KeyRewrite, MergeStep } from '../api/key-rewrite.ts';
import { systemClock } from '../lib/clock.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { goText } from '../provider/go-json.ts';
import { createRendererPool } from '../template/worker/pool.ts';
import { convertKey } from './convert-key.ts';
import { decode } from './decode.ts';
import { reverseKey } from './push/reverse-keys.ts';
import { rewriteKeys } from './rewrite-keys.ts';
import { renderTexts } from './template/render-texts.ts';

// what the functions of External Secrets make of these, by its own tests

type Texts = Readonly<Record<string, string>>;

const { signal } = new AbortController();
const pool = createRendererPool({ clock: systemClock });

afterAll(() => pool.close());

const regexp = (source: string, target: string): KeyRewrite => ({ kind: 'regexp', source, target });
const transform = (template: string): KeyRewrite => ({ kind: 'transform', template });
const merge = (step: Partial<MergeStep> = {}): KeyRewrite => ({ kind: 'merge', into: '', priority: [], priorityPolicy: 'Strict', conflictPolicy: 'Error', strategy: 'Extract', ...step });
const text = (value: SecretBytes | undefined): string | undefined => (value === undefined ? undefined : Buffer.from(value.reveal()).toString('utf8'));

async function rewritten(steps: readonly KeyRewrite[], values: Texts): Promise<Texts | string> {
  const extracted = new Map(Object.entries(values).map(([key, value]) => [key, { value: SecretBytes.fromUtf8(value), origin: { kind: 'store', store: 'SecretStore devnet/vault', key } } as const]));
  const [result] = await rewriteKeys([{ steps, extracted }], renderTexts(pool, 'devnet', signal));
  if (result?.ok !== true) return result?.problem.message ?? 'no answer';
  return Object.fromEntries([...result.value].map(([key, { value }]) => [key, text(value) ?? '']));
}

describe('rewriting', () => {
  test.each<[string, readonly KeyRewrite[], Texts, Texts]>([
    ['one character', [regexp('-', '_')], { 'foo-bar': 'v' }, { foo_bar: 'v' }],
    ['what does not match', [regexp('hello', 'world')], { foo: 'v' }, { foo: 'v' }],
    ['a prefix', [regexp('^my/initial/path/', '')], { 'my/initial/path/foo': 'v' }, { foo: 'v' }],
    ['numbered groups', [regexp('f(.*)o', 'a_new_path_$1')], { foo: 'v', foodaloo: 'w' }, { a_new_path_o: 'v', a_new_path_oodalo: 'w' }],
    ['named groups', [regexp('f(?P<content>.*)o', 'a_new_path_${content}_${1}')], { foo: 'v', floo: 'w' }, { a_new_path_o_o: 'v', a_new_path_lo_lo: 'w' }],
    ['several steps', [regexp('my/(.*?)/bar/(.*)', '$1-$2'), regexp('-', '_'), regexp('ass', '***')], { 'my/app/bar/key': 'v', 'my/app/bar/password': 'w' }, { app_key: 'v', 'app_p***word': 'w' }],
    ['a template', [regexp('my/(.*?)/bar/(.*)', '$1-$2'), transform('{{ .value | upper | replace "-" "_" }}')], { 'my/app/bar/key': 'v' }, { APP_KEY: 'v' }],
    [
      'a pattern, and then merging',
      [regexp('db/(.*)', '$1'), merge({ strategy: 'JSON', conflictPolicy: 'Ignore', into: 'merged', priority: ['a'] })],
      { 'db/a': '{"host": "a.example"}', 'db/b': '{"host": "b.example", "pass": "p"}' },
      { a: '{"host": "a.example"}', b: '{"host": "b.example", "pass": "p"}', merged: '{"host":"a.example","pass":"p"}' },
    ],
    [
      'merging twice',
      [merge({ strategy: 'JSON', conflictPolicy: 'Ignore', into: 'merged', priority: ['a'] }), merge({ conflictPolicy: 'Ignore', priority: ['b'] })],
      { a: '{"host": "a", "pass": "pa", "port": 123}', b: '{"host": "b", "pass": "pb"}' },
      { host: 'b', pass: 'pb', port: '123' },
    ],
  ])('%s', async (_what, steps, before, after) => {
    expect(await rewritten(steps, before)).toEqual(after);
  });
});

test('what stands between other marks than {{ and }} is text', async () => {
  expect(await rewritten([transform('<< .value >>')], { key: 'v' })).toEqual({ '<< .value >>': 'v' });
});

describe('merging', () => {
  const mongo = '{"username": "foz", "password": "baz"}';
  const redis = '{"host": "redis.example", "port": "6379"}';

  test.each<[string, KeyRewrite, Texts, Texts | RegExp]>([
    ['two objects', merge(), { mongo, redis }, { username: 'foz', password: 'baz', host: 'redis.example', port: '6379' }],
    ['by priority', merge({ conflictPolicy: 'Ignore', priority: ['mongo', 'redis'] }), { redis, mongo, other: '{"key": "value", "host": "other"}' }, { username: 'foz', password: 'baz', host: 'redis.example', port: '6379', key: 'value' }],
    ['by a priority that is not there', merge({ conflictPolicy: 'Ignore', priority: ['nowhere', 'mongo'] }), { mongo, redis }, /the key "nowhere" of priority is not there/],
    ['by a priority that need not be there', merge({ conflictPolicy: 'Ignore', priority: ['nowhere', 'mongo'], priorityPolicy: 'IgnoreNotFound' }), { mongo, redis }, { username: 'foz', password: 'baz', host: 'redis.example', port: '6379' }],
    ['in conflict', merge(), { mongo, redis: '{"username": "redis"}' }, /merge failed with conflicts: username/],
    ['into a key of its own', merge({ strategy: 'JSON', into: 'both' }), { mongo, redis }, { mongo, redis, both: '{"host":"redis.example","password":"baz","port":"6379","username":"foz"}' }],
    ['what is no JSON', merge(), { broken: mongo.slice(0, -1) }, /the value of "broken" is not a JSON object/],
  ])('%s', async (_what, step, before, after) => {
    const result = await rewritten([step], before);

    if (after instanceof RegExp) expect(result).toMatch(after);
    else expect(result).toEqual(after);
  });
});

describe('keys that Kubernetes refuses', () => {
  test.each([
    ['Default', 'foo$bar%baz*bing', 'foo_bar_baz_bing'],
    ['Default', '/foo/bar/baz/bing', '_foo_bar_baz_bing'],
    ['Default', 'foo/bar/baz/bing/', 'foo_bar_baz_bing_'],
    ['Unicode', '😀foo😁bar😂baz😈bing', '_U1f600_foo_U1f601_bar_U1f602_baz_U1f608_bing'],
  ] as const)('%s makes of %s: %s', (strategy, key, converted) => {
    expect(convertKey(key, strategy)).toBe(converted);
  });

  test.each(['😀foo😁bar😂baz😈bing', 'some-array[0].entity'])('%s is itself again when it is pushed', (key) => {
    expect(reverseKey('ReverseUnicode', convertKey(key, 'Unicode'))).toBe(key);
  });

  test.each([
    ['None', 'some-array_U005b_0_U005d_.entity', 'some-array_U005b_0_U005d_.entity'],
    ['ReverseUnicode', 'some-array_U005b_0_U005d_.entity', 'some-array[0].entity'],
    ['ReverseUnicode', '_U0xxx_x_U005b_', '_U0xxx_x['],
  ] as const)('%s makes of %s: %s', (strategy, key, reversed) => {
    expect(reverseKey(strategy, key)).toBe(reversed);
  });
});

test.each([
  ['Base64', 'YmFy', 'bar'],
  ['Base64', 'foo', undefined],
  ['Base64URL', 'Zm9vPz4-', 'foo?>>'],
  ['Base64URL', 'foo', undefined],
  ['None', 'Zm9vPz4-', 'Zm9vPz4-'],
  ['Auto', 'Zm9vPz4+', 'foo?>>'],
  ['Auto', 'Zm9vPz4-', 'foo?>>'],
  ['Auto', 'foo', 'foo'],
] as const)('%s decodes %s to %s', (strategy, encoded, expected) => {
  expect(text(decode(strategy, SecretBytes.fromUtf8(encoded)))).toBe(expected);
});

test.each([
  ['"value"', 'value'],
  ['{"key":"value"}', '{"key":"value"}'],
  ['["value1", "value2"]', '["value1","value2"]'],
  ['123.45', '123.45'],
  ['true', 'true'],
  ['null', ''],
])('the JSON value %s is the text %s', (json, expected) => {
  expect(goText(json, 'plain')).toBe(expected);
});
