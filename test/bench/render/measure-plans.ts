import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../../support/build.ts';
import { helmEnvironment } from '../../support/render/helm-release.ts';
import { median, runProgram } from './run-program.ts';
import { testnetChart, testnetValues } from './testnet-values.ts';

const rounds = 11;

/** A cold `prelude plan` of a repository with one testnet, from the bundle, beside helm's rendering of the same chart and nothing else. */
export async function measurePlans(helm: string, work: string): Promise<readonly Readonly<Record<string, string | number>>[]> {
  const program = join(work, 'dist');
  await build(program);
  const { repository, values } = writeRepository(join(work, 'repository'));
  const env = helmEnvironment(work);
  const plans: { readonly milliseconds: number; readonly peakMiB: number }[] = [];
  const renders: typeof plans = [];
  const starts: typeof plans = [];
  for (let round = 0; round < rounds; round += 1) {
    const plan = await runProgram(process.execPath, [join(program, 'prelude.js'), 'plan', repository], env);
    if (!plan.stdout.includes('block-producer-2')) throw new Error(`the plan does not have the chart's workloads:\n${plan.stdout}`);
    plans.push(plan);
    renders.push(await runProgram(helm, ['template', 'devnet', testnetChart, '--namespace', 'devnet', '--values', values], env));
    starts.push(await runProgram(process.execPath, ['--eval', ''], env));
  }
  const row = (what: string, runs: typeof plans): Readonly<Record<string, string | number>> => ({
    what,
    'median ms': Math.round(median(runs.map(({ milliseconds }) => milliseconds))),
    'best ms': Math.round(Math.min(...runs.map(({ milliseconds }) => milliseconds))),
    'peak MiB': Math.max(...runs.map(({ peakMiB }) => peakMiB)),
  });
  return [row('prelude plan: render, needs, order', plans), row('helm template: render', renders), row('node, doing nothing', starts)];
}

/** A Git repository with the chart, one testnet, and the declarations of the Secrets that it needs. */
function writeRepository(repository: string): { readonly repository: string; readonly values: string } {
  const folder = join(repository, 'testnets/devnet');
  mkdirSync(join(folder, 'secrets'), { recursive: true });
  cpSync(testnetChart, join(repository, 'charts/testnet'), { recursive: true });
  // two block producers, archive and faucet on
  const { keyPassword: _, seed: { libp2pKeyPair: __, ...seed }, ...rest } = Object(testnetValues(1));
  const values = join(folder, 'values.yaml');
  writeFileSync(values, JSON.stringify({ ...rest, seed }));
  writeFileSync(join(folder, 'application.yaml'), `${[application('devnet', 'charts/testnet'), application('devnet-secrets', 'testnets/devnet/secrets')].map((object) => JSON.stringify(object)).join('\n---\n')}\n`);
  writeFileSync(join(folder, 'secrets/secrets.yaml'), `${secrets.map((entry) => JSON.stringify(externalSecret(entry))).join('\n---\n')}\n`);
  for (const args of [['init', '--quiet'], ['add', '.'], ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', 'commit', '--quiet', '--message', 'One testnet']]) execFileSync('git', args, { cwd: repository, stdio: 'ignore' });
  return { repository, values };
}

const secrets: readonly (readonly [name: string, ...keys: string[]])[] = [
  ['seed-keys', 'libp2p', 'password'],
  ['block-producer-1-keys', 'key', 'pub'],
  ['block-producer-2-keys', 'key', 'pub'],
  ['archive-database', 'username', 'password'],
  ['uploader-cloud-key', 'key.json'],
  ['registry-credentials', '.dockerconfigjson'],
];

function externalSecret([name, ...keys]: readonly [string, ...string[]]): object {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name },
    spec: {
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'testnet-secrets' },
      target: { template: { type: name === 'registry-credentials' ? 'kubernetes.io/dockerconfigjson' : 'Opaque' } },
      data: keys.map((secretKey) => ({ secretKey, remoteRef: { key: `testnets/devnet/${name}`, property: secretKey } })),
    },
  };
}

function application(name: string, path: string): object {
  const fromSecret = { kind: 'Secret', name: 'seed-keys' };
  const valuesFrom = [
    { ...fromSecret, valuesKey: 'libp2p', targetPath: 'seed.libp2pKeyPair' },
    { ...fromSecret, valuesKey: 'password', targetPath: 'keyPassword' },
  ];
  const isChart = path.startsWith('charts/');
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', ...(isChart ? { annotations: { 'prelude.dev/values-from': JSON.stringify(valuesFrom) } } : {}) },
    spec: {
      project: 'default',
      source: { repoURL: '.', targetRevision: 'HEAD', path, ...(isChart ? { helm: { releaseName: 'devnet', valueFiles: ['/testnets/devnet/values.yaml'] } } : {}) },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'devnet' },
      syncPolicy: { syncOptions: ['CreateNamespace=true'] },
    },
  };
}
