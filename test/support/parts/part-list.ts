/** A set of programs built from one Go module set under `test/parts/`. */
export interface Part {
  /** The folder that holds its go.mod and go.sum. */
  readonly name: string;
  /** Program names and the packages they are built from. */
  readonly programs: Readonly<Record<string, string>>;
  /** Linker settings `-X name=version`, the version being that of `module` in go.mod. */
  readonly versions?: readonly { readonly variable: string; readonly module: string }[];
  /** Folders of a module's source that are kept beside the programs, by the name they get. */
  readonly folders?: Readonly<Record<string, { readonly module: string; readonly path: string }>>;
  /** Minutes it takes where nothing has been compiled before, on two cores. */
  readonly coldMinutes: number;
}

const upstream = 'github.com/external-secrets/external-secrets';
const helm = 'helm.sh/helm/v4';

export const parts = {
  etcd: { name: 'etcd', programs: { etcd: 'go.etcd.io/etcd/server/v3' }, coldMinutes: 1 },
  kubernetes: {
    name: 'kubernetes',
    programs: {
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
    },
    // without it the server calls itself v0.0.0 and clients refuse the skew
    versions: [{ variable: 'k8s.io/component-base/version.gitVersion', module: 'k8s.io/kubernetes' }],
    coldMinutes: 5,
  },
  kwok: {
    name: 'kwok',
    programs: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' },
    folders: { stage: { module: 'sigs.k8s.io/kwok', path: 'kustomize/stage' }, charts: { module: 'sigs.k8s.io/kwok', path: 'charts' } },
    coldMinutes: 1,
  },
  // Go's text/template, sprig and External Secrets' functions and hashes behind standard input; its main.go lies beside its go.mod
  templateOracle: {
    name: 'template-oracle',
    programs: { 'template-oracle': '.' },
    folders: {
      snippets: { module: upstream, path: 'docs/snippets' },
      chart: { module: upstream, path: 'deploy/charts/external-secrets' },
      crds: { module: upstream, path: 'config/crds/bases' },
    },
    coldMinutes: 3,
  },
  // Vault's own core with the few engines that tests need; its main.go lies beside its go.mod
  vault: { name: 'vault', programs: { vault: '.' }, coldMinutes: 7 },
  // Git over SSH by Go's own implementation of it; its main.go lies beside its go.mod
  ssh: { name: 'ssh', programs: { 'git-ssh-server': '.' }, coldMinutes: 1 },
  sops: { name: 'sops', programs: { sops: 'github.com/getsops/sops/v3/cmd/sops' }, coldMinutes: 2 },
  age: { name: 'age', programs: { age: 'filippo.io/age/cmd/age' }, coldMinutes: 1 },
  // kubeseal and the controller that it seals for
  sealedSecrets: {
    name: 'sealed-secrets',
    programs: { kubeseal: 'github.com/bitnami/sealed-secrets/cmd/kubeseal', controller: 'github.com/bitnami/sealed-secrets/cmd/controller' },
    folders: {
      crds: { module: 'github.com/bitnami/sealed-secrets', path: 'helm/sealed-secrets/crds' },
      charts: { module: 'github.com/bitnami/sealed-secrets', path: 'helm' },
    },
    coldMinutes: 2,
  },
  kustomize: {
    name: 'kustomize',
    programs: { kustomize: 'sigs.k8s.io/kustomize/kustomize/v5' },
    folders: { charts: { module: 'sigs.k8s.io/kustomize/api', path: 'krusty/testdata/helmcharts' } },
    coldMinutes: 1,
  },
  // the program, and its commands behind standard input; the latter's main.go lies beside its go.mod
  helm: {
    name: 'helm',
    programs: { helm: `${helm}/cmd/helm`, 'helm-batch': '.' },
    // its own tests' charts
    folders: Object.fromEntries(
      ['internal/chart/v3', 'internal/resolver', 'pkg/action', 'pkg/chart/v2', 'pkg/cmd', 'pkg/downloader', 'pkg/getter', 'pkg/provenance', 'pkg/repo/v1'].map((path) => [`testdata/${path}`, { module: helm, path }]),
    ),
    coldMinutes: 2,
  },
} as const satisfies Readonly<Record<string, Part>>;
