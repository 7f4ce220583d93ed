import { expect, test } from 'vitest';
import { createThreadRenderer } from '../../../test/support/thread-renderer.ts';
import type { PushedEntry } from '../../api/pushed-entry.ts';
import type { PushRule } from '../../api/push-secret-spec.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { renderTexts } from '../template/render-texts.ts';
import { planPushes } from './plan-pushes.ts';
import { syncedEntryKey } from './synced-key.ts';

const render = renderTexts(createThreadRenderer(), 'devnet', new AbortController().signal);
const store = { kind: 'SecretStore', name: 'vault' } as const;
const rule = (more: Partial<PushRule>): PushRule => ({ store, rewrite: [], conversionStrategy: 'None', ...more });
const entry = (secretKey: string | undefined, remoteKey: string, more: Partial<PushedEntry> = {}): PushedEntry => ({ match: { ...(secretKey === undefined ? {} : { secretKey }), remoteRef: { remoteKey } }, ...more });

async function plan(source: Readonly<Record<string, string>>, rules: readonly PushRule[], data: readonly PushedEntry[] = []): Promise<readonly string[] | string> {
  const values = new Map(Object.entries(source).map(([key, text]) => [key, SecretBytes.fromUtf8(text)]));
  const planned = await planPushes({ data, rules: rules.map((one, index) => ({ index, rule: one })), source: values }, render);
  if (!planned.ok) return planned.message;
  return planned.pushes.map(({ entry: made, value, data: seen }) => `${syncedEntryKey(made)} of ${made.match.secretKey ?? '*'} = ${Buffer.from(value.reveal()).toString('utf8')} among ${[...seen.keys()].join()}`);
}

test('rules come first, in their order, keys in order within each, and then what is written down', async () => {
  expect(await plan({ b: '2', a: '1', c: '3' }, [rule({ match: 'b' }), rule({ match: '[ac]' })], [entry('a', 'x')])).toEqual(['b of b = 2 among b,a,c', 'c of c = 3 among b,a,c', 'x of a = 1 among b,a,c']);
});

test('a bundle sees the keys that it matches and no others', async () => {
  expect(await plan({ b: '2', a: '1', c: '3' }, [rule({ match: '[ab]', remoteKey: 'x' })])).toEqual(['x of * = {"a":"1","b":"2"} among a,b']);
});

test('the whole Secret, written down, takes the place of bundles, as each key does of its own', async () => {
  expect(await plan({ a: '1', b: '2' }, [rule({ match: 'a', remoteKey: 'x' })], [entry(undefined, 'x')])).toEqual(['x of * = {"a":"1","b":"2"} among a,b']);
});

test('entries of rules name the keys that the Secret has, whatever they were matched and rewritten as', async () => {
  const rewrite = [{ kind: 'regexp', source: '/', target: '.' }] as const;
  expect(await plan({ a_U002f_b: '1' }, [rule({ match: '^a/b$', conversionStrategy: 'ReverseUnicode', rewrite, metadata: { x: 1 } })])).toEqual(['a.b of a_U002f_b = 1 among a_U002f_b']);
});

test('a collision among rules is one even where an entry would have won', async () => {
  expect(await plan({ a: '1', b: '2' }, [rule({ rewrite: [{ kind: 'transform', template: 'same' }] })], [entry('a', 'x')])).toMatch(/^dataTo\[0\]: rewrite\[0\]\.transform makes "same" of two keys/);
});

test('a template that fails is named by its place, and its text is not', async () => {
  expect(await plan({ a: '1' }, [rule({ rewrite: [{ kind: 'transform', template: '{{ nothing }}' }] })])).toMatch(/^dataTo\[0\]: rewrite\[0\]\.transform: /);
});
