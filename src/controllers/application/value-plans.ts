import { createHmac, randomBytes } from 'node:crypto';
import type { Plan } from '../../gitops/plan/plan.ts';
import type { ValuesFromCluster } from '../../gitops/render/renderer.ts';
import type { Plannable } from './planner.ts';

/** Renders and plans an Application at a commit, with values of the cluster. */
export type MakeValuedPlan = (plannable: Plannable, commit: string, values: ValuesFromCluster, signal: AbortSignal) => Promise<Plan>;

/** Plans that hold values of Secrets: one for each Application, in memory only, rendered anew when the values are others. */
export interface ValuePlans {
  readonly get: MakeValuedPlan;
  /** What was rendered last has been brought in. */
  readonly settle: (key: string) => void;
  /** Whether what was brought in last was of these very values. */
  readonly isSettled: (plannable: Plannable, commit: string, values: ValuesFromCluster) => boolean;
  /** Renders anew when it is asked for next. */
  readonly outdate: (key: string) => void;
  readonly forget: (key: string) => void;
}

export function createValuePlans(make: MakeValuedPlan): ValuePlans {
  // with a key of this process alone a fingerprint tells nothing of the values
  const key = randomBytes(32);
  const kept = new Map<string, { readonly identity: string; readonly plan: Plan }>();
  const settled = new Map<string, string>();

  function fingerprint(values: ValuesFromCluster): string {
    const hmac = createHmac('sha256', key);
    for (const [name, value] of [...values].toSorted(([a], [b]) => (a < b ? -1 : 1))) hmac.update(`${name} ${value.size}\n`).update(value.reveal());
    return hmac.digest('base64');
  }

  const identityOf = (plannable: Plannable, commit: string, values: ValuesFromCluster): string => [plannable.identity, commit, fingerprint(values)].join('\n');

  return {
    get: async (plannable, commit, values, signal) => {
      const identity = identityOf(plannable, commit, values);
      const known = kept.get(plannable.key);
      if (known?.identity === identity) return known.plan;
      const plan = await make(plannable, commit, values, signal);
      kept.set(plannable.key, { identity, plan });
      return plan;
    },
    settle: (name) => {
      const plan = kept.get(name);
      if (plan !== undefined) settled.set(name, plan.identity);
    },
    isSettled: (plannable, commit, values) => settled.get(plannable.key) === identityOf(plannable, commit, values),
    outdate: (name) => {
      kept.delete(name);
    },
    forget: (name) => {
      kept.delete(name);
      settled.delete(name);
    },
  };
}
