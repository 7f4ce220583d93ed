import { configMapType } from '../../kube/resource-types.ts';
import type { Plan } from '../../gitops/plan/plan.ts';
import type { ApplicationContext } from './context.ts';

/** The part of an Application's references that its charts are rendered with. */
export const chartsPart = 'charts';

/**
 * Wakes the Application when something changes that its charts are rendered with: ConfigMaps that they take values from, and whatever they
 * have looked up. (Secrets that they take values from are watched with those that are needed.)
 * @param plan absent where there is none: a chart that fails for what it has looked up may not fail when that has changed
 */
export function watchCharts(key: string, plan: Plan | undefined, { references, answers }: Pick<ApplicationContext, 'references' | 'answers'>): void {
  const configMaps = (plan?.valueSources ?? []).flatMap(({ kind, name }) => (kind === 'ConfigMap' ? [{ type: configMapType, namespace: plan?.namespace ?? '', name }] : []));
  references.watch(key, chartsPart, [...configMaps, ...answers.references(key)]);
}
