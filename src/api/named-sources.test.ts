import fc from 'fast-check';
import { expect, test } from 'vitest';
import { namedSources } from './named-sources.ts';

test('references are read as they stand, whatever else is wrong', () => {
  const spec = {
    refreshInterval: 12,
    secretStoreRef: { name: 'vault' },
    data: [{ sourceRef: { storeRef: { name: 'shared', kind: 'ClusterSecretStore' }, generatorRef: { kind: 'Password', name: 'both' } } }, 'no entry', { sourceRef: 4 }],
    dataFrom: [{ sourceRef: { generatorRef: { kind: 'UUID', name: 'id' } } }, { sourceRef: { storeRef: { name: 5 } } }],
  };

  expect(namedSources(spec)).toEqual({
    stores: [{ name: 'vault', kind: 'SecretStore' }, { name: 'shared', kind: 'ClusterSecretStore' }],
    generators: [{ kind: 'Password', name: 'both' }, { kind: 'UUID', name: 'id' }],
  });
  expect(namedSources({ secretStoreRef: { name: 'vault' }, data: 'none' }).stores).toHaveLength(1);
});

test('what names nothing is no error', () => {
  fc.assert(
    fc.property(fc.anything(), (spec) => {
      expect(Object.keys(namedSources(spec))).toEqual(['stores', 'generators']);
    }),
  );
});
