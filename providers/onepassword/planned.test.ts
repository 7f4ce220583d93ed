import { expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { erase } from '../../src/provider/registry.ts';
import { connectToken, startOnePasswordServer } from '../../test/support/onepassword-server.ts';
import { plannedReader } from '../../test/support/planned-reader.ts';
import { onepassword } from './index.ts';

const never = new AbortController().signal;

it('five properties of each of twenty items cost a call for each item, and a refresh one for the vault', async () => {
  const server = await startOnePasswordServer();
  const labels = ['a', 'b', 'c', 'd', 'e'];
  for (let index = 0; index < 20; index += 1) server.put(`item-${index}`, { fields: labels.map((label) => [label, `${label}${index}`] as const) });
  const reader = plannedReader({ provider: erase(onepassword), credential: connectToken });
  const store = { label: 'ClusterSecretStore op', scope: 'cluster', provider: { onepassword: { connectHost: server.url, vaults: { chain: 1 }, auth: { secretRef: { connectTokenSecretRef: { name: 'op', namespace: 'prelude', key: 'token' } } } } } } as const;
  const readAll = async (): Promise<readonly string[]> => {
    const how = { since: systemClock.monotonic() };
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => reader.read(store, labels.map((property) => ({ key: `item-${index}`, property })), never, how)));
    return results.flat().map((result) => (result.kind === 'value' ? Buffer.from(result.value.reveal()).toString('utf8') : result.kind));
  };
  const items = (): number => server.seen.filter((line) => /items\/\w+$/.test(line)).length;
  try {
    const values = Array.from({ length: 20 }, (_, index) => labels.map((label) => `${label}${index}`)).flat();
    expect(await readAll()).toEqual(values);
    expect(items()).toBe(20);
    const before = server.seen.length;
    expect(await readAll()).toEqual(values);
    expect([items(), server.seen.length - before]).toEqual([20, 1]);

    server.put('item-3', { fields: labels.map((label) => [label, 'new'] as const) });
    expect((await readAll()).slice(15, 20)).toEqual(['new', 'new', 'new', 'new', 'new']);
  } finally {
    await reader.close();
    await server.close();
  }
});
