import { describe, expect, it } from 'vitest';
import { addressOf } from './endpoint.ts';

describe('Secret Manager', () => {
  it.each([
    [undefined, undefined, { host: 'secretmanager.googleapis.com', port: 443, plain: false }],
    [undefined, 'europe-west1', { host: 'secretmanager.europe-west1.rep.googleapis.com', port: 443, plain: false }],
    ['https://localhost:8443', 'europe-west1', { host: 'localhost', port: 8443, plain: false }],
    ['https://imitation.example', undefined, { host: 'imitation.example', port: 443, plain: false }],
    ['http://imitation.example/', undefined, { host: 'imitation.example', port: 80, plain: true }],
  ])('is asked at %s, for the region %s', (endpoint, location, address) => {
    expect(addressOf(endpoint, location)).toEqual(address);
  });

  it.each(['localhost:8443', 'ftp://localhost', ''])('is not asked at %j', (endpoint) => {
    expect(() => addressOf(endpoint, undefined)).toThrow('GCP_SECRETMANAGER_ENDPOINT must begin with https:// or http://');
  });
});
