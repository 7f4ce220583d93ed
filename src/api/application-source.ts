import { z } from 'zod';
import { type HelmOptions, helmOptions } from './helm-options.ts';
import { unsupported } from './schema.ts';

/** Where manifests of an Application come from. */
export interface ApplicationSource {
  /** As written: a URL, an scp-like address, or `.` for the repository the Application stands in. Of a chart: its Helm repository or OCI registry. */
  readonly repoURL: string;
  /** Branch, tag or commit; of a chart its version, a range of them, or `sha256:…`. `HEAD` where the manifest says nothing. */
  readonly targetRevision: string;
  /** Relative to the repository's root, without leading or trailing slashes; empty for the root. */
  readonly path: string;
  readonly directory: DirectoryOptions;
  /** Name of a chart in a Helm repository or OCI registry. Absent: the source is a Git repository. */
  readonly chart?: string;
  /** The name under which other sources' files of values find this one, as `$ref`. */
  readonly ref?: string;
  /** What annotations of Prelude call it by. */
  readonly name?: string;
  /** True where it only lends files to others: it has a `ref` and no path. */
  readonly isOnlyLent: boolean;
  /** Present where the source says that it is a chart. */
  readonly helm?: HelmOptions;
  /** The source says that it is a kustomization. */
  readonly isKustomization: boolean;
}

/** Which files of a plain directory are manifests. */
export interface DirectoryOptions {
  readonly recurse: boolean;
  /** Globs as Argo CD's: `*` crosses slashes, `{a,b}` is a choice. Empty: everything, nothing. */
  readonly include: string;
  readonly exclude: string;
}

/** A folder of a repository, relative to its root. */
export const sourcePath = z.string().transform((path, context) => {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  if (!path.startsWith('/') && !steps.includes('..')) return steps.join('/');
  context.addIssue({ code: 'custom', message: 'must be relative to the root of the repository and must not hold ".."' });
  return z.NEVER;
});

const glob = z.string().max(1024);

const directory = z.strictObject({
  recurse: z.boolean().exactOptional().describe('Take manifests of folders below, too.'),
  include: glob.exactOptional().describe('Take only the files that match, e.g. `{a,b}.yaml`.'),
  exclude: glob.exactOptional().describe('Leave out the files that match.'),
  jsonnet: unsupported(),
  disableExtensionFilter: unsupported(),
});

/** All of Argo CD's fields edit the kustomization; ours says such things itself. */
const kustomizeFields = [
  ...['namePrefix', 'nameSuffix', 'images', 'commonLabels', 'version', 'commonAnnotations', 'forceCommonLabels', 'forceCommonAnnotations', 'namespace', 'commonAnnotationsEnvsubst'],
  ...['replicas', 'patches', 'components', 'ignoreMissingComponents', 'labelWithoutSelector', 'labelIncludeTemplates', 'kubeVersion', 'apiVersions'],
] as const;
const kustomize = z.strictObject(Object.fromEntries(kustomizeFields.map((field) => [field, unsupported('is not supported by this version of Prelude; say it in kustomization.yaml')])));

const chart = z.string().max(512).regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\/[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)*$/, 'must be the name of a chart');
const ref = z.string().max(128).regex(/^[A-Za-z0-9_-]+$/, 'must be letters, digits, - and _');

const fields = z.strictObject({
  // oxlint-disable-next-line no-control-regex
  repoURL: z.string().min(1).max(2048).regex(/^[^\s\u0000-\u001f\u007f]+$/, 'must not hold spaces or control characters').describe('URL of a Git repository; `.` for the one this manifest stands in. With `chart`: of a Helm repository or an OCI registry.'),
  targetRevision: z.string().max(256).exactOptional().describe('Branch, tag or commit, HEAD where absent. With `chart`: its version, or a range of versions.'),
  path: sourcePath.exactOptional().describe('Folder in the repository; its root where absent.'),
  directory: directory.exactOptional().describe('How a folder of plain manifests is read.'),
  helm: helmOptions.exactOptional().describe('How a chart is rendered.'),
  kustomize: kustomize.exactOptional().describe('Says that the folder is a kustomization.'),
  chart: chart.exactOptional().describe('Name of a chart in a Helm repository.'),
  ref: ref.exactOptional().describe('Name under which files of this source are found in `valueFiles` of others.'),
  plugin: unsupported(),
  name: z.string().min(1).max(256).exactOptional().describe('What annotations call this source by.'),
  tagPrefix: unsupported(),
});

/** `spec.source`, and each of `spec.sources`. */
export const applicationSource = fields
  .superRefine((source, context) => {
    const refuse = (field: keyof typeof source, message: string): void => context.addIssue({ code: 'custom', path: [field], message });
    const tools = (['helm', 'kustomize', 'directory'] as const).filter((tool) => source[tool] !== undefined);
    // Argo CD too: an explicit block decides the tool, and there can be only one
    if (tools.length > 1 && tools[1] !== undefined) refuse(tools[1], `must not stand beside ${tools[0]}`);
    if (source.chart === undefined) return;
    for (const field of ['path', 'ref', 'kustomize', 'directory'] as const) if (source[field] !== undefined) refuse(field, 'must not stand beside chart');
    if ((source.targetRevision ?? '') === '') refuse('targetRevision', 'is required: it is the version of the chart');
  })
  .transform(
    (source): ApplicationSource => ({
      repoURL: source.repoURL,
      targetRevision: source.targetRevision || 'HEAD',
      path: source.path ?? '',
      directory: toDirectoryOptions(source.directory),
      ...(source.chart === undefined ? {} : { chart: source.chart }),
      ...(source.ref === undefined ? {} : { ref: source.ref }),
      ...(source.name === undefined ? {} : { name: source.name }),
      isOnlyLent: source.ref !== undefined && source.path === undefined,
      ...(source.helm === undefined ? {} : { helm: source.helm }),
      isKustomization: source.kustomize !== undefined,
    }),
  );

function toDirectoryOptions({ recurse = false, include = '', exclude = '' }: z.output<typeof directory> = {}): DirectoryOptions {
  return { recurse, include, exclude };
}
