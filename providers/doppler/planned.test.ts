import { expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { erase } from '../../src/provider/registry.ts';
import { dopplerToken, startDopplerServer } from '../../test/support/doppler-server.ts';
import { plannedReader } from '../../test/support/planned-reader.ts';
import { doppler } from './index.ts';

const never = new AbortController().signal;

it('a hundred stores of one token cost one download, and a refresh one empty answer', async () => {
  const server = await startDopplerServer();
  for (let index = 0; index < 300; index += 1) server.set(`KEY_${index}`, `v${index}`);
  const reader = plannedReader({ provider: erase(doppler), credential: dopplerToken, environment: { DOPPLER_BASE_URL: server.url } });
  const provider = { doppler: { auth: { secretRef: { dopplerToken: { name: 'token' } } }, project: 'chain', config: 'dev' } };
  const storeIn = (namespace: string) => ({ label: `SecretStore ${namespace}/doppler`, scope: 'namespaced', namespace, provider }) as const;
  const readAll = async (): Promise<readonly string[]> => {
    const how = { since: systemClock.monotonic() };
    const results = await Promise.all(Array.from({ length: 100 }, (_, index) => reader.read(storeIn(`ns-${index}`), [0, 1, 2].map((one) => ({ key: `KEY_${index * 3 + one}` })), never, how)));
    return results.flat().map((result) => (result.kind === 'value' ? Buffer.from(result.value.reveal()).toString('utf8') : result.kind));
  };
  try {
    const values = Array.from({ length: 300 }, (_, index) => `v${index}`);
    expect(await readAll()).toEqual(values);
    expect(await readAll()).toEqual(values);
    expect(server.seen).toEqual(['GET /v3/configs/config/secrets/download 200', 'GET /v3/configs/config/secrets/download 304']);

    server.set('KEY_7', 'new');
    expect((await readAll())[7]).toBe('new');
  } finally {
    await reader.close();
    await server.close();
  }
});
