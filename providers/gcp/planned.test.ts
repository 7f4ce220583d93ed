import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { StoreHandle, StoreReader } from '../../src/provider/store-reader.ts';
import type { GcpBench } from '../../test/support/gcp-bench.ts';
import { gcpKey, openGcpBench, withGcpKey } from '../../test/support/gcp-bench.ts';
import { noServices } from '../../test/support/generator-context.ts';
import { gcpsm } from './index.ts';

/** The adapter behind the planner: real SDK, real protocol, real time, calls counted at the server. */
const never = new AbortController().signal;
let bench: GcpBench;
let reader: StoreReader;

beforeEach(async () => {
  bench = await openGcpBench();
  for (let index = 0; index < 300; index += 1) bench.secretManager.set(`s-${index}`, `canary-${index}`);
  reader = createStoreReader({
    registry: createRegistry([erase(gcpsm)]),
    ...noServices,
    credentials: { ...noServices.credentials, read: () => Promise.resolve(SecretBytes.fromUtf8(gcpKey)), version: () => '1' },
    http: bench.http,
    own: { http: bench.http, file: () => Promise.reject(new Error('there is no file')) },
    clock: systemClock,
    metrics: { providerCalled: () => {} },
    environment: bench.environment,
    limits: {},
  });
});

afterEach(async () => {
  await reader.close();
  await bench[Symbol.asyncDispose]();
});

function storeIn(namespace: string, config: object = withGcpKey): StoreHandle {
  return { label: `SecretStore ${namespace}/google`, scope: 'namespaced', namespace, provider: { gcpsm: config } };
}

function refs(from: number, count: number): readonly RemoteRef[] {
  return Array.from({ length: count }, (_, index) => ({ key: `s-${from + index}` }));
}

function told(result: ReadResult | undefined): string {
  if (result?.kind === 'value') return Buffer.from(result.value.reveal()).toString('utf8');
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'nothing');
}

describe('many ExternalSecrets', { timeout: 20_000 }, () => {
  it('of 3 secrets each, 100 of them, cost a call for each secret and one token', async () => {
    const results = await Promise.all(Array.from({ length: 100 }, (_, index) => reader.read(storeIn(`ns-${index}`), refs(index * 3, 3), never)));

    expect(results.flat().map(told)).toEqual(Array.from({ length: 300 }, (_, index) => `canary-${index}`));
    expect([bench.secretManager.count(), bench.secretManager.count('AccessSecretVersion'), bench.tokens.seen]).toEqual([300, 300, ['POST /token']]);
  });

  it('of the same 20 secrets in 50 namespaces cost 20 calls', async () => {
    const results = await Promise.all(Array.from({ length: 50 }, (_, index) => reader.read(storeIn(`ns-${index}`), refs(0, 20), never)));

    expect(results.flat().every(({ kind }) => kind === 'value')).toBe(true);
    expect(bench.secretManager.count()).toBe(20);
  });
});

describe('a service that asks to slow down', { timeout: 20_000 }, () => {
  it('is left alone as long as it says, and asked again then', async () => {
    bench.secretManager.behave('throttling');
    const started = performance.now();
    const reading = reader.read(storeIn('a'), refs(0, 1), never);
    await expect.poll(() => bench.secretManager.count(), { timeout: 10_000 }).toBe(1);
    bench.secretManager.behave('well');

    expect((await reading).map(told)).toEqual(['canary-0']);
    expect(performance.now() - started).toBeGreaterThan(1900);
    expect(bench.secretManager.count()).toBe(2);
  });
});

describe("Prelude's own identity", () => {
  it('serves a ClusterSecretStore, and no SecretStore that is not allowed to', async () => {
    const provider = { gcpsm: { projectID: 'project' } };
    const store: StoreHandle = { label: 'ClusterSecretStore google', scope: 'cluster', namespace: 'a', provider };

    expect((await reader.read(store, refs(0, 1), never)).map(told)).toEqual(['canary-0']);
    expect(told((await reader.read(storeIn('a', provider.gcpsm), refs(0, 1), never))[0])).toContain('denied: SecretStore a/google names no credentials');
    expect(bench.secretManager.calls.map(({ token }) => token)).toEqual(['ya29.own']);
  });
});
