import { printYaml } from '../../lib/yaml-print.ts';

/** What a new testnet is made of. */
export interface NewTestnet {
  /** Of the testnet, its Application, its release and its namespace. */
  readonly name: string;
  /** As the Application is to have it. */
  readonly repoURL: string;
  /** The folder of testnets and that of the chart, from the root of what `repoURL` names. */
  readonly testnets: string;
  readonly chart: string;
  /** The ClusterSecretStore. */
  readonly store: string;
}

/** A reference to be written, and what it refers to. */
interface Reference {
  readonly secret: string;
  readonly type?: string;
  /** Keys of the Secret: where in the store each is. */
  readonly data: Readonly<Record<string, { readonly key: string; readonly property?: string }>>;
}

function referencesOf(name: string): readonly Reference[] {
  const pair = (key: string, properties: readonly string[]): Reference['data'] => Object.fromEntries(properties.map((property) => [property, { key, property }]));
  return [
    { secret: 'seed-keys', data: pair(`testnets/${name}/seed`, ['libp2p', 'password']) },
    { secret: 'block-producer-1-keys', data: pair(`testnets/${name}/block-producer-1`, ['key', 'pub']) },
    { secret: 'archive-database', data: pair(`testnets/${name}/archive-postgres`, ['username', 'password']) },
    { secret: 'uploader-cloud-key', data: { 'key.json': { key: `testnets/${name}/uploader-cloud-key` } } },
    { secret: 'registry-credentials', type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': { key: 'testnets/shared/registry' } } },
  ];
}

/** The files of a new testnet, by their paths in its folder, and what the store must hold. No value is among them. */
export function testnetFiles(testnet: NewTestnet): { readonly files: ReadonlyMap<string, string>; readonly remoteKeys: readonly string[] } {
  const references = referencesOf(testnet.name);
  const files = new Map([
    ['application.yaml', `# One testnet: the chart with this testnet's values, and the references to its secrets.\n${printYaml(applicationOf(testnet))}`],
    ['values.yaml', valuesOf(testnet)],
    ...references.map((reference) => [`secrets/${reference.secret}.yaml`, printYaml(externalSecretOf(reference, testnet.store))] as const),
  ]);
  const remoteKeys = references.flatMap(({ data }) => Object.values(data).map(({ key, property }) => (property === undefined ? key : `${key} (${property})`)));
  return { files, remoteKeys };
}

function applicationOf({ name, repoURL, testnets, chart }: NewTestnet): object {
  const folder = `${testnets}/${name}`;
  const source = { repoURL, targetRevision: 'HEAD' };
  const values = ['libp2p', 'password'].map((valuesKey) => ({ kind: 'Secret', name: 'seed-keys', valuesKey, targetPath: valuesKey === 'libp2p' ? 'seed.libp2pKeyPair' : 'keyPassword' }));
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', annotations: { 'prelude.dev/values-from': printYaml(values) } },
    spec: {
      project: 'default',
      sources: [
        { ...source, path: chart, helm: { releaseName: name, valueFiles: [`/${folder}/values.yaml`] } },
        { ...source, path: `${folder}/secrets` },
      ],
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        retry: { limit: 5, backoff: { duration: '15s', factor: 2, maxDuration: '10m' } },
        syncOptions: ['CreateNamespace=true'],
      },
    },
  };
}

function valuesOf({ name, store }: NewTestnet): string {
  const values = { blockProducers: [{ name: 'block-producer-1' }], snarkWorkers: { replicas: 1 }, externalSecrets: { store: { kind: 'ClusterSecretStore', name: store } } };
  return `# What ${name} has beside the chart's own values. keyPassword and seed.libp2pKeyPair are not here: see application.yaml.\n${printYaml(values)}`;
}

function externalSecretOf({ secret, type, data }: Reference, store: string): object {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: secret },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: store },
      ...(type === undefined ? {} : { target: { template: { type } } }),
      data: Object.entries(data).map(([secretKey, remoteRef]) => ({ secretKey, remoteRef })),
    },
  };
}
