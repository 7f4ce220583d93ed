import type { ObjectKey } from '../../api/object.ts';
import type { ResourceType } from '../../kube/port.ts';
import type { Health } from '../health/health.ts';
import type { LoadedRules } from '../health/load-rules.ts';
import type { PreparedObject } from './object/prepared-object.ts';
import type { PhaseName, Plan, RenderedObject } from '../plan/plan.ts';
import type { AppliedObject } from './object/apply-decision.ts';
import type { KnownDeclaration } from './barrier/declaration-facts.ts';
import type { Evidence } from './barrier/evidence.ts';

/**
 * What is remembered of one Application between two runs, in memory only. All of it can be lost: then some objects are applied
 * or read once more than needed.
 */
export interface SyncMemory {
  /** By `refKey`. */
  readonly applied: Map<string, AppliedObject>;
  /** Objects that matched Git at these resourceVersions when they were last compared, and those that did not. */
  readonly compared: Map<string, { readonly hash: string; readonly resourceVersion: string; readonly same: boolean }>;
  /** Objects that were read from the API server and found good, by `refKey`: the resourceVersion at which. */
  readonly confirmed: Map<string, string>;
  /** The text of the health checks by which they were found good. */
  confirmedBy?: string | undefined;
  /** Declarations that were read and found good, with their Secrets' key names, by `refKey`. */
  readonly declarations: Map<string, KnownDeclaration>;
  readonly prepared: WeakMap<RenderedObject, PreparedObject>;
  /** What was read of Secrets that workloads read, by `namespace/name`: keyed hashes only. */
  readonly digests: Map<string, SecretDigest>;
  /** What workloads turned out to need once the values that charts take from the cluster were known. */
  valuedNeeds: Plan['needs'];
  /** What a target that is not in yet has come to before its barrier with those values, by `refKey`: they may be unknown again. */
  valuedEarly?: { readonly target: string; readonly refs: ReadonlySet<string> };
  /** When a bounded wait began, on the monotonic clock, by what is waited for. */
  readonly waits: Map<string, number>;
  /** What was brought in last, whole: a commit that says the same is in. */
  broughtIn?: Plan;
  /** What a commit that is in declares (`declaredTexts`), where it was planned for that alone; undefined where that is not to be had. */
  declaredAt?: { readonly commit: string; readonly texts: ReadonlySet<string> | undefined };
  /** The target of which nothing has been written yet. Absent: nobody knows. */
  untouched?: string | undefined;
  /** The target of which something has been written last. */
  begun?: string;
  /** The target whose barrier has opened, and what it was about then (`gateIdentity`). */
  opened: { readonly target: string; readonly gate: string } | undefined;
  /** All that was declared last (`declaredTexts`), for whatever target. */
  declared?: ReadonlySet<string>;
  /** What the barriers of a target were about when it was worked on last (`gateIdentity`): of what is brought in, and of the first of two passes over charts that take values. */
  gates?: { readonly target: string; readonly own?: string; readonly first?: string };
  /** Objects that had to wait for what others make as they run, and were let through for a target: `refKey` and what they need. */
  letThrough?: { readonly target: string; readonly objects: Set<string> };
  /** What the last pass waited for to make Secrets as it runs, by type and name: its next word is worth another pass. */
  readonly awaitedProducers: Map<string, { readonly type: ResourceType } & ObjectKey>;
  /** The target that is brought in anew: its chart was gone, or it needs something else than before. */
  rebuilding?: string | undefined;
  /** The target whose two renders do not agree on what makes the Secrets that values come from, and how often they were made for that. */
  unsteady?: { readonly target: string; readonly count: number };
  /** What its barrier has opened on. */
  evidence?: Evidence;
  /** The Application's own health checks, as they were compiled last. */
  rules?: LoadedRules;
  /** What those checks said of an object at a resourceVersion, by `refKey`. */
  readonly judged: Map<string, { readonly text: string | undefined; readonly resourceVersion: string; readonly health: Health }>;
  /** Hooks that have succeeded, by what they were run for: one that has, and is gone, is not run again. */
  succeeded?: { readonly operation: string; readonly hooks: Set<string> };
  /** Objects that were put in the place of the live ones, by `refKey`: once in an operation. */
  replaced?: { readonly operation: string; readonly objects: Set<string> };
  /** The operation that has failed and whose SyncFail hooks still run; `since` on the monotonic clock. */
  failed?: { readonly operation: string; readonly since: number; readonly stop: { readonly kind: 'waiting' | 'failed' | 'refused'; readonly phase: PhaseName; readonly message: string } } | undefined;
  /** Why the Application is not brought in at all, as last reported. */
  refused: string | undefined;
  /** What was already reported in this operation, so that a timeline says it once. */
  reported: { operation: string; readonly messages: Set<string> };
}

/** What is remembered of a Secret's values. */
export interface SecretDigest {
  /** The resourceVersion that was read. */
  readonly version: string;
  /** Which key the hashes were made with. */
  readonly keyId: string;
  /** By key of the Secret, sorted. */
  readonly hashes: ReadonlyMap<string, string>;
}

export function createSyncMemory(): SyncMemory {
  return {
    applied: new Map(),
    compared: new Map(),
    confirmed: new Map(),
    declarations: new Map(),
    prepared: new WeakMap(),
    digests: new Map(),
    valuedNeeds: [],
    judged: new Map(),
    awaitedProducers: new Map(),
    waits: new Map(),
    opened: undefined,
    refused: undefined,
    reported: { operation: '', messages: new Set() },
  };
}

/** Forgets objects that the Application no longer has, so that memory does not grow with its history. */
export function forgetOthers(memory: SyncMemory, kept: ReadonlySet<string>): void {
  for (const map of [memory.applied, memory.compared, memory.confirmed, memory.declarations, memory.judged]) {
    for (const key of map.keys()) if (!kept.has(key)) map.delete(key);
  }
}
