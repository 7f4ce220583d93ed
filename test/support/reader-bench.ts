import type { ProviderCall } from '../../src/lib/metrics.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import type { CredentialSource } from '../../src/provider/credential-source.ts';
import type { ReadLimits } from '../../src/provider/read-limits.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { StoreHandle, StoreReader } from '../../src/provider/store-reader.ts';
import type { FakeClock } from './fake-clock.ts';
import { createFakeClock } from './fake-clock.ts';
import type { ScriptedProvider } from './scripted-provider.ts';
import { createScriptedProvider } from './scripted-provider.ts';

/** Secrets in memory that stores name for their credentials. Each holds one key, `token`. */
export interface FakeSecrets extends CredentialSource {
  /** Every read, as `namespace/name/key`. */
  readonly reads: readonly string[];
  readonly set: (secret: string, value: string) => void;
}

export interface ReaderBenchOptions {
  readonly batchSize?: number;
  readonly limits?: Partial<ReadLimits>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Replaces parts of the source of credentials. */
  readonly credentials?: Partial<CredentialSource>;
}

/** A store reader over a scripted provider, with time and Secrets in the test's hands. */
export interface ReaderBench {
  readonly script: ScriptedProvider;
  readonly clock: FakeClock;
  readonly secrets: FakeSecrets;
  /** Every call that the reader reported. */
  readonly measured: readonly ProviderCall[];
  readonly reader: StoreReader;
}

export function openReaderBench(options: ReaderBenchOptions = {}): ReaderBench {
  const script = createScriptedProvider(options.batchSize);
  const clock = createFakeClock();
  const secrets = createSecrets();
  const measured: ProviderCall[] = [];
  const reader = createStoreReader({
    registry: createRegistry([erase(script.provider)]),
    credentials: { ...secrets, ...options.credentials },
    clock,
    metrics: { providerCalled: (call) => measured.push(call) },
    environment: options.environment ?? {},
    limits: options.limits ?? {},
  });
  return { script, clock, secrets, measured, reader };
}

function createSecrets(): FakeSecrets {
  const values = new Map<string, { readonly value: string; readonly version: number }>();
  const reads: string[] = [];
  let versions = 0;
  return {
    reads,
    read: (namespace, name, key) => {
      reads.push(`${namespace}/${name}/${key}`);
      const found = values.get(`${namespace}/${name}`);
      return Promise.resolve(found === undefined || key !== 'token' ? undefined : SecretBytes.fromUtf8(found.value));
    },
    version: (namespace, name) => values.get(`${namespace}/${name}`)?.version.toString(),
    set: (secret, value) => {
      versions += 1;
      values.set(secret, { value, version: versions });
    },
  };
}

/** A store that needs no credentials. */
export const openStore: StoreHandle = { label: 'SecretStore a/main', scope: 'namespaced', namespace: 'a', provider: { scripted: {} } };

/** A namespaced store whose token stands in a Secret. */
export function storeWithToken(namespace: string, token: object = { name: 'creds', key: 'token' }): StoreHandle {
  return { label: `SecretStore ${namespace}/main`, scope: 'namespaced', namespace, provider: { scripted: { token } } };
}

/** References to `key-<from>` and those after it. */
export function refs(from: number, count: number): readonly RemoteRef[] {
  return Array.from({ length: count }, (_, index) => ({ key: `key-${from + index}` }));
}

/** A result as text: the value, `absent`, or the kind and message of the error. */
export function textOf(result: ReadResult | undefined): string {
  if (result?.kind === 'value') return Buffer.from(result.value.reveal()).toString('utf8');
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'nothing');
}
