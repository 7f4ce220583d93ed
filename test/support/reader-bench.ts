import type { ProviderCall } from '../../src/lib/metrics.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import type { CredentialSource } from '../../src/provider/credential-source.ts';
import type { ReadLimits } from '../../src/provider/read-limits.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { StoreHandle, StoreReader, StoreWriter } from '../../src/provider/store-reader.ts';
import type { FakeClock } from './fake-clock.ts';
import { createFakeClock } from './fake-clock.ts';
import { noContext } from './generator-context.ts';
import type { ScriptedProvider } from './scripted-provider.ts';
import { createScriptedProvider } from './scripted-provider.ts';

/** What stores name for their credentials, in memory. Each Secret and each ConfigMap holds one key, `token`. */
export interface FakeSecrets extends CredentialSource {
  /** Every read, as `namespace/name/key`; of a service account, as `namespace/name`. */
  readonly reads: readonly string[];
  /** Every token that was asked for. */
  readonly tokens: readonly object[];
  readonly set: (secret: string, value: string) => void;
  readonly setConfigMap: (configMap: string, value: string) => void;
  readonly setServiceAccount: (account: string, annotations: Readonly<Record<string, string>>) => void;
}

export interface ReaderBenchOptions {
  readonly batchSize?: number;
  readonly limits?: Partial<ReadLimits>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Replaces parts of the source of credentials. */
  readonly credentials?: Partial<CredentialSource>;
  readonly allowOwnIdentity?: boolean;
}

/** A store reader over a scripted provider, with time and Secrets in the test's hands. */
export interface ReaderBench {
  readonly script: ScriptedProvider;
  readonly clock: FakeClock;
  readonly secrets: FakeSecrets;
  /** Every call that the reader reported. */
  readonly measured: readonly ProviderCall[];
  /** Every call for versions, likewise. */
  readonly compared: readonly ProviderCall[];
  /** How many references were answered without a read, and for how many seconds calls were held back. */
  readonly sums: { spared: number; held: number };
  readonly reader: StoreReader & StoreWriter;
}

export function openReaderBench(options: ReaderBenchOptions = {}): ReaderBench {
  const script = createScriptedProvider(options.batchSize);
  const clock = createFakeClock();
  const secrets = createSecrets();
  const measured: ProviderCall[] = [];
  const compared: ProviderCall[] = [];
  const sums = { spared: 0, held: 0 };
  const reader = createStoreReader({
    registry: createRegistry([erase(script.provider)]),
    credentials: { ...secrets, ...options.credentials },
    clock,
    random: () => 0,
    http: noContext.http,
    renderTemplate: async ({ tenant, template }) => SecretBytes.fromUtf8(`${tenant} renders ${template}`),
    metrics: {
      providerCalled: (call) => measured.push(call),
      versionsCalled: (call) => compared.push(call),
      providerSpared: (_, count) => void (sums.spared += count),
      providerHeld: (_, seconds) => void (sums.held += seconds),
    },
    ...(options.allowOwnIdentity === undefined ? {} : { allowOwnIdentity: options.allowOwnIdentity }),
    environment: options.environment ?? {},
    limits: options.limits ?? {},
  });
  return { script, clock, secrets, measured, compared, sums, reader };
}

function createSecrets(): FakeSecrets {
  const objects = new Map<string, { readonly value: string; readonly version: number }>();
  const accounts = new Map<string, Readonly<Record<string, string>>>();
  const reads: string[] = [];
  const tokens: object[] = [];
  let versions = 0;
  const set = (object: string, value: string): void => {
    versions += 1;
    objects.set(object, { value, version: versions });
  };
  const read = (kind: string, namespace: string, name: string, key: string): string | undefined => {
    reads.push(`${namespace}/${name}/${key}`);
    return key === 'token' ? objects.get(`${kind} ${namespace}/${name}`)?.value : undefined;
  };
  return {
    reads,
    tokens,
    read: async (namespace, name, key) => {
      const found = read('Secret', namespace, name, key);
      return found === undefined ? undefined : SecretBytes.fromUtf8(found);
    },
    version: (namespace, name) => objects.get(`Secret ${namespace}/${name}`)?.version.toString(),
    readWhole: async (namespace, name) => {
      const found = read('Secret', namespace, name, 'token');
      return found === undefined ? undefined : { labels: { of: name }, data: new Map([['token', SecretBytes.fromUtf8(found)]]) };
    },
    readConfigMap: async (namespace, name, key) => read('ConfigMap', namespace, name, key),
    configMapVersion: (namespace, name) => objects.get(`ConfigMap ${namespace}/${name}`)?.version.toString(),
    serviceAccount: async (namespace, name) => {
      reads.push(`${namespace}/${name}`);
      return accounts.get(`${namespace}/${name}`);
    },
    token: async (account, request) => {
      tokens.push({ ...account, ...request });
      return SecretBytes.fromUtf8(`token ${tokens.length} of ${account.namespace}/${account.name}`);
    },
    set: (secret, value) => set(`Secret ${secret}`, value),
    setConfigMap: (configMap, value) => set(`ConfigMap ${configMap}`, value),
    setServiceAccount: (account, annotations) => void accounts.set(account, annotations),
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
