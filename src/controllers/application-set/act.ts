import type { KubeObject } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import { statusFieldManager } from '../../api/names.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { applicationType } from '../../kube/resource-types.ts';
import type { SetContext } from './context.ts';
import type { SetPlan } from './decide.ts';

/** What was done, by names, and what could not be. */
export interface Written {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  /** Sorted by name. */
  readonly failed: readonly { readonly name: string; readonly action: 'create' | 'update' | 'delete'; readonly message: string }[];
}

interface Task {
  readonly name: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly run: (signal: AbortSignal) => Promise<unknown>;
}

/** How often the same is written into one Application within the span of `rewrites` before somebody is taken to fight over it. */
const mostRewrites = 5;

/**
 * Carries a plan out, a bounded number of writes at once; one that fails keeps no other from being made. Each write carries what it was decided on.
 * @throws KubeError `conflict` where somebody else was faster: to be looked at again
 */
export async function act(plan: SetPlan, context: SetContext, signal: AbortSignal): Promise<Written> {
  const { cluster, writes } = context;
  const options = { fieldManager: statusFieldManager };
  const name = ({ metadata }: KubeObject): string => metadata.name;
  // what is new comes before what goes: a folder that was renamed has its namespace without a pause
  const updates = plan.update.map((one) => ({ ...one, isFought: isFought(one, context) }));
  const tasks: readonly Task[] = [
    ...plan.create.map((object): Task => ({ name: name(object), action: 'create', run: (until) => cluster.create(applicationType, object, options, until) })),
    ...updates.filter(({ isFought }) => !isFought).map(({ live, wanted }): Task => ({ name: name(live), action: 'update', run: (until) => cluster.update(applicationType, wanted, options, until) })),
    ...plan.delete.map((live): Task => ({ name: name(live), action: 'delete', run: (until) => remove(live, context, until) })),
  ];
  const errors = new Map<Task, unknown>();
  await Promise.all(tasks.map((task) => writes.run(() => task.run(signal), signal).catch((error: unknown) => void errors.set(task, error))));
  signal.throwIfAborted();
  const conflict = [...errors.values()].find((error) => isKubeError(error, 'conflict', 'exists'));
  const failed = [
    ...updates.filter(({ isFought }) => isFought).map(({ live }) => ({ name: name(live), action: 'update', message: 'it is changed by somebody else as often as it is put right' }) as const),
    ...[...errors].flatMap(([{ name, action }, error]) => (isKubeError(error, 'conflict', 'exists') ? [] : [{ name, action, message: messageOf(error) }])),
  ];
  if (failed.length === 0 && conflict !== undefined) throw conflict;
  const done = (action: Task['action']): readonly string[] => tasks.filter((task) => task.action === action && !errors.has(task)).map((task) => task.name);
  return { created: done('create'), updated: done('update'), deleted: done('delete'), failed: failed.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Records the update that is about to be made, unless it was made too often for the same wish. */
function isFought({ live, wanted }: SetPlan['update'][number], { rewrites, clock }: SetContext): boolean {
  const { labels, annotations, finalizers } = wanted.metadata;
  const id = JSON.stringify([live.metadata.uid, wanted['spec'], labels, annotations, finalizers]);
  const now = clock.monotonic();
  if (rewrites.count(id, now) >= mostRewrites) return true;
  rewrites.record(id, now);
  return false;
}

async function remove({ metadata }: KubeObject, { cluster }: SetContext, signal: AbortSignal): Promise<void> {
  await cluster.delete(applicationType, keyOf({ metadata }), { ...(metadata.uid === undefined ? {} : { uid: metadata.uid }), propagation: 'Background' }, signal);
}

function messageOf(error: unknown): string {
  if (isKubeError(error)) return error.message;
  throw error;
}
