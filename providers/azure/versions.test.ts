import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderClient, RemoteRef } from '../../src/provider/contract.ts';
import { connectAzure } from '../../test/support/azure-store.ts';
import { type AzureVault, startAzureVault } from '../../test/support/azure-vault.ts';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';

const never = new AbortController().signal;
const refs: readonly RemoteRef[] = Array.from({ length: 60 }, (_, index) => ({ key: `s-${index}` }));

let vault: AzureVault;
let clock: FakeClock;
let client: ProviderClient;

beforeEach(async () => {
  vault = await startAzureVault();
  clock = createFakeClock(vault.objects.now * 1000);
  vault.objects.now -= 3600;
  for (const { key } of refs) vault.objects.add('secrets', key, { value: key });
  client = await connectAzure(vault, { clock });
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await vault.close();
});

/** The versions that reading tells. */
async function readAll(wanted = refs): Promise<readonly (string | undefined)[]> {
  const results = [];
  for (let from = 0; from < wanted.length; from += 20) results.push(...(await client.read(wanted.slice(from, from + 20), never)));
  return results.map((result) => (result.kind === 'value' ? result.version : result.kind));
}

async function versions(wanted = refs): Promise<readonly (string | undefined)[]> {
  vault.forgetCalls();
  return (await client.versions?.(wanted, never)) ?? [];
}

describe('the present versions', () => {
  it('are told by the pages of a list, as reading would', async () => {
    const read = await readAll();

    expect(await versions()).toEqual(read);
    expect([vault.calls('GetSecrets'), vault.calls()]).toEqual([3, 3]);
  });

  it('are not told of what was never read, has changed, was disabled or removed', async () => {
    const read = await readAll(refs.slice(1));
    vault.objects.now += 1800;
    vault.objects.add('secrets', 's-1', { value: 'new' });
    const touched = vault.objects.get('secrets', 's-2');
    Object.assign(touched ?? {}, { updated: vault.objects.now });
    Object.assign(vault.objects.get('secrets', 's-3') ?? {}, { enabled: false });
    vault.objects.delete('secrets', 's-4');
    const told = await versions();

    expect(told.slice(0, 5)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(told.slice(5)).toEqual(read.slice(4));
  });

  it('are not told of a change that is too young: within its second another would look the same', async () => {
    vault.objects.now += 3600 - 60;
    vault.objects.add('secrets', 's-0', { value: 'young' });
    const [, ...read] = await readAll();

    expect(await versions()).toEqual([undefined, ...read]);
    await clock.advance(120_000);
    expect(await versions()).toEqual([undefined, ...read]);
    const [young] = await readAll(refs.slice(0, 1));
    expect(await versions()).toEqual([young, ...read]);
  });

  it('are told of current values of secrets alone', async () => {
    const [version = ''] = await readAll(refs.slice(0, 2));
    const others = [{ key: 's-0', version }, { key: 's-0', metadata: true as const }, { key: 'key/s-0' }, { key: 'not_a_name' }];

    expect(await versions([...others, { key: 'secret/s-0' }, { key: 's-1' }])).toEqual([undefined, undefined, undefined, undefined, version, expect.any(String)]);
  });

  it('are not asked for where reading takes as few calls', async () => {
    const few = [{ key: 's-7' }, { key: 's-8' }, { key: 's-9' }];
    await readAll(few);
    expect(await versions(few.slice(1, 2))).toEqual([undefined]);
    expect(vault.calls()).toBe(0);

    // of three pages one is tried, and does not have them; that is remembered for an hour
    await versions(few);
    expect(vault.calls()).toBe(1);
    await versions(few);
    expect(vault.calls()).toBe(0);
    await clock.advance(3_600_000);
    await versions(few);
    expect(vault.calls()).toBe(1);
  });

  it('are not asked for again within the hour where the identity may not list', async () => {
    await readAll();
    vault.api.denied.add('list');
    const asked = [];
    for (let round = 0; round < 2; round += 1) asked.push([(await versions()).every((one) => one === undefined), vault.calls()]);
    vault.api.denied.clear();
    await clock.advance(3_600_000);
    asked.push([(await versions()).every((one) => one === undefined), vault.calls()]);

    expect(asked).toEqual([[true, 1], [true, 0], [false, 3]]);
  });

  it('are no answer of a vault that asks for rest, or is down', async () => {
    await readAll();
    vault.throttle({ perSecond: 0 });
    await expect(versions()).rejects.toMatchObject({ kind: 'throttled' });
    vault.behave('down');
    await expect(versions()).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
