import { isDeepStrictEqual } from 'node:util';
import type { Application } from '../../api/application.ts';
import { parseApplicationStatus } from '../../api/application.ts';
import type { KubeObject } from '../../api/object.ts';
import type { FieldSteps } from '../../gitops/apply/object/field-steps.ts';
import { ignoredFields, rulesFor, withoutFields } from '../../gitops/apply/object/ignored-fields.ts';
import { holdsSecrets, mayQuote } from '../../gitops/apply/object/may-quote.ts';
import { keyOfRef, type ObjectRef, refKey, refOf } from '../../gitops/apply/object/object-ref.ts';
import { liveObject } from '../../gitops/apply/object/live-view.ts';
import { type PreparedObject, prepareObject } from '../../gitops/apply/object/prepared-object.ts';
import { instanceName } from '../../gitops/apply/object/tracking.ts';
import { decidePrune, pruneCandidates, refusePrune } from '../../gitops/apply/prune/prune.ts';
import { fieldManager } from '../../gitops/apply/sync-run.ts';
import { inventoryOfStatus } from '../../gitops/history/inventory.ts';
import { isSyncHook } from '../../gitops/plan/hook-phase.ts';
import { maskDifference } from '../../gitops/plan/mask-difference.ts';
import { maskObject } from '../../gitops/plan/mask-object.ts';
import { fieldsOf } from '../../gitops/plan/needs/field.ts';
import type { Origin, PhaseName, Plan, RenderedObject } from '../../gitops/plan/plan.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster, Discovery } from '../../kube/port.ts';
import { namespaceType } from '../../kube/resource-types.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import { comparable } from './comparable.ts';

/** What would become of one object. */
export type Change =
  | 'created'
  | 'changed'
  | 'unchanged'
  /** Deleted: Git no longer has it. */
  | 'pruned'
  /** Git no longer has it, and it stays; the message says why. */
  | 'kept'
  /** The API server does not take it. */
  | 'refused'
  /** What is written is only known in the cluster. */
  | 'uncertain';

/** One object and what would become of it, masked. */
export interface ObjectDifference {
  readonly change: Change;
  readonly ref: ObjectRef;
  readonly origin?: Origin;
  readonly message?: string;
  /** Absent where there is none, or where it may not be shown. */
  readonly before?: KubeObject;
  readonly after?: KubeObject;
}

/** What a sync of one Application would do. */
export interface ApplicationDifference {
  readonly namespace: string;
  readonly name: string;
  readonly objects: readonly ObjectDifference[];
  /** Hooks run with every sync, and are no state that could differ. */
  readonly hooks: number;
}

/** Requests of one Application at a time. */
const concurrency = 8;

const hookPhases: ReadonlySet<PhaseName> = new Set<PhaseName>(['preSync', 'postSync', 'syncFail', 'preDelete', 'postDelete']);

interface DiffContext {
  readonly cluster: Cluster;
  readonly discovery: Discovery;
  readonly plan: Plan;
  readonly instance: string;
  /** What is in the cluster may hold values from Secrets, wherever it stands. */
  readonly isOpaque: boolean;
  /** What does not count. */
  readonly ignored: Application['spec']['ignoreDifferences'];
  readonly signal: AbortSignal;
}

/**
 * Compares a plan with a cluster: each object by a server-side dry run, as healing does it, so that defaults and webhooks are no
 * differences. Nothing is written.
 * @param known the Application as the cluster has it; undefined where it does not
 * @param controlNamespace where Applications track their objects by their bare names
 * @throws KubeError where the cluster cannot be asked
 */
export async function diffApplication(cluster: Cluster, { application, plan, known, controlNamespace }: { readonly application: Application; readonly plan: Plan; readonly known: KubeObject | undefined; readonly controlNamespace: string }, signal: AbortSignal): Promise<ApplicationDifference> {
  const { namespace, name } = plan.application;
  const instance = instanceName({ namespace, name }, controlNamespace);
  const discovery = await cluster.discover(signal);
  const takesValues = (annotations: Readonly<Record<string, string>> = {}): boolean => annotations['prelude.dev/values-from'] !== undefined;
  const isOpaque = plan.valueSources !== undefined || takesValues(known?.metadata.annotations);
  const context = { cluster, discovery, plan, instance, isOpaque, ignored: application.spec.ignoreDifferences, signal };
  const planned = plan.phases.flatMap(({ name: phase, objects }) => objects.map((rendered) => ({ phase, rendered })));
  const kept = planned.filter(({ phase, rendered }) => !hookPhases.has(phase) && !isSyncHook(rendered.object));
  const semaphore = createSemaphore(concurrency);
  const differences = await Promise.all(kept.map(({ phase, rendered }) => semaphore.run(() => diffObject(rendered, phase, context), signal)));
  const { automated } = application.spec.syncPolicy;
  const keys = new Set([...differences.map(({ ref }) => refKey(ref)), ...planned.map(({ rendered }) => refKey(refIn(rendered, context)))]);
  const rules = { instance, prune: automated?.prune ?? false, allowEmpty: automated?.allowEmpty ?? false, desired: keys.size };
  const inventory = known === undefined ? [] : inventoryOfStatus(parseApplicationStatus(known));
  const refused = refusePrune(inventory, rules);
  const pruned = await Promise.all(pruneCandidates(inventory ?? [], keys).map((ref) => semaphore.run(() => diffLeftover(ref, refused, rules, context), signal)));
  const objects = [...(await diffNamespace(application, context)), ...differences, ...pruned.flatMap((one) => one ?? [])];
  return { namespace, name, objects, hooks: planned.length - kept.length };
}

