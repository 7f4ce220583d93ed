import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { ProviderCall } from '../../src/lib/metrics.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import type { ReadLimits } from '../../src/provider/read-limits.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { StoreHandle, StoreReader } from '../../src/provider/store-reader.ts';
import { awsEnvironment, awsProviderOf } from '../../test/support/aws-store.ts';
import type { AwsMood, CountingAws } from '../../test/support/counting-aws.ts';
import { startCountingAws } from '../../test/support/counting-aws.ts';
import { noServices } from '../../test/support/generator-context.ts';
import { aws } from './index.ts';

/** The adapter behind the planner: real SDK, real protocol, real time, calls counted at the server. */
const never = new AbortController().signal;
const secrets = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`s/${index}`, `canary-${index}`]));

let server: CountingAws;
let measured: ProviderCall[];
let reader: StoreReader;

beforeEach(async () => {
  server = await startCountingAws({ secrets });
  measured = [];
  reader = open();
});

afterEach(async () => {
  await reader.close();
  await server.close();
});

function open(limits: Partial<ReadLimits> = {}): StoreReader {
  return createStoreReader({
    registry: createRegistry([erase(aws)]),
    ...noServices,
    credentials: {
      ...noServices.credentials,
      read: (_namespace, _name, key) => Promise.resolve(SecretBytes.fromUtf8(key === 'id' ? server.accessKeyId : 'not-a-real-secret-key')),
      version: () => '1',
    },
    clock: systemClock,
    metrics: { providerCalled: (call) => measured.push(call) },
    environment: awsEnvironment(server.url),
    limits,
  });
}

function storeIn(namespace: string): StoreHandle {
  return { label: `SecretStore ${namespace}/aws`, scope: 'namespaced', namespace, provider: awsProviderOf() };
}

function refs(from: number, count: number): readonly RemoteRef[] {
  return Array.from({ length: count }, (_, index) => ({ key: `s/${from + index}` }));
}

function told(result: ReadResult | undefined): string {
  if (result?.kind === 'value') return Buffer.from(result.value.reveal()).toString('utf8');
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'nothing');
}

describe('many ExternalSecrets', () => {
  it('of 3 secrets each, 100 of them, cost 15 calls in all', async () => {
    await reader.close();
    // gathered for longer than it takes them to come, however busy the machine is
    reader = open({ window: 2000, quiet: 1000 });

    const results = await Promise.all(Array.from({ length: 100 }, (_, index) => reader.read(storeIn(`ns-${index}`), refs(index * 3, 3), never)));

    expect(results.flat().map(told)).toEqual(Array.from({ length: 300 }, (_, index) => `canary-${index}`));
    expect([server.calls(), server.calls('BatchGetSecretValue')]).toEqual([15, 15]);
    expect(measured.map(({ outcome, refs: count }) => [outcome, count])).toEqual(Array.from({ length: 15 }, () => ['ok', 20]));
  });

  it('of the same 20 secrets in 50 namespaces cost one call', async () => {
    const results = await Promise.all(Array.from({ length: 50 }, (_, index) => reader.read(storeIn(`ns-${index}`), refs(0, 20), never)));

    expect(results.flat().every(({ kind }) => kind === 'value')).toBe(true);
    expect(server.calls()).toBe(1);
  });

  it('come through where the batch is denied, one call for each secret', async () => {
    server.denyBatch(true);

    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => reader.read(storeIn('a'), refs(index * 3, 3), never)));
    expect(results.flat().every(({ kind }) => kind === 'value')).toBe(true);
    expect(server.calls('GetSecretValue')).toBe(60);
    server.resetCalls();
    await reader.read(storeIn('a'), refs(0, 20), never);

    expect([server.calls('BatchGetSecretValue'), server.calls('GetSecretValue')]).toEqual([0, 20]);
  });
});

