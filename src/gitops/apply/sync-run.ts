import type { IgnoredDifference } from '../../api/ignored-difference.ts';
import type { ObjectKey } from '../../api/object.ts';
import type { SyncChoices } from '../../api/sync-option.ts';
import type { Cluster, ResourceType } from '../../kube/port.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Clock } from '../../lib/clock.ts';
import type { SopsDocument } from '../../seal/sops/read-sops.ts';
import type { Origin, PhaseName, Plan, RenderedObject, SopsSource } from '../plan/plan.ts';
import type { ProjectRules } from '../project/project-rules.ts';
import type { ValuesFromCluster } from '../render/renderer.ts';
import type { LiveView } from './object/live-view.ts';
import type { ObjectRef } from './object/object-ref.ts';
import { formatRef, refKey } from './object/object-ref.ts';
import type { Progress, ProgressEvent } from './progress.ts';
import type { RolloutKey } from './rollout/rollout-key.ts';
import type { SyncMemory } from './sync-memory.ts';

/** The field manager of everything that is applied from Git. */
export const fieldManager = 'prelude-gitops';

/** What the Application asks for, already parsed. */
export interface SyncOptions {
  /**
   * - `sync`: bring a revision in, barrier and hooks included
   * - `heal`: the revision is in; put back what has drifted
   * - `compare`: write nothing, only say what differs
   */
  readonly mode: 'sync' | 'heal' | 'compare';
  /** The name in tracking annotations: `instanceName`. */
  readonly instance: string;
  /** Tells what is brought in (revision, source and destination) from anything else; the barrier opens once for each. */
  readonly target: string;
  /** Tells one operation (a revision, and each retry of it) from the next; hooks run once in each. */
  readonly operation: string;
  readonly createNamespace: boolean;
  /** Argo CD's managedNamespaceMetadata. */
  readonly namespaceMetadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
  /** Delete what was applied before and is no longer in Git. False: only say so. */
  readonly prune: boolean;
  /** Let an empty desired set delete everything. */
  readonly allowEmpty: boolean;
  readonly propagation: 'Foreground' | 'Background' | 'Orphan';
  /** Argo CD's sync options that objects may say otherwise. Absent: none is said. */
  readonly choices?: SyncChoices;
  /** Fields whose differences do not count. Absent: all count. */
  readonly ignored?: readonly IgnoredDifference[];
  /** Somebody has agreed to deletions that ask for it. */
  readonly deletionApproved?: boolean;
  /** Only these objects are written or deleted, without hooks; all others are compared. Absent: all. */
  readonly only?: (ref: ObjectRef) => boolean;
  /** No hooks are run: a selective sync, or one that says so. */
  readonly skipHooks?: boolean;
  /** Replace the pods of workloads whose Secrets have changed; annotation `prelude.dev/roll-on-rotation: "false"` says no. */
  readonly rollOnRotation: boolean;
  /** Annotation `prelude.dev/gate: all`: declarations that nothing needs gate too. */
  readonly gateAll: boolean;
  /** What the barrier was about when the target was brought in, as `gateRecord` has it. Absent: nobody knows, and it counts as what it is about now. */
  readonly admitted?: string;
  /** Something may have been declared for another revision since: the barrier is passed anew, whatever it is about. Absent: nothing was. */
  readonly isTouched?: true;
}

export interface SyncDeps {
  readonly cluster: Cluster;
  readonly live: LiveView;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly memory: SyncMemory;
  /** Whether the Application with this tracking name still exists; asked only when an object carries its name. */
  readonly applicationExists: (instance: string, signal: AbortSignal) => Promise<boolean>;
  /** How many requests of one Application run at a time. */
  readonly concurrency: number;
  /** Decrypts a document of SOPS; it throws SopsErrors. Absent: none can be written. */
  readonly openSops?: (source: SopsSource, signal: AbortSignal) => Promise<SopsDocument>;
  /** Why the Application's project does not allow an object; absent: it allows all. `cluster` refuses to write such a one in any case. */
  readonly projectRefusal?: ProjectRules['objectRefusal'];
  /** Whether writes go as an account that the project names, and not as the controller. Absent: they do not. */
  readonly isConfined?: () => boolean;
  /** What of other Applications must come before anything is brought in, for people. Absent: nothing. */
  readonly awaited?: () => readonly string[];
  /** How workloads follow the Secrets that they read. Absent: they do not. */
  readonly rollouts?: Rollouts;
  /** Told before the first write past the barrier of what is brought in. Absent: nobody wants to know. */
  readonly onRelease?: (signal: AbortSignal) => Promise<void>;
  /** Told before the first write of what is in and is brought in anew. Absent: nobody wants to know. */
  readonly onAnew?: (signal: AbortSignal) => Promise<void>;
  /** Told where two renders do not agree on what makes the Secrets that charts take values from: all is to be rendered anew. Absent: nobody wants to know. */
  readonly onUnsteady?: () => void;
  /** Plans anew with the values that charts take from the cluster; it throws SourceErrors. Absent: no plan takes any. */
  readonly replan?: (values: ValuesFromCluster, signal: AbortSignal) => Promise<Plan>;
}

/** What is needed to tell that a Secret has changed. */
export interface Rollouts {
  /** Undefined where none may be had. */
  readonly key: (signal: AbortSignal) => Promise<RolloutKey | undefined>;
  /** The resourceVersion of a Secret as a watch has shown it; undefined where it has shown none. */
  readonly versionOf: (secret: Required<ObjectKey>) => string | undefined;
  /** Whether a change of the Secret would be shown. */
  readonly isWatched: (secret: Required<ObjectKey>) => boolean;
  /** Another revision is about to take over: the pods of this one are replaced then, once. */
  readonly isHeld?: true;
}

