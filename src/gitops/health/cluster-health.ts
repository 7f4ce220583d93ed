import type { KubeObject } from '../../api/object.ts';
import { degraded, healthy, progressing } from './health.ts';
import type { Health } from './health.ts';
import { conditionOf, conditionsOf, fieldAt, listAt, numberAt, textAt } from './live-field.ts';
import type { TypedCondition } from './live-field.ts';

/** Argo CD's list of what an autoscaler cannot get over (health_hpa.go). */
const scalingTrouble: ReadonlySet<string> = new Set([
  ...['FailedGetScale', 'FailedUpdateScale'].map((reason) => `AbleToScale ${reason}`),
  ...['FailedGetResourceMetric', 'FailedGetObjectMetric', 'FailedGetPodsMetric', 'FailedGetExternalMetric', 'FailedComputeMetricsReplicas', 'InvalidSelector'].map((reason) => `ScalingActive ${reason}`),
]);

/** autoscaling/v1 has its conditions in an annotation. */
function scalingConditions(object: KubeObject): readonly TypedCondition[] {
  const annotation = object.metadata.annotations?.['autoscaling.alpha.kubernetes.io/conditions'];
  if (annotation === undefined) return conditionsOf(object);
  try {
    return conditionsOf({ status: { conditions: JSON.parse(annotation) } });
  } catch {
    return [];
  }
}

export function autoscalerHealth(object: KubeObject): Health {
  const conditions = scalingConditions(object);
  const trouble = conditions.find(({ type, reason }) => scalingTrouble.has(`${type} ${reason}`));
  if (trouble !== undefined) return degraded(trouble.message);
  const works = conditions.find(({ type, status }) => status === 'True' && (type === 'AbleToScale' || type === 'ScalingLimited'));
  return works === undefined ? progressing('waiting to autoscale') : { status: 'Healthy', message: works.message };
}

/** An API that other API servers serve: Healthy once it can be reached. */
export function apiServiceHealth(object: KubeObject): Health {
  const available = conditionOf(object, 'Available');
  if (available === undefined) return progressing('waiting to be processed');
  const message = `${available.reason}: ${available.message}`;
  return available.status === 'True' ? { status: 'Healthy', message } : progressing(message);
}

/** Too few pods is what a budget is for, and no trouble of its own. */
export function budgetHealth(object: KubeObject): Health {
  const generation = object.metadata.generation ?? 0;
  const observed = numberAt(object, 'status', 'observedGeneration');
  const conditions = conditionsOf(object);
  if (conditions.length === 0 && observed === undefined) return progressing('waiting for the first status of this PodDisruptionBudget');
  if (observed !== undefined && observed < generation) return progressing(`waiting for the status of generation ${generation}`);
  const trouble = conditions.find(({ status, reason }) => status === 'False' && reason !== 'InsufficientPods');
  return trouble === undefined ? healthy : degraded(`the budget cannot be kept: ${trouble.reason}`);
}

/**
 * Argo CD's rule for a CronJob: its last finished run has succeeded. What it runs now says nothing yet, and one that is suspended or has
 * never run is as it should be.
 */
export function cronJobHealth(object: KubeObject): Health {
  if (fieldAt(object, 'spec', 'suspend') === true) return { status: 'Healthy', message: 'CronJob is suspended' };
  if (fieldAt(object, 'status') === undefined) return progressing('waiting for the first status of this CronJob');
  const scheduled = textAt(object, 'status', 'lastScheduleTime');
  const succeeded = textAt(object, 'status', 'lastSuccessfulTime');
  if (scheduled === undefined) return { status: 'Healthy', message: 'CronJob has not been scheduled yet' };
  if (succeeded === undefined || listAt(object, 'status', 'active').length > 0) return { status: 'Healthy', message: 'the last run is not known to have failed' };
  // RFC 3339 in UTC, to the second: the texts compare as the times do
  return succeeded < scheduled ? degraded('the last run has not succeeded') : healthy;
}
