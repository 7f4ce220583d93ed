import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The chart of the testnets, as a team copies it into its repository; `charts/testnet` is a link, which a copy would follow back here. */
export const testnetChart = realpathSync(join(dirname(dirname(import.meta.dirname)), 'charts/testnet'));

/** Where in the repository the cluster's Applications are. */
export const clusterPath = 'clusters/main';

/** What changes from commit to commit. */
export interface DevnetChoices {
  readonly snarkWorkers: number;
  readonly faucetTag: string;
}

/** The file of the testnet's Application: as it was written for Argo CD, a block of values and a release name. */
export function devnetApplication(repoURL: string, { snarkWorkers, faucetTag }: DevnetChoices): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: devnet
  namespace: prelude
  annotations:
    prelude.dev/values-from: |
      - {kind: Secret, name: seed-keys, valuesKey: libp2p, targetPath: seed.libp2pKeyPair}
      - {kind: Secret, name: seed-keys, valuesKey: password, targetPath: keyPassword}
spec:
  project: default
  info:
    - name: Owner
      value: testnet team
  source:
    repoURL: ${repoURL}
    targetRevision: main
    path: helm/devnet
    helm:
      releaseName: devnet
      values: |
        blockProducers:
          - name: block-producer-1
          - name: block-producer-2
        snarkWorkers: { replicas: ${snarkWorkers} }
        faucet: { amount: 50, image: { tag: ${faucetTag} } }
        postgres: { storage: { size: "" } }
        genesis:
          accounts:
            - { pk: B62one, balance: "65500" }
  destination:
    server: https://kubernetes.default.svc
    namespace: devnet
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
    retry:
      limit: 5
      backoff:
        duration: 15s
        factor: 2
        maxDuration: 10m
    syncOptions:
      - CreateNamespace=true
`;
}

function store(name: string, service: 'SecretsManager' | 'ParameterStore'): string {
  return `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: ${name}}
spec:
  conditions: [{namespaces: [devnet]}]
  provider:
    aws:
      service: ${service}
      region: eu-central-1
      auth:
        secretRef:
          accessKeyIDSecretRef: {name: aws-credentials, namespace: prelude, key: id}
          secretAccessKeySecretRef: {name: aws-credentials, namespace: prelude, key: secret}
`;
}

function externalSecret(name: string, of: string, key: string, properties: readonly string[]): string {
  const data = properties.map((property) => `    - {secretKey: ${property}, remoteRef: {key: ${key}, property: ${property}}}\n`).join('');
  return `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: ${name}}\nspec:\n  refreshInterval: 1h\n  secretStoreRef: {kind: ClusterSecretStore, name: ${of}}\n  data:\n${data}`;
}

const pullSecret = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: registry-credentials}
spec:
  refreshInterval: 1h
  secretStoreRef: {kind: ClusterSecretStore, name: testnet-secrets}
  target: {template: {type: kubernetes.io/dockerconfigjson}}
  data: [{secretKey: .dockerconfigjson, remoteRef: {key: testnets/shared/registry}}]
`;

/** What a provider holds: some of it in Secrets Manager, the rest in Parameter Store. */
export const remoteValues = {
  secrets: {
    'testnets/devnet/block-producer-1': '{"key": "private-key-of-bp-1", "pub": "B62one"}',
    'testnets/devnet/block-producer-2': '{"key": "private-key-of-bp-2", "pub": "B62two"}',
    'testnets/shared/registry': '{"auths":{"registry.example":{"username":"puller","password":"registry-password"}}}',
    'testnets/shared/faucet-discord': 'discord-bot-token',
    'testnets/shared/genesis-ledger': '{"token": "genesis-ledger-token"}',
  },
  parameters: { '/testnets/devnet/seed': '{"libp2p": "libp2p-private,libp2p-public,12D3KooW", "password": "key-password-of-devnet"}' },
} as const;

/**
 * The files of the repository beside the chart's, what is sealed, and the Application of the testnet, by path.
 * @param platformURL another repository, with a credential of its own, in which the stores are
 */
export function platformFiles(platformURL: string): Readonly<Record<string, string>> {
  const faucet = readFileSync(join(testnetChart, 'templates/faucet.yaml'), 'utf8');
  return {
    [`${clusterPath}/stores.yaml`]: `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: stores, namespace: prelude}
spec:
  project: default
  source: {repoURL: "${platformURL}", targetRevision: main, path: stores}
  destination: {server: https://kubernetes.default.svc, namespace: prelude}
  syncPolicy: {automated: {prune: true, selfHeal: true}}
`,
    'stores/secrets-manager.yaml': store('testnet-secrets', 'SecretsManager'),
    'stores/parameter-store.yaml': store('testnet-parameters', 'ParameterStore'),
    'helm/devnet/templates/references.yaml': [
      externalSecret('block-producer-1-keys', 'testnet-secrets', 'testnets/devnet/block-producer-1', ['key', 'pub']),
      externalSecret('block-producer-2-keys', 'testnet-secrets', 'testnets/devnet/block-producer-2', ['key', 'pub']),
      externalSecret('seed-keys', 'testnet-parameters', '/testnets/devnet/seed', ['libp2p', 'password']),
      pullSecret,
    ].join('---\n'),
    // ten minutes until a Deployment gives up are long for a test
    'helm/devnet/templates/faucet.yaml': faucet.replace('spec:\n  replicas: 1\n', 'spec:\n  progressDeadlineSeconds: 8\n  replicas: 1\n'),
  };
}

/** Secrets in plain text, as a person has them before they are sealed: the file in the repository, and the manifest. */
export const plainSecrets: Readonly<Record<string, object>> = {
  'helm/devnet/templates/sealed-database.yaml': secret('devnet', 'archive-database', { username: 'archive', password: 'password-of-the-archive' }),
  'helm/devnet/templates/sealed-uploader.yaml': secret('devnet', 'uploader-cloud-key', { 'key.json': '{"type": "service_account", "private_key": "key-of-the-uploader"}' }),
};

/** The credentials of the stores, which are sealed, too. */
export function storeCredentials(id: string): object {
  return secret('prelude', 'aws-credentials', { id, secret: 'not-a-real-secret-key' });
}

/** The credential of another repository in Argo CD's shape. */
export function platformCredential(values: { readonly url: string; readonly sshPrivateKey: string; readonly known_hosts: string }): object {
  return secret('prelude', 'repo-platform', values, { 'argocd.argoproj.io/secret-type': 'repository' });
}

function secret(namespace: string, name: string, stringData: Readonly<Record<string, string>>, labels?: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name, ...(labels === undefined ? {} : { labels }) }, stringData };
}

/** The kubelet's part that kwok leaves out: no pod of an image with the tag `nosuch` is ever said to run. */
export const noSuchImage: readonly (readonly [string, object])[] = [
  [
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'no-such-image' },
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['pods/status'] }] },
        validations: [{ expression: "!object.spec.containers.exists(c, c.image.endsWith(':nosuch'))", message: 'no registry has this image' }],
      },
    },
  ],
  [
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
    { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'no-such-image' }, spec: { policyName: 'no-such-image', validationActions: ['Deny'] } },
  ],
];