/** Why a run ends before its last phase. */
export interface Stop {
  /** `waiting`: an event will wake us; `failed`: counts against the retry limit; `refused`: a person must change something. */
  readonly kind: 'waiting' | 'failed' | 'refused';
  readonly phase: PhaseName;
  readonly message: string;
  /** What is waited for are other Applications. */
  readonly isForApplications?: true;
  /** What is waited for are Secrets that something makes as it runs. */
  readonly isForSecrets?: true;
  /** All is rendered anew before the next pass. */
  readonly isRenderedAnew?: true;
}

/** What became of one object in this run. */
export interface ObjectOutcome {
  readonly ref: ObjectRef;
  readonly phase: PhaseName;
  readonly wave: number;
  readonly hook: string | undefined;
  /** Argo CD's words of `syncResult.resources`. */
  readonly status: 'Synced' | 'OutOfSync' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';
  readonly change: 'created' | 'configured' | 'unchanged' | 'pruned' | 'none';
  readonly message: string;
  /** Another Application has it. */
  readonly shared?: true;
  /** A hook that has not come to its end. */
  readonly running?: true;
}

/** What one object came to: written or already so, to be waited for, or failed. */
export type ApplyResult = { readonly kind: 'done' } | { readonly kind: 'waiting' | 'failed'; readonly message: string };

/** One pass over a plan: what it works on, and what has come of it so far. */
export interface SyncRun {
  readonly plan: Plan;
  /** The plan with all its needs, where `plan` is a part that has not all of those of its workloads. Absent: `plan` itself. */
  readonly whole?: Plan;
  readonly options: SyncOptions;
  readonly deps: SyncDeps;
  readonly signal: AbortSignal;
  /** By `refKey`. */
  readonly outcomes: Map<string, ObjectOutcome>;
  /** Kinds (`apiVersion Kind`) that this pass has asked the API server about anew, in vain. Absent: it asks each time. */
  readonly askedAnew?: Set<string>;
  /** Which versions of Secrets and ConfigMaps charts were rendered with, where they take values from any. */
  readonly values?: string;
  /** What the barrier is about, as it goes on record (`gateRecord`). Absent: it is not known. */
  readonly gate?: () => Promise<string | undefined>;
}

export function phaseObjects(plan: Plan, phase: PhaseName): readonly RenderedObject[] {
  return plan.phases.find(({ name }) => name === phase)?.objects ?? [];
}

export function record(run: SyncRun, outcome: ObjectOutcome): void {
  run.outcomes.set(refKey(outcome.ref), outcome);
}

export function formatOrigin(origin: Origin): string {
  return `${origin.file}:${origin.line}`;
}

type Said = Pick<ProgressEvent, 'phase' | 'kind' | 'message'> & { readonly object?: ObjectRef };

/** Reports something that has just been done. */
export function tell(run: SyncRun, event: Said): void {
  run.deps.progress.report({ ...event, application: run.plan.application, at: run.deps.clock.now() });
}

/** An operation that waits for days must not remember all it has said. */
const mostReported = 10_000;

/** Reports a state, once per operation: a run is repeated on every event, its timeline must not be. */
export function say(run: SyncRun, event: Said): void {
  const { memory } = run.deps;
  const { operation } = run.options;
  if (memory.reported.operation !== operation || memory.reported.messages.size >= mostReported) memory.reported = { operation, messages: new Set() };
  const about = `${event.phase} ${event.object === undefined ? '' : formatRef(event.object)}`;
  const line = `${about} ${event.kind} ${event.message}`;
  const { messages } = memory.reported;
  // that an object which this operation has written is found unchanged later is no news
  if (messages.has(line) || (event.message === 'unchanged' && messages.has(about))) return;
  messages.add(line).add(about);
  tell(run, event);
}

/** Turns an error of the API server into the message of the object it is about. Aborts are passed on: they are no failure of the object. */
export function failureMessage(run: SyncRun, error: unknown): string {
  run.signal.throwIfAborted();
  if (isKubeError(error)) return error.message;
  throw error;
}

/** Says that the cluster does not know a kind. */
export function notServed({ deps }: SyncRun, object: { readonly apiVersion: string; readonly kind: string }): string {
  return `${object.kind} (${object.apiVersion}) is not a kind that ${deps.cluster.name} serves; install its CustomResourceDefinition first`;
}

/** The type of a kind, asking the API server anew before giving up, once in a pass: its definition may have come a moment ago. */
export async function findType(run: SyncRun, object: { readonly apiVersion: string; readonly kind: string }): Promise<ResourceType | undefined> {
  const { cluster } = run.deps;
  const known = (await cluster.discover(run.signal)).find(object.apiVersion, object.kind);
  const kind = `${object.apiVersion} ${object.kind}`;
  if (known !== undefined || run.askedAnew?.has(kind) === true) return known;
  const found = (await cluster.discover(run.signal, { fresh: true })).find(object.apiVersion, object.kind);
  if (found === undefined) run.askedAnew?.add(kind);
  return found;
}

/** What was written since may be what serves a kind: it is worth asking about it once more. */
export function askAgain(run: SyncRun): void {
  run.askedAnew?.clear();
}

