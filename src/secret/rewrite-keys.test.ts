import { afterAll, expect, test } from 'vitest';
import { recordRequests } from '../../test/support/recording-renderer.ts';
import type { KeyRewrite } from '../api/key-rewrite.ts';
import { systemClock } from '../lib/clock.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { createRendererPool } from '../template/worker/pool.ts';
import type { Traced } from './provenance.ts';
import { rewriteKeys } from './rewrite-keys.ts';
import { renderTexts } from './template/render-texts.ts';

const { signal } = new AbortController();
const pool = createRendererPool({ clock: systemClock });

afterAll(() => pool.close());

const regexp = (source: string, target: string): KeyRewrite => ({ kind: 'regexp', source, target });
const transform = (template: string): KeyRewrite => ({ kind: 'transform', template });

function traced(key: string): Traced {
  return { value: SecretBytes.fromUtf8(`value of ${key}`), origin: { kind: 'store', store: 'SecretStore devnet/vault', key } };
}

/** The new keys of each object, or its problem; and how many requests it took. */
async function keysAfter(...objects: readonly (readonly [steps: readonly KeyRewrite[], ...keys: readonly string[]])[]): Promise<readonly unknown[]> {
  const renderer = recordRequests(pool);
  const wanted = objects.map(([steps, ...keys]) => ({ steps, extracted: new Map(keys.map((key) => [key, traced(key)])) }));
  const rewritten = await rewriteKeys(wanted, renderTexts(renderer, 'devnet', signal));
  const shown = rewritten.map((result) => (result.ok ? [...result.value.keys()].join(' ') : `${result.problem.kind}: ${result.problem.message}`));
  return [...shown, renderer.requests.length];
}

test.each([
  ['^db/(.*)$', '$1', 'db/user', 'user'],
  ['a', 'b', 'banana', 'bbnbnb'],
  ['(?P<first>.)(.)', '${2}${first}', 'abcd', 'badc'],
  ['(.)', '$1x', 'ab', ''],
  ['(.)', '${1}x', 'ab', 'axbx'],
  ['(.)', '$$', 'ab', '$$'],
  ['x*', '-', 'abc', '-a-b-c-'],
  ['^', 'pre-', 'key', 'pre-key'],
  ['ü', 'ue', 'schlüssel', 'schluessel'],
  ['[😀]', 'smile', 'a😀b', 'asmileb'],
  ['a', '\\1$9', 'a', '\\1'],
  ['(a)', '$', 'a', '$'],
])('%j with %j makes of %j what Go makes of it: %j', async (source, target, key, expected) => {
  expect(await keysAfter([[regexp(source, target)], key])).toEqual([expected, 1]);
});

test('steps follow one another, and those that render share a request across objects', async () => {
  const result = await keysAfter([[regexp('^x-', ''), transform('{{ .value }}.conf'), regexp('^a', 'b')], 'x-a', 'x-c'], [[regexp('o', '0'), transform('<{{ .value }}>')], 'one'], [[], 'left/alone']);

  expect(result).toEqual(['b.conf c.conf', '<0ne>', 'left/alone', 3]);
});

test('a pattern that cannot be compiled is a problem of a template', async () => {
  const result = await keysAfter([[regexp('(', '')], 'a'], [[regexp(String.raw`\pL{1000}`.repeat(100), '')], 'a'], [[regexp('a', 'b')], 'a']);

  expect(result).toEqual([
    expect.stringMatching(/^template: rewrite\[0\]\.regexp: template: regexp:1:\d+: .*error parsing regexp: missing closing \)/),
    expect.stringMatching(/^template: rewrite\[0\]\.regexp: template: regexp:1:\d+: .*the regular expression is too large$/),
    'b',
    1,
  ]);
});

test('what goes wrong with one object is told of it alone', async () => {
  const result = await keysAfter([[regexp('.*', 'same')], 'a', 'b'], [[transform('{{ .key }}'), regexp('a', 'b')], 'a'], [[transform('{{ if }}')], 'a'], [[transform('{{ .value }}')], 'a']);

  expect(result).toEqual([
    'unusable: rewrite[0].regexp makes "same" of two keys; each needs a name of its own',
    expect.stringMatching(/^template: rewrite\[0\]\.transform: template: transform:1:\d+: executing "transform" at <\.key>: map has no entry for key "key"$/),
    expect.stringMatching(/^template: rewrite\[0\]\.transform: template: transform:1: /),
    'a',
    1,
  ]);
});
