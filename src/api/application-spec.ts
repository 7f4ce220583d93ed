import { z } from 'zod';
import { parseArgoDuration } from '../lib/duration.ts';
import { defaultProject } from './app-project.ts';
import { type ApplicationSource, applicationSource } from './application-source.ts';
import { type IgnoredDifference, ignoredDifference } from './ignored-difference.ts';
import { namespaceName } from './kube-text.ts';
import { unsupported } from './schema.ts';
import { readSyncOptions, type SyncChoices } from './sync-option.ts';

export interface SyncPolicy {
  /** Absent: nothing is synced by itself. */
  readonly automated?: { readonly prune: boolean; readonly selfHeal: boolean; readonly allowEmpty: boolean };
  readonly retry: RetryPolicy;
  readonly createNamespace: boolean;
  /** What `syncOptions` say, `createNamespace` apart. */
  readonly choices: Omit<SyncChoices, 'createNamespace'>;
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
  /** Where its manifests come from: `spec.source`, or the first of `spec.sources` that has any. */
  readonly source: ApplicationSource;
  /** Present where it has several, `source` among them; later ones win where two declare the same object. */
  readonly sources?: readonly ApplicationSource[];
  readonly destination: { readonly namespace: string };
  readonly syncPolicy: SyncPolicy;
  /** Fields whose differences do not count. */
  readonly ignoreDifferences: readonly IgnoredDifference[];
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

const destination = z
  .strictObject({
    server: only([inCluster.server]).exactOptional().describe('URL of the cluster; only the one Prelude runs in.'),
    name: only([inCluster.name]).exactOptional().describe('Name of the cluster; only the one Prelude runs in.'),
    namespace: namespaceName().describe('Where objects go that name no namespace.'),
  })
  .refine(({ server, name }) => (server === undefined) !== (name === undefined), `name the cluster by either server (${inCluster.server}) or name (${inCluster.name})`);

/** `retry` of an Application, or of one operation. */
export const retryPolicy = z.strictObject({
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

/** What a policy means: without a limit no retry, without a backoff Argo CD's. */
export function toRetryPolicy({ backoff, limit = 0 }: z.output<typeof retryPolicy>): RetryPolicy {
  return { ...defaultRetry, ...backoff, limit };
}

/** `syncOptions` of an Application, or of one operation. */
export const syncOptionList = z
  .array(z.string())
  .max(100)
  .transform((list, context): SyncChoices => {
    const { choices, problems } = readSyncOptions(list, 'application');
    for (const { index, message } of problems) context.addIssue({ code: 'custom', path: [index], message });
    return choices;
  });

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
  retry: retryPolicy.exactOptional().describe('What happens after a failed sync.'),
  syncOptions: syncOptionList.exactOptional().describe('Such as CreateNamespace=true; ServerSideApply=true and PruneLast=true are always so.'),
  managedNamespaceMetadata: z
    .strictObject({ labels: z.record(z.string(), z.string()).exactOptional(), annotations: z.record(z.string(), z.string()).exactOptional() })
    .exactOptional()
    .describe('Labels and annotations of a namespace that CreateNamespace=true made.'),
});

/** `spec` of an Application. */
export const applicationSpec = z
  .strictObject({
    project: z.string().max(253).regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/, 'must be the name of an AppProject').exactOptional().describe('Name of the AppProject that says what it may do; `default` where absent.'),
    source: applicationSource.exactOptional().describe('Where the manifests come from.'),
    sources: z.array(applicationSource).min(1).max(50).exactOptional().describe('Where they come from, if from several places: manifests, charts, and files of values for those.'),
    destination,
    syncPolicy: syncPolicy.exactOptional(),
    info: z.array(z.strictObject({ name: z.string(), value: z.string() })).exactOptional().describe('For people.'),
    revisionHistoryLimit: z.int().min(0).max(100).exactOptional().describe('Entries of status.history, 10 where absent; the newest is kept in any case.'),
    ignoreDifferences: z.array(ignoredDifference).max(200).exactOptional().describe('Fields whose differences between Git and the cluster do not count.'),
    sourceHydrator: unsupported(),
  })
  .superRefine(({ source, sources }, context) => {
    const refuse = (path: readonly (string | number)[], message: string): void => context.addIssue({ code: 'custom', path: [...path], message });
    if (source === undefined && sources === undefined) refuse(['source'], 'is required');
    if (source !== undefined && sources !== undefined) refuse(['source'], 'must not stand beside sources, which would be used instead');
    if (source?.isOnlyLent === true) refuse(['source', 'ref'], 'means something in sources only');
    const refs = (sources ?? []).map(({ ref }) => ref);
    for (const [index, ref] of refs.entries()) if (ref !== undefined && refs.indexOf(ref) < index) refuse(['sources', index, 'ref'], 'stands twice');
    if (sources !== undefined && !sources.some(isRendered)) refuse(['sources'], 'none of them has anything to apply: each only lends its files');
  })
  .transform(
    ({ source, sources, ...spec }, context): ApplicationSpec => ({
      project: spec.project || defaultProject,
      source: source ?? sources?.find(isRendered) ?? none(context),
      ...(sources === undefined ? {} : { sources }),
      destination: { namespace: spec.destination.namespace },
      syncPolicy: toSyncPolicy(spec.syncPolicy ?? {}),
      ignoreDifferences: spec.ignoreDifferences ?? [],
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      info: spec.info ?? [],
    }),
  );

/** Whether a source has manifests of its own. */
function isRendered({ isOnlyLent }: ApplicationSource): boolean {
  return !isOnlyLent;
}

/** What is refused above is not looked at again. */
function none(context: z.core.$RefinementCtx): never {
  context.addIssue({ code: 'custom', path: ['source'], message: 'is required', input: undefined });
  return z.NEVER;
}

function toSyncPolicy({ automated, retry, syncOptions = {}, managedNamespaceMetadata }: z.output<typeof syncPolicy>): SyncPolicy {
  const { prune = false, selfHeal = false, allowEmpty = false, enabled = true } = automated ?? {};
  const { createNamespace = false, ...choices } = syncOptions;
  return {
    ...(automated === undefined || !enabled ? {} : { automated: { prune, selfHeal, allowEmpty } }),
    // a policy without a limit means no retry; no policy at all means Argo CD's five
    retry: retry === undefined ? defaultRetry : toRetryPolicy(retry),
    createNamespace,
    choices,
    ...(managedNamespaceMetadata === undefined ? {} : { managedNamespaceMetadata: { labels: {}, annotations: {}, ...managedNamespaceMetadata } }),
  };
}
