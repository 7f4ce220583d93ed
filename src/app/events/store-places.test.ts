import { describe, expect, it } from 'vitest';
import { providerEvents } from '../../../providers/events.ts';
import { createStorePlaces } from './store-places.ts';

const placeOf = createStorePlaces(providerEvents);

describe('the place of a store', () => {
  it('is as the folder of its provider knows it', () => {
    expect(placeOf({ aws: { service: 'SecretsManager', region: 'eu-central-1', prefix: 'team/' } })).toMatchObject({ provider: 'aws', scope: { service: 'SecretsManager', region: 'eu-central-1' } });
    expect(placeOf({ azurekv: { vaultUrl: 'https://acme.vault.azure.net' } })).toMatchObject({ provider: 'azurekv', scope: { vault: 'acme' } });
    expect(placeOf({ gcpsm: { projectID: 'acme' } })).toMatchObject({ provider: 'gcpsm', scope: { project: 'acme', location: 'global' } });
  });

  it('is whatever text the configuration has, of any other', () => {
    const place = placeOf({ vault: { server: 'https://vault.example.com', path: 'secret/', version: 'v2', auth: { tokenSecretRef: {} } } });
    expect(place).toMatchObject({ provider: 'vault', scope: { server: 'https://vault.example.com', path: 'secret/', version: 'v2' } });
    expect(place?.keysOf('prod/db')).toEqual(['prod/db']);
    expect(place?.keysOf('/secret/data/prod/db')).toEqual(['/secret/data/prod/db', 'secret/data/prod/db', 'data/prod/db', 'prod/db']);
  });

  it('is looked up once for each version of a store', () => {
    const spec = { vault: { server: 'x' } };
    expect(placeOf(spec)).toBe(placeOf(spec));
    expect(placeOf({ vault: { server: 'x' } })).not.toBe(placeOf(spec));
  });

  it.each([undefined, null, 'aws', {}, { a: {}, b: {} }, { aws: {} }, { azurekv: { vaultUrl: 1 } }, { vault: 'x' }])('is not known of %j', (spec) => {
    expect(placeOf(spec)).toBeUndefined();
  });
});
