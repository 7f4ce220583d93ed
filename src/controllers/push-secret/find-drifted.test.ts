import { expect, test } from 'vitest';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { ReadResult, RemoteWrite } from '../../provider/contract.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import { findDrifted } from './find-drifted.ts';

const store = { label: 'SecretStore devnet/vault', provider: {}, scope: 'namespaced' } as const;
const { signal } = new AbortController();
const value = (text: string): ReadResult => ({ kind: 'value', value: SecretBytes.fromUtf8(text) });
const error = (kind: 'unsupported' | 'denied'): ReadResult => ({ kind: 'error', error: new ProviderError(kind, 'no') });

function write(more: Partial<RemoteWrite> = {}): RemoteWrite {
  return { remoteKey: 'path', value: SecretBytes.fromUtf8('mine'), source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map() }, updatePolicy: 'Replace', ...more };
}

test.each<[string, RemoteWrite, ReadResult, boolean]>([
  ['the same value', write(), value('mine'), false],
  ['another value', write(), value('theirs'), true],
  ['no value', write(), { kind: 'absent' }, true],
  ['the same property', write({ property: 'a.b' }), value('{"a.b":"mine"}'), false],
  ['another property', write({ property: 'a' }), value('{"a":"theirs","mine":"mine"}'), true],
  ['no such property', write({ property: 'a' }), value('{"b":"mine"}'), true],
  ['a property of what is no JSON', write({ property: 'a' }), value('mine'), true],
  ['any value, which is to stay', write({ updatePolicy: 'IfNotExists' }), value('theirs'), false],
  ['no value, where any was to stay', write({ updatePolicy: 'IfNotExists' }), { kind: 'absent' }, true],
  ['a store that cannot be read', write(), error('unsupported'), false],
  ['a store that would not say', write(), error('denied'), true],
])('%s', async (_what, pushed, result, isDrifted) => {
  const one = { write: pushed };
  expect(await findDrifted(store, [one], { read: () => Promise.resolve([result]) }, signal)).toEqual(isDrifted ? [one] : []);
});

test('several properties of one value are one read', async () => {
  const keys: string[] = [];
  const pushed = [{ write: write({ property: 'a' }) }, { write: write({ property: 'b' }) }, { write: write({ remoteKey: 'other' }) }];
  const read = (_store: unknown, refs: readonly { readonly key: string }[]): Promise<readonly ReadResult[]> => {
    keys.push(...refs.map(({ key }) => key));
    return Promise.resolve([value('{"a":"mine"}'), value('mine')]);
  };
  expect(await findDrifted(store, pushed, { read }, signal)).toEqual([pushed[1]]);
  expect(keys).toEqual(['path', 'other']);
});
