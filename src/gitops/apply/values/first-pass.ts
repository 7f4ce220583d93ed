import type { Plan } from '../../plan/plan.ts';

/**
 * What of a plan can be carried out before the values that its charts take from Secrets are known: the accounts, stores and producers that
 * hold none of them, and a barrier on those Secrets alone.
 */
export function firstPass(plan: Plan): Plan {
  const sources = new Set((plan.valueSources ?? []).filter(({ kind, optional }) => kind === 'Secret' && !optional).map(({ name, key }) => `${name}/${key}`));
  const early: ReadonlySet<string> = new Set(['namespace', 'plumbing', 'secrets']);
  return {
    ...plan,
    phases: plan.phases.map(({ name, objects }) => ({ name, objects: early.has(name) ? objects.filter(({ holdsValues }) => holdsValues !== true) : [] })),
    needs: plan.needs.filter(({ namespace, secret, key }) => namespace === plan.namespace && sources.has(`${secret}/${key ?? ''}`)),
  };
}
