import { z } from 'zod';
import { parseArgoDuration } from '../lib/duration.ts';
import { namespaceName } from './kube-text.ts';
import { unsupported } from './schema.ts';

/** Where the manifests of an Application come from. */
export interface ApplicationSource {
  /** As written: a URL, an scp-like address, or `.` for the repository the Application stands in. */
  readonly repoURL: string;
  /** Branch, tag or commit. `HEAD` where the manifest says nothing. */
  readonly targetRevision: string;
  /** Relative to the repository's root, without leading or trailing slashes; empty for the root. */
  readonly path: string;
  readonly directory: DirectoryOptions;
}

/** Which files of a plain directory are manifests. */
export interface DirectoryOptions {
  readonly recurse: boolean;
  /** Globs as Argo CD's: `*` crosses slashes, `{a,b}` is a choice. Empty: everything, nothing. */
  readonly include: string;
  readonly exclude: string;
}

export interface SyncPolicy {
  /** Absent: nothing is synced by itself. */
  readonly automated?: { readonly prune: boolean; readonly selfHeal: boolean; readonly allowEmpty: boolean };
  readonly retry: RetryPolicy;
  readonly createNamespace: boolean;
  readonly managedNamespaceMetadata?: NamespaceMetadata;
}

/** Waits `duration * factor^n` before the n-th retry, counted from 0, and never longer than `maxDuration`. */
export interface RetryPolicy {
  /** 0: no retry; negative: no end. */
  readonly limit: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly factor: number;
  /** Milliseconds; 0: no bound. */
  readonly maxDuration: number;
}

export interface NamespaceMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What an Application asks for, with Argo CD's defaults filled in. */
export interface ApplicationSpec {
  readonly project: string;
  readonly source: ApplicationSource;
  readonly destination: { readonly namespace: string };
  readonly syncPolicy: SyncPolicy;
  readonly revisionHistoryLimit: number;
  readonly info: readonly { readonly name: string; readonly value: string }[];
}

const inCluster = { server: 'https://kubernetes.default.svc', name: 'in-cluster' };

/** Argo CD's: the retries of an automated sync without a policy, and what a policy without a backoff waits. */
const defaultRetry: RetryPolicy = { limit: 5, duration: 5_000, factor: 2, maxDuration: 180_000 };

const argoDuration = z.string().transform((text, context) => {
  const ms = parseArgoDuration(text);
  if (ms !== undefined && ms >= 0) return ms;
  context.addIssue({ code: 'custom', message: 'must be a duration like 15s or 10m, or a number of seconds, and not negative' });
  return z.NEVER;
});

/** A text of which only some values are acted on. The CRD takes any, as upstream's does. */
function only(values: readonly string[]): z.ZodString {
  const choice = values.filter((value) => value !== '').join(', ');
  return z.string().refine((value) => values.includes(value), `is not supported by this version of Prelude; supported: ${choice}`);
}

