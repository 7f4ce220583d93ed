import { readValueSources, versionsOf } from '../../gitops/apply/values/read-value-sources.ts';
import { operationValues } from '../../gitops/history/operation.ts';
import { configMapType } from '../../kube/resource-types.ts';
import type { Cluster } from '../../kube/port.ts';
import type { Application } from '../../api/application.ts';
import type { Plan } from '../../gitops/plan/plan.ts';
import type { PlanRequest } from './plan-cache.ts';
import type { ReferenceWatch } from './reference-watch.ts';
import type { SecretWatch } from './secret-watch.ts';
import type { ValuePlans } from './value-plans.ts';

interface ValueNewsContext {
  readonly cluster: Pick<Cluster, 'get'>;
  readonly secrets: Pick<SecretWatch, 'versionOf'>;
  readonly references: Pick<ReferenceWatch, 'versionOf'>;
  readonly valuePlans: Pick<ValuePlans, 'isSettled'>;
}

/** An Application and the plan of a commit of it. */
interface ValuedApplication {
  readonly application: Pick<Application, 'status'>;
  readonly plan: Pick<Plan, 'valueSources' | 'namespace'>;
  readonly request: PlanRequest;
  readonly commit: string;
}

/**
 * Whether the values that an Application's charts take from the cluster are others than those that were brought in last. As long as the
 * watches show the versions that are on record, nothing is read; where they show others, the content decides, because a label that changes
 * is no new value. After a restart nobody knows the content that was brought in, and another version counts as another value.
 */
export async function areValuesOthers({ application, plan, request, commit }: ValuedApplication, { cluster, secrets, references, valuePlans }: ValueNewsContext, signal: AbortSignal): Promise<boolean> {
  const { valueSources: sources, namespace } = plan;
  const { operationState: operation } = application.status;
  const recorded = operation?.phase === 'Succeeded' ? operationValues(operation) : undefined;
  if (sources === undefined || recorded === undefined) return false;
  const seen = versionsOf(sources, ({ kind, name }) => (kind === 'Secret' ? secrets.versionOf({ namespace, name }) : references.versionOf(configMapType, { namespace, name })));
  if (seen === recorded) return false;
  const { values, missing, versions } = await readValueSources(cluster, namespace, sources, signal);
  // one that has gone is awaited where it is asked for: until then what was brought in stays
  if (versions === recorded || missing.length > 0) return false;
  return !valuePlans.isSettled(request, commit, values);
}
