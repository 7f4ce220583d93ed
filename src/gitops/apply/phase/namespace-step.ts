import type { KubeObject } from '../../../api/object.ts';
import { isKubeError } from '../../../kube/kube-error.ts';
import { namespaceType } from '../../../kube/resource-types.ts';
import { applyPhase } from './apply-phase.ts';
import { fieldAt } from '../../health/live-field.ts';
import { failureMessage, fieldManager, phaseObjects, tell } from '../sync-run.ts';
import type { Stop, SyncRun } from '../sync-run.ts';

export type NamespaceDecision =
  | { readonly kind: 'ready' }
  /** It is there, and lacks metadata that managedNamespaceMetadata asks for. */
  | { readonly kind: 'apply' }
  | { readonly kind: 'wait'; readonly message: string }
  | { readonly kind: 'refuse'; readonly message: string };

type Metadata = Readonly<Record<string, string>>;

/** What the Application says about its destination's namespace. */
export interface NamespaceWish {
  readonly name: string;
  readonly create: boolean;
  readonly labels: Metadata;
  readonly annotations: Metadata;
}

function holds(live: Metadata | undefined, wanted: Metadata): boolean {
  return Object.entries(wanted).every(([name, value]) => live?.[name] === value);
}

/** What to do about the destination's namespace, given what the API server has. */
export function decideNamespace(wish: NamespaceWish, live: KubeObject | undefined): NamespaceDecision {
  if (live === undefined) {
    if (wish.create) return { kind: 'apply' };
    const message = `namespace ${wish.name} does not exist; add CreateNamespace=true to spec.syncPolicy.syncOptions, or a Namespace to Git`;
    return { kind: 'refuse', message };
  }
  if (live.metadata.deletionTimestamp !== undefined || fieldAt(live, 'status', 'phase') === 'Terminating') {
    return { kind: 'wait', message: `namespace ${wish.name} is being deleted; it is made again once it is gone` };
  }
  if (!wish.create) return { kind: 'ready' };
  return holds(live.metadata.labels, wish.labels) && holds(live.metadata.annotations, wish.annotations) ? { kind: 'ready' } : { kind: 'apply' };
}

function wishOf({ plan, options }: SyncRun): NamespaceWish {
  const { labels = {}, annotations = {} } = options.namespaceMetadata ?? {};
  return { name: plan.namespace, create: options.createNamespace, labels, annotations };
}

function manifest({ name, labels, annotations }: NamespaceWish): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations } };
}

/** What the API server refuses has failed, like any object that it refuses. */
async function settleDestination(run: SyncRun): Promise<Stop | undefined> {
  try {
    return await bringDestination(run);
  } catch (error) {
    if (isKubeError(error, 'conflict')) throw error;
    return { kind: 'failed', phase: 'namespace', message: `namespace ${run.plan.namespace}: ${failureMessage(run, error)}` };
  }
}

async function bringDestination(run: SyncRun): Promise<Stop | undefined> {
  const { cluster } = run.deps;
  const wish = wishOf(run);
  const live = await cluster.get(namespaceType, { name: wish.name }, run.signal);
  const decision = decideNamespace(wish, live);
  if (decision.kind === 'ready') return undefined;
  if (decision.kind === 'wait') return { kind: 'waiting', phase: 'namespace', message: decision.message };
  if (decision.kind === 'refuse') return { kind: 'refused', phase: 'namespace', message: decision.message };
  if (run.options.mode === 'compare') return undefined;
  // never tracked: a namespace that CreateNamespace made is not deleted with the Application (Argo CD does the same)
  await cluster.apply(namespaceType, manifest(wish), { fieldManager, force: true }, run.signal);
  const message = live === undefined ? 'created' : 'labelled';
  tell(run, { phase: 'namespace', kind: 'object', message, object: { group: '', version: 'v1', kind: 'Namespace', name: wish.name } });
  return undefined;
}

/**
 * The first phase: Namespaces that Git declares are applied like any object; the destination's, where Git has none, is
 * created when CreateNamespace=true.
 */
export async function namespaceStep(run: SyncRun): Promise<Stop | undefined> {
  const declared = phaseObjects(run.plan, 'namespace');
  const stop = await applyPhase(run, 'namespace', declared);
  if (stop !== undefined) return stop;
  const isDeclared = declared.some(({ object }) => object.kind === 'Namespace' && object.metadata.name === run.plan.namespace);
  return isDeclared ? undefined : settleDestination(run);
}
