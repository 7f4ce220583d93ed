import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { AuthoritySource } from './authority.ts';
import { authorityCredentials, readAuthority } from './authority.ts';
import { ProviderError } from './provider-error.ts';
import { resolveSelector } from './selector.ts';

const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const cluster = {
  secret: ({ name }: { readonly name: string }) => Promise.resolve(SecretBytes.fromUtf8(name === 'ca' ? pem : 'canary')),
  configMap: ({ name }: { readonly name: string }) => Promise.resolve(name === 'ca' ? pem : 'canary'),
};

function read(source: AuthoritySource): Promise<string | undefined> {
  return readAuthority(source, cluster);
}

describe('the authorities of a server', () => {
  it('are those of the system where none are named', async () => {
    expect(await read({})).toBeUndefined();
    expect(await read({ caBundle: '' })).toBeUndefined();
    expect(authorityCredentials({ caBundle: '' })).toEqual([]);
  });

  it('stand in the spec, in base64 once or twice, before all else', async () => {
    const caProvider = { type: 'Secret', name: 'other', key: 'k' } as const;

    expect(await read({ caBundle: btoa(pem), caProvider })).toBe(pem);
    expect(await read({ caBundle: btoa(btoa(pem)) })).toBe(pem);
    expect(authorityCredentials({ caBundle: btoa(pem), caProvider })).toEqual([]);
  });

  it.each(['Secret', 'ConfigMap'] as const)('stand in a %s', async (type) => {
    const caProvider = { type, name: 'ca', key: 'k', namespace: 'ns' };

    expect(await read({ caProvider })).toBe(pem);
    expect(authorityCredentials({ caProvider })).toEqual([{ kind: type, name: 'ca', key: 'k', namespace: 'ns', pinned: true }]);
  });

  it('are not quoted where they are none', async () => {
    await expect(read({ caBundle: btoa('canary') })).rejects.toThrow(new ProviderError('invalid', 'caBundle holds no certificate in PEM'));
    await expect(read({ caProvider: { type: 'Secret', name: 'other', key: 'k' } })).rejects.toThrow(new ProviderError('invalid', 'Secret other holds no certificate in PEM'));
    await expect(read({ caProvider: { type: 'ConfigMap', name: 'other', key: 'k' } })).rejects.toThrow(new ProviderError('invalid', 'ConfigMap other holds no certificate in PEM'));
  });
});

describe('the authorities of a cluster store', () => {
  const store = { label: 'ClusterSecretStore shared', provider: {}, scope: 'cluster', namespace: 'tenant' } as const;
  const [unplaced] = authorityCredentials({ caProvider: { type: 'ConfigMap', name: 'ca', key: 'k' } });
  const [placed] = authorityCredentials({ caProvider: { type: 'ConfigMap', name: 'ca', key: 'k', namespace: 'platform' } });

  it('are never those of whoever uses it, who would be sent its credentials', () => {
    expect(() => resolveSelector(unplaced!, store)).toThrow(/caProvider needs a namespace in a ClusterSecretStore/);
    expect(resolveSelector(placed!, store)).toMatchObject({ namespace: 'platform' });
    expect(resolveSelector(unplaced!, { ...store, scope: 'namespaced' })).toMatchObject({ namespace: 'tenant' });
  });
});
