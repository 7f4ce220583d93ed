import { createHmac, randomBytes } from 'node:crypto';
import type { Plan } from '../../gitops/plan/plan.ts';
import type { ValuesFromCluster } from '../../gitops/render/renderer.ts';
import type { Plannable } from './planner.ts';

/** Renders and plans an Application at a commit, with values of the cluster. */
export type MakeValuedPlan = (plannable: Plannable, commit: string, values: ValuesFromCluster, signal: AbortSignal) => Promise<Plan>;

/** Plans that hold values of Secrets: one for each Application, in memory only, rendered anew when the values are others. */
export interface ValuePlans {
  readonly get: MakeValuedPlan;
  readonly forget: (key: string) => void;
}

export function createValuePlans(make: MakeValuedPlan): ValuePlans {
  // with a key of this process alone a fingerprint tells nothing of the values
  const key = randomBytes(32);
  const kept = new Map<string, { readonly identity: string; readonly plan: Plan }>();

  function fingerprint(values: ValuesFromCluster): string {
    const hmac = createHmac('sha256', key);
    for (const [name, value] of [...values].toSorted(([a], [b]) => (a < b ? -1 : 1))) hmac.update(`${name} ${value.size}\n`).update(value.reveal());
    return hmac.digest('base64');
  }

  return {
    get: async (plannable, commit, values, signal) => {
      const identity = [plannable.identity, commit, fingerprint(values)].join('\n');
      const known = kept.get(plannable.key);
      if (known?.identity === identity) return known.plan;
      const plan = await make(plannable, commit, values, signal);
      kept.set(plannable.key, { identity, plan });
      return plan;
    },
    forget: (name) => {
      kept.delete(name);
    },
  };
}
