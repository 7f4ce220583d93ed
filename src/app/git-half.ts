import { randomBytes } from 'node:crypto';
import { createApplicationController } from '../controllers/application/controller.ts';
import { applicationInformers } from '../controllers/application/watch.ts';
import { formatKey, type KubeObject, keyOf } from '../api/object.ts';
import type { Progress } from '../gitops/apply/progress.ts';
import type { CompiledCheck } from '../gitops/health/custom-rules.ts';
import { createManifestReader } from '../gitops/render/manifest-reader.ts';
import type { Renderer } from '../gitops/render/renderer.ts';
import type { Resolver } from '../gitops/source/resolver.ts';
import type { SourceNews } from '../gitops/source/source-news.ts';
import type { Informer } from '../kube/informer.ts';
import { createHttpClient } from '../lib/http-client.ts';
import type { ProviderRegistry } from '../provider/registry.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { composeApplicationSets } from './application-sets.ts';
import type { Foundation, Half, NamedCache } from './half.ts';
import { createProviderCheck } from './provider-check.ts';

export interface GitHalfOptions {
  /** Which providers stores may be of, for the plan. */
  readonly registry: ProviderRegistry;
  readonly resolver: Resolver;
  /** Tells of pushes and credentials; absent: nobody does. */
  readonly sourceNews?: Pick<SourceNews, 'subscribe'>;
  readonly renderers: readonly Renderer[];
  /** Where Applications are taken from. */
  readonly applicationNamespaces: readonly string[];
  readonly controlNamespace: string;
  readonly pollInterval: number;
  /** Sync every Application once, automated or not. */
  readonly syncOnce: boolean;
  /** Which Applications are ours, by `namespace/name`; absent: all in the namespaces. */
  readonly only?: ReadonlySet<string>;
  readonly progress: Progress;
  /** Health checks of the whole program. */
  readonly healthRules?: readonly CompiledCheck[];
  readonly onOutcome?: (application: KubeObject, outcome: Outcome | undefined) => void;
}

export interface GitHalf extends Half {
  /** The Applications, by namespace. */
  readonly applications: readonly Informer<KubeObject>[];
}

/**
 * Where AppProjects are read, as upstream has it in Argo CD's own namespace: where Applications are tracked by their bare names, if any are read
 * there, or else in the first of the namespaces. Who wants only some Applications has them from a repository, and may look everywhere.
 */
function projectNamespaceOf({ applicationNamespaces, controlNamespace, only }: Pick<GitHalfOptions, 'applicationNamespaces' | 'controlNamespace' | 'only'>): string {
  const [first = controlNamespace] = applicationNamespaces;
  return only !== undefined || applicationNamespaces.includes(controlNamespace) ? controlNamespace : first;
}

/** Text of manifests that is remembered, in bytes: most files of a commit are those of the one before. */
const manifestCache = 32 << 20;

/** Puts together what releases Applications from Git. */
export function composeGit(foundation: Foundation, options: GitHalfOptions): GitHalf {
  const { cluster, lifetime, startInformer, clock, random, log, metrics, events } = foundation;
  const { applicationNamespaces, only, registry, ...rest } = options;
  const http = createHttpClient({ clock });
  const caches: NamedCache[] = [];
  const projectNamespace = projectNamespaceOf(options);
  const applications = applicationInformers(applicationNamespaces).map((informer) => {
    const ours: typeof informer = { ...informer, project: (object) => (only === undefined || only.has(formatKey(keyOf(object))) ? informer.project(object) : undefined) };
    const started = startInformer(ours, lifetime);
    caches.push({ name: `applications in ${informer.selection.namespace ?? 'all namespaces'}`, synced: started.synced, healthy: started.healthy });
    return started;
  });
  const controller = createApplicationController({
    ...rest,
    applications,
    projectNamespace,
    startInformer,
    reader: createManifestReader(manifestCache),
    checkProvider: createProviderCheck(registry),
    http: http.request,
    randomBytes,
    signal: lifetime,
    ...{ cluster, clock, random, log, metrics, events },
  });
  // who wants only some Applications has rendered them already
  const sets = only === undefined ? composeApplicationSets(foundation, { ...rest, applicationNamespaces, projectNamespace, applications }) : undefined;
  return { caches: [...caches, ...(sets?.caches ?? [])], controllers: [controller, ...(sets === undefined ? [] : [sets.controller])], finish: () => http.close(), applications };
}