function refIn(rendered: RenderedObject, { discovery, instance, plan }: DiffContext): ObjectRef {
  const type = discovery.find(rendered.object.apiVersion, rendered.object.kind);
  return type === undefined ? refOf(rendered.object) : prepareObject(rendered, { type, phase: 'waves', instance, namespace: plan.namespace }).ref;
}

/** The destination that CreateNamespace=true makes. */
async function diffNamespace({ spec }: Application, { cluster, plan, signal }: DiffContext): Promise<readonly ObjectDifference[]> {
  const isDeclared = plan.phases.some(({ objects }) => objects.some(({ object }) => object.kind === 'Namespace' && object.metadata.name === plan.namespace));
  if (isDeclared || !spec.syncPolicy.createNamespace) return [];
  if ((await cluster.get(namespaceType, { name: plan.namespace }, signal, { metadataOnly: true })) !== undefined) return [];
  const after: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: plan.namespace } };
  return [{ change: 'created', ref: refOf(after), message: 'CreateNamespace=true', after }];
}

async function diffObject(rendered: RenderedObject, phase: PhaseName, context: DiffContext): Promise<ObjectDifference> {
  const { cluster, discovery, plan, instance, signal } = context;
  const { object, origin, taint } = rendered;
  const type = discovery.find(object.apiVersion, object.kind);
  const masked = comparable(maskObject(rendered));
  if (type === undefined) return { change: 'uncertain', ref: refOf(object), origin, message: `${cluster.name} does not serve ${object.kind} (${object.apiVersion}) yet`, after: masked };
  const prepared = prepareObject(rendered, { type, phase, instance, namespace: plan.namespace });
  const { ref } = prepared;
  const live = await cluster.get(type, keyOfRef(ref), signal);
  if (live === undefined) return { change: 'created', ref, origin, after: comparable(maskObject({ ...rendered, object: prepared.object })) };
  if (prepared.sops !== undefined || prepared.sopsEntries !== undefined) return { change: 'uncertain', ref, origin, message: 'encrypted with SOPS: it is decrypted where it is written' };
  if (prepared.holdsValues === true) return { change: 'uncertain', ref, origin, message: 'it depends on values from Secrets, which are read where it is written' };
  try {
    const wanted = await cluster.apply(type, prepared.object, { fieldManager, force: true, dryRun: true, holdsValues: holdsSecrets(prepared) }, signal);
    const ignored = ignoredFields(rulesFor(context.ignored, ref), live);
    const shown = (one: KubeObject): KubeObject => counted(comparable({ ...one, ...kindOf(object) }), ignored);
    const [before, after] = [shown(live), shown(wanted)];
    if (isDeepStrictEqual(before, after)) return { change: 'unchanged', ref, origin };
    return { change: 'changed', ref, origin, ...maskDifference(before, after, { taint }, context.isOpaque && object.kind !== 'Secret') };
  } catch (error) {
    if (!isKubeError(error, 'invalid', 'conflict', 'denied', 'absent')) throw error;
    return { change: 'refused', ref, origin, message: refusalOf(prepared, error) };
  }
}

/** Without what the Application ignores. */
function counted(object: KubeObject, ignored: readonly FieldSteps[]): KubeObject {
  if (ignored.length === 0) return object;
  const fields = fieldsOf(withoutFields(object, ignored));
  return { ...fields, ...kindOf(object), metadata: { ...fieldsOf(fields['metadata']), name: object.metadata.name } };
}

function kindOf({ apiVersion, kind }: KubeObject): Pick<KubeObject, 'apiVersion' | 'kind'> {
  return { apiVersion, kind };
}

/** The API server quotes what it refuses. */
function refusalOf(prepared: PreparedObject, error: Error): string {
  return holdsSecrets(prepared) && mayQuote(error) ? 'the API server does not take it; why is not told, because it holds values from Secrets' : error.message;
}

async function diffLeftover(ref: ObjectRef, refused: string | undefined, rules: Parameters<typeof decidePrune>[2], { cluster, discovery, signal }: DiffContext): Promise<ObjectDifference | undefined> {
  const type = discovery.find(ref.group === '' ? ref.version : `${ref.group}/${ref.version}`, ref.kind);
  const found = type === undefined ? undefined : await cluster.get(type, keyOfRef(ref), signal, { metadataOnly: true });
  const decision = decidePrune(ref, found === undefined ? undefined : liveObject(found, false), rules);
  if (decision.kind === 'gone') return undefined;
  if (refused !== undefined) return { change: 'kept', ref, message: refused };
  return decision.kind === 'delete' ? { change: 'pruned', ref, message: 'no longer in Git' } : { change: 'kept', ref, message: decision.message };
}
