/** What each room may import, besides itself. A folder of src/ that is not here may not exist. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  'src/lib': [],
  'src/api': ['src/lib'],
  'src/template': ['src/lib'],
  'src/provider': ['src/lib', 'src/api'],
  'src/secret': ['src/lib', 'src/api', 'src/template', 'src/provider'],
  'src/seal': ['src/lib', 'src/api', 'src/template'],
  'src/kube': ['src/lib', 'src/api'],
  'src/runtime': ['src/lib', 'src/api', 'src/kube'],
  'src/gitops': ['src/lib', 'src/api', 'src/template', 'src/secret', 'src/seal', 'src/kube'],
  'src/controllers': [
    'src/lib',
    'src/api',
    'src/template',
    'src/provider',
    'src/secret',
    'src/seal',
    'src/kube',
    'src/runtime',
    'src/gitops',
  ],
  'src/server': ['src/lib', 'src/api', 'src/runtime'],
  'src/app': [
    'src/lib',
    'src/api',
    'src/template',
    'src/provider',
    'src/secret',
    'src/seal',
    'src/kube',
    'src/runtime',
    'src/gitops',
    'src/controllers',
    'src/server',
    'providers',
  ],
  'src/cli': ['src/lib', 'src/api', 'src/seal', 'src/gitops', 'src/app'],
  providers: ['src/lib', 'src/provider'],
};

/**
 * Every package the product may import, each with the only files and folders that may do so. The list is closed:
 * a new package is a new row, so that it is seen in review. A name that ends in a slash stands for its whole scope.
 */
export const doors: Readonly<Record<string, readonly string[]>> = {
  '@kubernetes/client-node': ['src/kube'],
  '@aws-sdk/': ['providers/aws'],
  '@azure/': ['providers/azure'],
  '@google-cloud/': ['providers/gcp'],
  '@grpc/grpc-js': ['providers/gcp'],
  '@marcbachmann/cel-js': ['src/gitops/health'],
  'age-encryption': ['src/seal'],
  bcryptjs: ['src/template/crypto'],
  commander: ['src/cli'],
  pino: ['src/lib'],
  'prom-client': ['src/lib'],
  re2js: ['src/lib', 'src/api', 'src/template', 'src/secret', 'src/provider'],
  undici: ['src/lib', 'src/kube'],
  yaml: ['src/lib'],
  zod: ['src/api', 'src/seal', 'src/provider', 'src/secret', 'src/kube', 'src/gitops', 'src/app', 'providers'],
  'node:child_process': ['src/lib/exec.ts'],
};

/** Providers whose folder has another name than they have under `spec.provider`: the names there are External Secrets'. */
export const providerFolders: Readonly<Record<string, string>> = { gcpsm: 'gcp', azurekv: 'azure', openBao: 'vault' };

/** Folders whose children must not know one another. */
export const strangers: readonly string[] = ['providers', 'src/controllers'];

/**
 * Commands that must work with no cluster and no provider at hand, and what they must never load. The adapters themselves
 * may be loaded, because their schemas say whether a store makes sense; their SDKs may not.
 */
export const offline = {
  entries: ['src/cli/plan.ts', 'src/cli/render.ts', 'src/cli/kubeseal-bin.ts', 'src/cli/kubeseal-main.ts', 'src/cli/seal.ts', 'src/cli/seal-check.ts', 'src/cli/reseal.ts', 'src/cli/unseal.ts'],
  packages: ['@kubernetes/client-node', '@aws-sdk/', '@azure/', '@google-cloud/', '@grpc/', 'undici'],
  rooms: ['src/controllers', 'src/server'],
} as const;

/** The only file that loads modules by a name that it is told: the adapters that an operator names at the start. */
export const loader = 'src/app/load-providers.ts';

/** What stands at the top of the repository, beside files whose name starts with a dot. */
export const topLevel: ReadonlySet<string> = new Set([
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'README.md',
  'LICENSE',
  'Dockerfile',
  'src',
  'crds',
  'providers',
  'charts',
  'test',
]);

/** Words that say nothing about what a file holds; none may be a part of a file's or folder's name. */
export const emptyWords: ReadonlySet<string> = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'shared']);

/** Names that say nothing on their own. */
export const emptyNames: ReadonlySet<string> = new Set(['types', 'base', 'constants', 'functions']);

/** Above this a file holds more than one subject. */
export const mostLines = 400;
