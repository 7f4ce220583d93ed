import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { clusterSecretStoreType, externalSecretType, secretType } from '../../../src/kube/resource-types.ts';
import { azureClient } from '../../support/azure-server.ts';
import { build } from '../../support/build.ts';
import { type ControllerProcess, startController } from '../../support/controller-process.ts';
import { gcpKey } from '../../support/gcp-bench.ts';
import { bundledPackages } from '../../support/notices.ts';
import { processUsage } from '../external-secrets/process-usage.ts';
import { printTable } from './print-table.ts';
import type { Stage } from './stage.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'bench' };
const recorder = join(dirname(dirname(import.meta.dirname)), 'support/record-modules.ts');
/** What none but a provider is to load. */
const sdk = /^(@aws-sdk|@azure|@google-cloud|@grpc)\//;
const namespace = 'default';
const text = { namespace, name: 'one-of-each', key: 'text' };
/** Where nobody is: names that end so lead nowhere. */
const nowhere = 'https://nobody.invalid';
const environment = { AWS_SECRETSMANAGER_ENDPOINT: nowhere, AWS_SSM_ENDPOINT: nowhere, AWS_STS_ENDPOINT: nowhere, GCP_SECRETMANAGER_ENDPOINT: nowhere, DOPPLER_BASE_URL: nowhere };
const awsAuth = { secretRef: { accessKeyIDSecretRef: text, secretAccessKeySecretRef: text } };
const oneOfEach: readonly object[] = [
  { aws: { service: 'SecretsManager', region: 'eu-central-1', auth: awsAuth } },
  { aws: { service: 'ParameterStore', region: 'eu-central-1', auth: awsAuth } },
  { gcpsm: { projectID: 'project', auth: { secretRef: { secretAccessKeySecretRef: { ...text, key: 'key' } } } } },
  { azurekv: { vaultUrl: nowhere, tenantId: azureClient.tenant, authSecretRef: { clientId: text, clientSecret: text } } },
  { vault: { server: nowhere, path: 'secret', version: 'v2', auth: { tokenSecretRef: text } } },
  { onepassword: { connectHost: nowhere, vaults: { chain: 1 }, auth: { secretRef: { connectTokenSecretRef: text } } } },
  { doppler: { auth: { secretRef: { dopplerToken: text } }, project: 'chain', config: 'dev' } },
  { infisical: { hostAPI: nowhere, auth: { universalAuthCredentials: { clientId: text, clientSecret: text } }, secretsScope: { projectSlug: 'chain', environmentSlug: 'dev' } } },
  { gitlab: { url: nowhere, auth: { SecretRef: { accessToken: text } }, projectID: '7' } },
  { webhook: { url: `${nowhere}/{{ .remoteRef.key }}`, result: { jsonPath: '$' } } },
  { fake: { data: [{ key: 'VALUE', value: 'value' }] } },
];
/** Milliseconds until the memory of a process is looked at. */
const rest = 20_000;

/** What starting the bundle costs with no store, and with one of each provider. @returns whether no SDK was loaded without a store, and each with one */
export async function measureStart(stage: Stage): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-bench-'));
  try {
    const { outputs } = await build(join(folder, 'dist'));
    const packagesOf = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), bundledPackages({ inputs: Object.fromEntries(Object.keys(output.inputs).map((input) => [input, { bytes: 0, imports: [] }])) })]));
    const bundle = { program: join(folder, 'dist/prelude.js'), record: join(folder, 'loaded'), packagesOf };
    const empty = await look(stage, bundle);
    await makeOneOfEach(stage);
    const full = await look(stage, bundle);
    console.log('\nThe bundle as a process, looked at 20 s after its start');
    printTable([['with', 'process to ready (s)', 'memory (MiB)', 'SDKs loaded'], ['no store', ...empty.cells], ['a store of each provider', ...full.cells]]);
    return empty.sdks.length === 0 && ['@aws-sdk', '@azure', '@google-cloud'].every((scope) => full.sdks.some((name) => name.startsWith(scope)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Bundle {
  readonly program: string;
  /** The file that tells what was loaded. */
  readonly record: string;
  /** The packages in each file of the bundle. */
  readonly packagesOf: ReadonlyMap<string, readonly string[]>;
}

interface Looked {
  readonly sdks: readonly string[];
  readonly cells: readonly string[];
}

/** Starts the process twice: once for its memory, and once to hear what it loads, which costs memory itself. */
async function look(stage: Stage, { program, record, packagesOf }: Bundle): Promise<Looked> {
  const start = (more: Readonly<Record<string, string>>): Promise<ControllerProcess> => startController({ kubeconfig: stage.kubeconfig, program, args: ['--controllers', 'secrets'], env: { ...environment, ...more } });
  const plain = await start({});
  await setTimeout(rest);
  const { rssMiB } = processUsage(plain.pid);
  await plain.stop();
  const recorded = await start({ NODE_OPTIONS: `--import=${recorder}`, RECORD_MODULES: record });
  await setTimeout(rest);
  await recorded.stop();
  const packages = readFileSync(record, 'utf8').split('\n').flatMap((url) => packagesOf.get(basename(url)) ?? []);
  rmSync(record);
  const sdks = [...new Set(packages.map((path) => path.replace(/^.*node_modules\//, '')).filter((name) => sdk.test(name)))].toSorted();
  const scopes = [...Map.groupBy(sdks, (name) => name.replace(/\/.*/, ''))].map(([scope, names]) => `${names.length} packages of ${scope}`);
  return { sdks, cells: [(plain.startedIn / 1000).toFixed(2), String(rssMiB), scopes.join(', ') || 'none'] };
}

/** A cluster store of each provider, and an ExternalSecret that reads from it: that makes it connect. Nobody answers. */
async function makeOneOfEach({ cluster }: Stage): Promise<void> {
  await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'one-of-each' }, stringData: { text: 'not-a-real-secret', key: JSON.stringify({ ...JSON.parse(gcpKey), token_uri: 'https://token.invalid/token' }) } }, by, never);
  for (const [index, provider] of oneOfEach.entries()) {
    const name = `one-of-each-${index}`;
    await cluster.create(clusterSecretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name }, spec: { provider } }, by, never);
    const spec = { secretStoreRef: { kind: 'ClusterSecretStore', name }, data: [{ secretKey: 'value', remoteRef: { key: 'VALUE' } }] };
    await cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace, name }, spec }, by, never);
  }
}
