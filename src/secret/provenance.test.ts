import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeProvenance, type KeyOrigin, originWithin, parseProvenance } from './provenance.ts';

const optional = (): fc.Arbitrary<string | undefined> => fc.option(fc.string(), { nil: undefined });

const origin: fc.Arbitrary<KeyOrigin> = fc.oneof(
  fc.record({ store: fc.string(), key: fc.string(), property: optional(), version: optional() }).map(({ store, key, property, version }): KeyOrigin => ({
    kind: 'store',
    store,
    key,
    ...(property === undefined ? {} : { property }),
    ...(version === undefined ? {} : { version }),
  })),
  fc.record({ generator: fc.string(), key: fc.string() }).map((parts): KeyOrigin => ({ kind: 'generator', ...parts })),
  fc.constant<KeyOrigin>({ kind: 'template' }),
);

test('what is written is read as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '1')), origin), { maxLength: 8 }), (entries) => {
      const provenance = new Map(entries);
      const read = parseProvenance(encodeProvenance(provenance) ?? '');

      expect(read).toEqual(provenance);
    }),
  );
});

test('the order of the keys does not change the text, so that nothing is written for it', () => {
  const [a, b] = [['a', { kind: 'template' }], ['b', { kind: 'generator', generator: 'Password devnet/p', key: 'password' }]] as const;

  expect(encodeProvenance(new Map<string, KeyOrigin>([a, b]))).toBe(encodeProvenance(new Map<string, KeyOrigin>([b, a])));
});

test('more than 32 KiB is dropped', () => {
  const of = (length: number) => new Map<string, KeyOrigin>([['k', { kind: 'store', store: 's', key: 'x'.repeat(length) }]]);

  expect(encodeProvenance(of(32_000))).toHaveLength(32_043);
  expect(encodeProvenance(of(33_000))).toBeUndefined();
});

test.each(['', 'text', '[]', '{"k":{"kind":"elsewhere"}}', '{"k":{"kind":"store","store":1,"key":"k"}}', '"x"', JSON.stringify({ k: { kind: 'generator', generator: 'x'.repeat(40_000), key: 'k' } })])('%s is none of ours', (text) => {
  expect(parseProvenance(text)).toBeUndefined();
});

test('the origin of a member names the way to it', () => {
  const store: KeyOrigin = { kind: 'store', store: 'ClusterSecretStore vault', key: 'prod/db' };

  expect(originWithin(store, 'user')).toEqual({ ...store, property: 'user' });
  expect(originWithin({ ...store, property: 'nested' }, 'user')).toEqual({ ...store, property: 'nested.user' });
  expect(originWithin({ kind: 'template' }, 'user')).toEqual({ kind: 'template' });
});
