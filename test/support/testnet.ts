import { join, dirname } from 'node:path';
import { readFileSync } from 'node:fs';
import type { KubeObject, ObjectKey } from '../../src/api/object.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import type { Cluster } from '../../src/kube/port.ts';
import { applicationType, clusterSecretStoreType, namespaceType, secretType } from '../../src/kube/resource-types.ts';
import { parseYaml } from '../../src/lib/yaml.ts';
import { renderChart } from './chart.ts';
import { startCountingAws, type CountingAws } from './counting-aws.ts';
import { createGitRemote, type GitRemote } from './git-remote.ts';
import type { PartPaths } from './parts/build.ts';
import { type ControlPlane, startControlPlane } from './parts/control-plane.ts';
import { persistentVolume } from './persistent-volume.ts';
import { createRawApi, serviceAccountToken } from './raw-api.ts';
import { sampleTestnets } from './sample-secrets.ts';

const never = new AbortController().signal;

/** The config repositories that a cluster can be started with, and the Applications that are in it then. */
const repositories = {
  /** One testnet of plain manifests, whose secrets are all ExternalSecrets. */
  'plain-testnet': ['stores/application.yaml', 'testnets/devnet/application.yaml'],
  /** The sample: two testnets that are releases of a chart, and what is encrypted in Git. */
  sample: ['stores/application.yaml', 'keys/application.yaml', ...sampleTestnets.map((name) => `testnets/${name}/application.yaml`)],
} as const;

/** The remote secrets of the plain devnet, as a provider holds them. */
export const devnetSecrets: Readonly<Record<string, string>> = {
  'testnets/devnet/block-producer-1': '{"key": "private-key-of-bp-1", "pub": "B62one"}',
  'testnets/devnet/block-producer-2': '{"key": "private-key-of-bp-2", "pub": "B62two"}',
  'testnets/devnet/seed': '{"libp2p": "libp2p-key-pair-of-seed", "password": "key-password-of-seed"}',
  'testnets/shared/archive-postgres': '{"username": "archive", "password": "archive-db-password"}',
  'testnets/shared/registry': '{"auths":{"registry.example":{"username":"puller","password":"registry-password"}}}',
  'testnets/shared/faucet-discord': 'discord-bot-token',
};

/** A cluster with the chart installed, a provider, and a Git remote with a config repository: all of it real but the provider's size. */
export interface Testnet extends AsyncDisposable {
  readonly plane: ControlPlane;
  /** As the admin. */
  readonly cluster: Cluster;
  readonly aws: CountingAws;
  readonly remote: GitRemote;
  /** The kubeconfig of the ServiceAccount that the chart renders, with no more rights than the chart gives. */
  readonly kubeconfig: string;
  /** Flags and environment the controller is started with. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface TestnetOptions {
  readonly parts: PartPaths;
  /** Values of the chart. */
  readonly values?: object;
  /** What the provider holds beside `devnetSecrets`, or instead of some of them. */
  readonly secrets?: Readonly<Record<string, string | Uint8Array>>;
  /** The provider's credentials, and what it says when it refuses; something harmless unless told. */
  readonly provider?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly says: string };
  /** What Git holds; the plain testnet unless told. */
  readonly repository?: keyof typeof repositories;
  /** Files of the repository, by path, beside its own or instead of them. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The ClusterSecretStore of the repositories, on AWS instead of the demo values. */
export const awsStore = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata:
  name: testnet-secrets
spec:
  conditions:
    - namespaceRegexes: ["^(devnet|testnet-.*)$"]
  provider:
    aws:
      service: SecretsManager
      region: eu-central-1
      auth:
        secretRef:
          accessKeyIDSecretRef: {name: aws-credentials, namespace: argocd, key: id}
          secretAccessKeySecretRef: {name: aws-credentials, namespace: argocd, key: secret}
