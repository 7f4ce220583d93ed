import { refusals } from '../../gitops/apply/phase/preflight.ts';
import { summarise } from '../../gitops/apply/phase/apply-phase.ts';
import { revisionOf } from '../../gitops/history/plan-revision.ts';
import type { Plan } from '../../gitops/plan/plan.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';
import type { Plannable } from './planner.ts';

/** Reads, renders and plans one Application at a commit. Throws SourceErrors. */
export type MakePlan = (plannable: Plannable, commit: string, signal: AbortSignal) => Promise<Plan>;

/** A plan that may be carried out. */
export interface GoodPlan {
  readonly plan: Plan;
  /** As it is put on record: `revisionOf`. */
  readonly revision: string;
  /** What the sources stood for as it was planned. */
  readonly commit: string;
}

export interface PlanRequest extends Plannable {
  /** The commit that Git has now; absent where Git has not answered yet. */
  readonly wanted: string | undefined;
  /** The commit that was synced last; used where the wanted one cannot be planned. */
  readonly fallback: string | undefined;
}

export interface PlanAnswer {
  /** For the wanted revision, or else for the last good one. */
  readonly good: GoodPlan | undefined;
  /** Why the wanted revision is not the one. */
  readonly error?: { readonly message: string; readonly kind: 'refused' | 'unavailable' | 'denied' };
}

interface Kept extends GoodPlan {
  readonly identity: string;
  /** Its charts would be told something else of the cluster now. It is good until a newer one is. */
  readonly isOutdated?: true;
}

interface Refused {
  readonly identity: string;
  readonly commit: string;
  readonly message: string;
}

/** Plans each Application once per revision, and keeps the last good plan: it serves on while Git has nothing better. */
export interface PlanCache {
  readonly get: (request: PlanRequest, signal: AbortSignal) => Promise<PlanAnswer>;
  /** The plan of a commit that was synced before, while a newer one waits. Undefined where it cannot be planned any more. */
  readonly at: (request: PlanRequest, commit: string, signal: AbortSignal) => Promise<GoodPlan | undefined>;
  /** Plans an Application anew when it is asked for next: its charts would be told something else of the cluster. */
  readonly outdate: (key: string) => void;
  /** Forgets refusals: what the others declare has changed. Answers whose. */
  readonly reconsider: () => readonly string[];
  readonly forget: (key: string) => void;
}

/** Where the plan of the commit that was synced last is kept, beside the wanted one's. Keys hold no spaces. */
function before(key: string): string {
  return `${key} before`;
}

/** Where the plan of another commit is kept that was asked for: what serves on while there is nothing better is not thrown out for it. */
function aside(key: string): string {
  return `${key} aside`;
}

function slotsOf(key: string): readonly string[] {
  return [key, before(key), aside(key)];
}

export function createPlanCache(makePlan: MakePlan): PlanCache {
  const kept = new Map<string, Kept>();
  const refused = new Map<string, Refused>();

  /** Plans one commit; the message says why not. A refusal stays until commit or Application change, all else is tried again. */
  async function planAt(slot: string, request: PlanRequest, commit: string, signal: AbortSignal): Promise<PlanAnswer['error']> {
    const { identity } = request;
    const known = refused.get(slot);
    if (known?.identity === identity && known.commit === commit) return { message: known.message, kind: 'refused' };
    try {
      const plan = await makePlan(slot === request.key ? request : { ...request, aside: true }, commit, signal);
      const problems = refusals(plan);
      if (problems.length === 0) {
        kept.set(slot, { identity, commit, plan, revision: revisionOf(plan) });
        return undefined;
      }
      const message = `revision ${commit} is refused: ${summarise(problems)}`;
      refused.set(slot, { identity, commit, message });
      return { message, kind: 'refused' };
    } catch (error) {
      signal.throwIfAborted();
      if (!isSourceError(error)) throw error;
      return { message: error.message, kind: error.kind === 'denied' ? 'denied' : 'unavailable' };
    }
  }

  function usable(slot: string, identity: string): Kept | undefined {
    const plan = kept.get(slot);
    return plan?.identity === identity ? plan : undefined;
  }

  async function at(slot: string, request: PlanRequest, commit: string, signal: AbortSignal): Promise<GoodPlan | undefined> {
    const { key, identity } = request;
    const known = slotsOf(key).map((one) => usable(one, identity)).find((plan) => plan?.commit === commit && plan.isOutdated !== true);
    if (known !== undefined) return known;
    await planAt(slot, request, commit, signal);
    // where that commit is refused, or cannot be had, what lies here may be another's plan, or an older one of the same
    return [slot, ...slotsOf(key)].map((one) => usable(one, identity)).find((plan) => plan?.commit === commit);
  }

  /** After a restart nothing is kept: what was synced last can be planned once more, often from the clone at hand. */
  async function lastGood(request: PlanRequest, signal: AbortSignal): Promise<GoodPlan | undefined> {
    const { key, identity, wanted, fallback } = request;
    const known = usable(key, identity) ?? usable(before(key), identity);
    if (known !== undefined || fallback === undefined || fallback === wanted) return known;
    return at(before(key), request, fallback, signal);
  }

  return {
    get: async (request, signal) => {
      const { key, identity, wanted } = request;
      if (wanted === undefined) return { good: await lastGood(request, signal) };
      const current = usable(key, identity);
      if (current?.commit === wanted && current.isOutdated !== true) return { good: current };
      const error = await planAt(key, request, wanted, signal);
      if (error !== undefined) return { good: await lastGood(request, signal), error };
      // it may still have to be kept as it is while the new one waits for its Secrets
      if (current !== undefined && current.commit !== wanted) kept.set(before(key), current);
      return { good: usable(key, identity) };
    },
    at: (request, commit, signal) => at(aside(request.key), request, commit, signal),
    outdate: (key) => {
      for (const slot of slotsOf(key)) {
        const plan = kept.get(slot);
        if (plan !== undefined) kept.set(slot, { ...plan, isOutdated: true });
        refused.delete(slot);
      }
    },
    reconsider: () => {
      const keys = [...refused.keys()].filter((key) => !key.endsWith(before('')) && !key.endsWith(aside('')));
      refused.clear();
      return keys;
    },
    forget: (key) => {
      for (const name of slotsOf(key)) {
        kept.delete(name);
        refused.delete(name);
      }
    },
  };
}
