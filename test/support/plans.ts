import type { KubeObject } from '../../src/api/object.ts';
import type { LiveView } from '../../src/gitops/apply/object/live-view.ts';
import type { ProgressEvent } from '../../src/gitops/apply/progress.ts';
import { createSyncMemory } from '../../src/gitops/apply/sync-memory.ts';
import type { SyncDeps, SyncOptions } from '../../src/gitops/apply/sync-run.ts';
import { phaseNames, type PhaseName, type Plan, type RenderedObject } from '../../src/gitops/plan/plan.ts';
import type { Cluster } from '../../src/kube/port.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** A plan by hand, for what no renderer makes yet. */
export function planOf(namespace: string, phases: Partial<Record<PhaseName, readonly KubeObject[]>>, more: Partial<Plan> = {}): Plan {
  const rendered = (object: KubeObject, index: number): RenderedObject => ({ object, origin: { file: 'by-hand.yaml', line: index + 1 }, taint: [] });
  return {
    application: { namespace: 'argocd', name: namespace },
    revision: 'a'.repeat(40),
    namespace,
    phases: phaseNames.map((name) => ({ name, objects: (phases[name] ?? []).map(rendered) })),
    needs: [],
    problems: [],
    ...more,
  };
}

export function syncOptions(namespace: string, more: Partial<SyncOptions> = {}): SyncOptions {
  return { mode: 'sync', instance: namespace, target: 't', operation: 'one', createNamespace: true, prune: true, allowEmpty: false, propagation: 'Foreground', rollOnRotation: true, gateAll: false, ...more };
}

/** Nothing is watched: everything is read from the API server. */
const blind: LiveView = { look: () => 'unknown' };

export function syncDeps(cluster: Cluster, progress: ProgressEvent[] = []): SyncDeps {
  return {
    cluster,
    live: blind,
    clock: systemClock,
    progress: { report: (event) => void progress.push(event) },
    memory: createSyncMemory(),
    applicationExists: () => Promise.resolve(false),
    concurrency: 4,
  };
}