`;

const release = { release: 'prelude', namespace: 'argocd' };

/** Where the sample brings the key of its SealedSecrets to. */
export const sealingNamespace = 'prelude';

/** Starts it all; the Applications are in the cluster, the controller is not running yet. */
export async function startTestnet({ parts, values = {}, secrets = {}, provider, repository = 'plain-testnet', files = {} }: TestnetOptions): Promise<Testnet> {
  const [plane, aws, remote] = await Promise.all([startControlPlane(parts), startCountingAws({ secrets: { ...devnetSecrets, ...secrets }, ...provider }), createGitRemote()]);
  const cluster = await openCluster({ kubeconfig: plane.kubeconfig });
  for (const name of ['argocd', ...(repository === 'sample' ? [sealingNamespace] : [])]) await cluster.create(namespaceType, object('v1', 'Namespace', { name }), { fieldManager: 'test' }, never);
  await installChart({ cluster, helm: parts.helm }, values);
  await cluster.create(secretType, { ...object('v1', 'Secret', { namespace: 'argocd', name: 'aws-credentials' }), stringData: { id: aws.accessKeyId, secret: provider?.secretAccessKey ?? 'not-a-real-secret-key' } }, { fieldManager: 'test' }, never);

  const folder = join(dirname(import.meta.dirname), repository);
  await remote.copy(folder);
  for (const [path, text] of Object.entries({ 'stores/manifests/testnet-secrets.yaml': awsStore, ...files })) await remote.write(path, text);
  await remote.push('A devnet');
  for (const file of repositories[repository]) await createApplication(cluster, join(folder, file), remote.url);

  const api = createRawApi(plane);
  if (repository === 'sample') await api.call('POST', '/api/v1/persistentvolumes', persistentVolume('archive'));
  const token = await serviceAccountToken(api, 'argocd', 'prelude');
  await api.close();
  return {
    plane,
    cluster,
    aws,
    remote,
    kubeconfig: plane.kubeconfigFor('prelude', { token }),
    args: ['--application-namespaces', 'argocd', '--poll-interval', '1s', '--git-protocols', 'file', '--namespace', 'argocd'],
    env: { AWS_SECRETSMANAGER_ENDPOINT: aws.url },
    [Symbol.asyncDispose]: async () => {
      await cluster.close();
      await Promise.all([plane.stop(), aws.close(), remote.close()]);
    },
  };
}

function object(apiVersion: string, kind: string, metadata: ObjectKey): KubeObject {
  return { apiVersion, kind, metadata };
}

/** What `helm install` creates, but for the Deployment: the controller runs beside the cluster here, under the same account. */
async function installChart({ cluster, helm }: { readonly cluster: Cluster; readonly helm: string }, values: object): Promise<void> {
  const objects = await renderChart(values, { ...release, program: helm });
  const isCrd = ({ kind }: KubeObject): boolean => kind === 'CustomResourceDefinition';
  for (const one of [...objects.filter(isCrd), ...objects.filter((other) => !isCrd(other) && other.kind !== 'Deployment')]) {
    const type = (await cluster.discover(never)).find(one.apiVersion, one.kind) ?? (await cluster.discover(never, { fresh: true })).find(one.apiVersion, one.kind);
    if (type === undefined) throw new Error(`${one.kind} is not served`);
    await cluster.apply(type, one, { fieldManager: 'helm' }, never);
  }
  for (let tries = 0; tries < 100; tries += 1) {
    const served = await cluster.discover(never, { fresh: true });
    if (served.find('argoproj.io/v1alpha1', applicationType.kind) !== undefined && served.find('external-secrets.io/v1', clusterSecretStoreType.kind) !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the CRDs are not served');
}

async function createApplication(cluster: Cluster, file: string, repoURL: string): Promise<void> {
  const [document] = parseYaml(readFileSync(file, 'utf8').replaceAll('repoURL: .', `repoURL: ${repoURL}`).replaceAll('targetRevision: HEAD', 'targetRevision: main'));
  await cluster.create(applicationType, document?.value as KubeObject, { fieldManager: 'operator' }, never);
}