describe('a bad provider', () => {
  it.each<readonly [AwsMood, string]>([
    ['error-500', 'unavailable: AWS Secrets Manager is not available (InternalServiceError)'],
    ['html', 'unavailable: the endpoint does not answer as AWS Secrets Manager does (HTTP 200)'],
    ['hang', 'unavailable: the provider did not answer within 0.3 s'],
    ['hang-after-headers', 'unavailable: the provider did not answer within 0.3 s'],
  ])('that answers with %s gives each reference one clear error', async (mood, message) => {
    await reader.close();
    reader = open({ deadline: 300 });
    server.behave(mood);

    const results = await reader.read(storeIn('a'), refs(0, 3), never);

    expect(results.map(told)).toEqual([message, message, message]);
    expect(inspect([results, measured], { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it('with a value of 2 MiB fails its own users only', async () => {
    server.set('s/1', 'x'.repeat(2 * 1024 * 1024));

    expect((await reader.read(storeIn('a'), refs(0, 2), never)).map(told)).toEqual([
      'canary-0',
      'invalid: the value has 2097152 bytes; a Kubernetes Secret holds at most 1 MiB',
    ]);
  });

  it('that throttles is left alone as long as it asks, and asked again then', async () => {
    server.behave('throttle');
    const started = performance.now();
    const reading = reader.read(storeIn('a'), refs(0, 1), never);
    await expect.poll(() => server.calls()).toBe(1);
    server.behave('well');

    expect((await reading).map(told)).toEqual(['canary-0']);
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(server.calls()).toBe(2);
  });

  it('that takes 40 calls a second gets no more, and everybody what he asked for', async () => {
    server.cap(40);
    const store = { ...storeIn('a'), provider: { aws: { ...awsProviderOf().aws, service: 'ParameterStore' } } };
    const keys = Array.from({ length: 1000 }, (_, index) => ({ key: `/p/${index}` }));
    for (const { key } of keys) server.parameters.set(key, key);
    const results = await reader.read(store, keys, never);

    expect(results.map(told)).toEqual(keys.map(({ key }) => key));
    expect(server.calls('GetParameters')).toBe(server.calls());
    expect(server.wasted() / server.calls()).toBeLessThan(0.05);
  }, 20_000);
});

describe('fifty testnets that ask by one cluster store', () => {
  const role = 'arn:aws:iam::123456789012:role/testnets';
  const ask = async (fields: object): Promise<number> => {
    await reader.close();
    await server.close();
    server = await startCountingAws({ secrets, roles: { [role]: {} } });
    reader = open();
    const auth = { secretRef: { accessKeyIDSecretRef: { name: 'aws', namespace: 'prelude', key: 'id' }, secretAccessKeySecretRef: { name: 'aws', namespace: 'prelude', key: 'secret' } } };
    const provider = { aws: { ...awsProviderOf().aws, auth, role, ...fields } };
    const stores = Array.from({ length: 50 }, (_, index): StoreHandle => ({ label: 'ClusterSecretStore aws', scope: 'cluster', namespace: `devnet-${index}`, provider }));
    const results = await Promise.all(stores.map((store) => reader.read(store, refs(0, 3), never)));
    expect(results.flat().every(({ kind }) => kind === 'value')).toBe(true);
    return server.calls('AssumeRole');
  };

  it('are one identity with one session', async () => {
    expect(await ask({ sessionTags: [{ key: 'team', value: 'chain' }] })).toBe(1);
    expect(server.calls('BatchGetSecretValue')).toBe(1);
  });

  it('are fifty with tags that say who asks, each with its own', async () => {
    expect(await ask({ sessionTagsPolicy: 'Simple' })).toBe(50);
    expect(new Set(server.sessions.assumed.map(({ tags }) => tags['esoNamespace'])).size).toBe(50);
    expect(server.calls('BatchGetSecretValue')).toBe(50);
    // a hundred clients of the SDK are made
  }, 30_000);
});