const sourcePath = z.string().transform((path, context) => {
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

const source = z.strictObject({
  // oxlint-disable-next-line no-control-regex
  repoURL: z.string().min(1).max(2048).regex(/^[^\s\u0000-\u001f\u007f]+$/, 'must not hold spaces or control characters').describe('URL of a Git repository; `.` for the one this manifest stands in.'),
  targetRevision: z.string().max(256).exactOptional().describe('Branch, tag or commit; HEAD where absent.'),
  path: sourcePath.exactOptional().describe('Folder in the repository; its root where absent.'),
  directory: directory.exactOptional().describe('How a folder of plain manifests is read.'),
  helm: unsupported(),
  kustomize: unsupported(),
  plugin: unsupported(),
  chart: unsupported(),
  ref: unsupported(),
  name: unsupported(),
  tagPrefix: unsupported(),
});

const destination = z
  .strictObject({
    server: only([inCluster.server]).exactOptional().describe('URL of the cluster; only the one Prelude runs in.'),
    name: only([inCluster.name]).exactOptional().describe('Name of the cluster; only the one Prelude runs in.'),
    namespace: namespaceName().describe('Where objects go that name no namespace.'),
  })
  .refine(({ server, name }) => (server === undefined) !== (name === undefined), `name the cluster by either server (${inCluster.server}) or name (${inCluster.name})`);

const retry = z.strictObject({
  limit: z.int().exactOptional().describe('How often a failed sync is tried again; without end where negative.'),
  backoff: z
    .strictObject({
      duration: argoDuration.exactOptional().describe('Wait before the first retry, 5s where absent.'),
      factor: z.int().min(1).max(1000).exactOptional().describe('Each wait is this many times the one before, 2 where absent.'),
      maxDuration: argoDuration.exactOptional().describe('The longest wait, 3m where absent.'),
    })
    .exactOptional(),
  refresh: z.boolean().exactOptional().describe('Without effect: a newer commit always takes over.'),
});

/** Options that say what is done anyway are accepted; each must be written just so. */
const syncOptions = ['CreateNamespace=true', 'CreateNamespace=false', 'ServerSideApply=true', 'PruneLast=true'];

const syncPolicy = z.strictObject({
  automated: z
    .strictObject({
      enabled: z.boolean().exactOptional().describe('Off where false; on where absent.'),
      prune: z.boolean().exactOptional().describe('Delete what is no longer in Git.'),
      selfHeal: z.boolean().exactOptional().describe('Undo changes that were made in the cluster.'),
      allowEmpty: z.boolean().exactOptional().describe('Let a source that has become empty delete everything.'),
    })
    .exactOptional()
    .describe('Sync without being asked.'),
  retry: retry.exactOptional().describe('What happens after a failed sync.'),
  syncOptions: z.array(only(syncOptions)).exactOptional().describe('CreateNamespace=true; ServerSideApply=true and PruneLast=true are always so.'),
  managedNamespaceMetadata: z
    .strictObject({ labels: z.record(z.string(), z.string()).exactOptional(), annotations: z.record(z.string(), z.string()).exactOptional() })
    .exactOptional()
    .describe('Labels and annotations of a namespace that CreateNamespace=true made.'),
});

/** `spec` of an Application. */
export const applicationSpec = z
  .strictObject({
    project: only(['default', '']).exactOptional().describe('Only the default project.'),
    source,
    destination,
    syncPolicy: syncPolicy.exactOptional(),
    info: z.array(z.strictObject({ name: z.string(), value: z.string() })).exactOptional().describe('For people.'),
    revisionHistoryLimit: z.int().min(0).max(100).exactOptional().describe('Entries of status.history, 10 where absent.'),
    sources: unsupported(),
    ignoreDifferences: unsupported(),
    sourceHydrator: unsupported(),
  })
  .transform(
    (spec): ApplicationSpec => ({
      project: 'default',
      source: {
        repoURL: spec.source.repoURL,
        targetRevision: spec.source.targetRevision || 'HEAD',
        path: spec.source.path ?? '',
        directory: toDirectoryOptions(spec.source.directory),
      },
      destination: { namespace: spec.destination.namespace },
      syncPolicy: toSyncPolicy(spec.syncPolicy ?? {}),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      info: spec.info ?? [],
    }),
  );

function toDirectoryOptions({ recurse = false, include = '', exclude = '' }: z.output<typeof directory> = {}): DirectoryOptions {
  return { recurse, include, exclude };
}

function toSyncPolicy({ automated, retry, syncOptions = [], managedNamespaceMetadata }: z.output<typeof syncPolicy>): SyncPolicy {
  const { prune = false, selfHeal = false, allowEmpty = false, enabled = true } = automated ?? {};
  return {
    ...(automated === undefined || !enabled ? {} : { automated: { prune, selfHeal, allowEmpty } }),
    // a policy without a limit means no retry; no policy at all means Argo CD's five
    retry: retry === undefined ? defaultRetry : { ...defaultRetry, ...retry.backoff, limit: retry.limit ?? 0 },
    createNamespace: syncOptions.includes('CreateNamespace=true'),
    ...(managedNamespaceMetadata === undefined ? {} : { managedNamespaceMetadata: { labels: {}, annotations: {}, ...managedNamespaceMetadata } }),
  };
}
