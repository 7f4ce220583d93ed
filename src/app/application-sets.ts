import { createArgoPresence } from '../controllers/application/argo-presence.ts';
import { createProjects } from '../controllers/application/projects.ts';
import { createRevisionPoller, followerOf } from '../controllers/application/revision-poller.ts';
import { applicationSetInformers, createApplicationSetController } from '../controllers/application-set/controller.ts';
import { projectUsers, refuseGenerators } from '../controllers/application-set/generator-projects.ts';
import { type KubeObject, parseKey } from '../api/object.ts';
import { pollSource } from '../gitops/source/resolve-source.ts';
import type { Resolver } from '../gitops/source/resolver.ts';
import type { SourceNews } from '../gitops/source/source-news.ts';
import type { Informer } from '../kube/informer.ts';
import type { Controller } from '../runtime/controller.ts';
import type { Foundation, NamedCache } from './half.ts';

export interface ApplicationSetsOptions {
  readonly resolver: Resolver;
  readonly sourceNews?: Pick<SourceNews, 'subscribe'>;
  readonly applicationNamespaces: readonly string[];
  /** Where AppProjects are. */
  readonly projectNamespace: string;
  /** All Applications of these namespaces. */
  readonly applications: readonly Informer<KubeObject>[];
  readonly pollInterval: number;
}

export interface ApplicationSets {
  readonly caches: readonly NamedCache[];
  readonly controller: Controller;
}

/** The name that Argo CD's manifests and its chart give the controller. */
const argoController = 'argocd-applicationset-controller';

/** Puts together what makes Applications of ApplicationSets. */
export function composeApplicationSets({ cluster, lifetime, startInformer, clock, random, log, metrics, events }: Foundation, options: ApplicationSetsOptions): ApplicationSets {
  const { resolver, sourceNews, applicationNamespaces, projectNamespace, applications, pollInterval } = options;
  const caches: NamedCache[] = [];
  const sets = applicationSetInformers(applicationNamespaces).map((informer) => {
    const started = startInformer(informer, lifetime);
    caches.push({ name: `application sets in ${informer.selection.namespace ?? 'all namespaces'}`, synced: started.synced, healthy: started.healthy });
    return started;
  });
  const revisions = createRevisionPoller({
    poll: (followed, since, polling) => pollSource(resolver, followed, polling, since),
    interval: pollInterval,
    onChange: (slot) => controller.enqueue(parseKey(followerOf(slot))),
    ...{ clock, random, signal: lifetime },
  });
  // a push may bring a folder; with new credentials a repository may answer
  const unsubscribe = sourceNews?.subscribe(({ concerns }) => revisions.refresh(concerns));
  if (unsubscribe !== undefined) lifetime.addEventListener('abort', unsubscribe, { once: true });
  const projects = createProjects({
    namespace: projectNamespace,
    applications: { values: () => projectUsers(sets.flatMap((informer) => [...informer.values()])) },
    onChange: (key) => controller.enqueue(key),
    ...{ startInformer, clock, signal: lifetime },
  });
  const controller = createApplicationSetController({
    ...{ cluster, sets, applications, revisions, events, clock, random, log, metrics },
    readTree: resolver.resolve,
    refusalOf: refuseGenerators(projects),
    argoRuns: createArgoPresence(cluster, clock, argoController),
  });
  return { caches, controller };
}
