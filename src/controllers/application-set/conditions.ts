import { type ApplicationSetCondition, type ApplicationSetConditionType, applicationSetReasons, type ApplicationSetStatus } from '../../api/application-set-status.ts';
import type { HealthStatus, ResourceStatus } from '../../api/application-status.ts';
import { parseApplicationStatus } from '../../api/application.ts';
import { applicationSetApiVersion } from '../../api/application-set.ts';
import { type KubeObject, parseApiVersion } from '../../api/object.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';

/** What a pass came to, in Argo CD's words. */
export type SetResult =
  | { readonly kind: 'upToDate' }
  /** @param isGenerated the parameters were given; what follows went wrong */
  | { readonly kind: 'error'; readonly reason: string; readonly message: string; readonly isGenerated: boolean };

type Judged = Omit<ApplicationSetCondition, 'lastTransitionTime'> & { readonly type: ApplicationSetConditionType };

/** Listed in a status: an object may not grow without end. `resourcesCount` has them all. */
const mostResources = 1_000;
/** Longer messages are cut: the API server would take them, a list of ApplicationSets would not be readable. */
const longestMessage = 1024;

function judge(result: SetResult): readonly Judged[] {
  const { upToDate, parametersGenerated, error } = applicationSetReasons;
  const generated: Judged = { type: 'ParametersGenerated', status: 'True', reason: parametersGenerated, message: 'Successfully generated parameters for all Applications' };
  if (result.kind === 'upToDate') {
    const message = 'All applications have been generated successfully';
    return [{ type: 'ErrorOccurred', status: 'False', reason: upToDate, message }, generated, { type: 'ResourcesUpToDate', status: 'True', reason: upToDate, message }];
  }
  const message = result.message.length > longestMessage ? `${result.message.slice(0, longestMessage - 1)}…` : result.message;
  return [
    { type: 'ErrorOccurred', status: 'True', reason: result.reason, message },
    result.isGenerated ? generated : { type: 'ParametersGenerated', status: 'False', reason: error, message },
    { type: 'ResourcesUpToDate', status: 'False', reason: error, message },
  ];
}

/** As Argo CD derives it from the conditions. */
function healthOf(result: SetResult, judged: readonly Judged[]): HealthStatus {
  const message = judged[0]?.message ?? '';
  return { status: result.kind === 'upToDate' ? 'Healthy' : 'Degraded', message };
}

/** The conditions after a pass, sorted by type; times move with anything in them, as upstream. Those of other writers stay. */
function mergeConditions(before: readonly ApplicationSetCondition[], judged: readonly Judged[], now: number): readonly ApplicationSetCondition[] {
  const theirs = before.filter(({ type }) => !judged.some((one) => one.type === type));
  const ours = judged.map((one): ApplicationSetCondition => {
    const same = before.find(({ type, status, reason, message }) => type === one.type && status === one.status && reason === one.reason && message === one.message);
    return same ?? { ...one, lastTransitionTime: formatTimestamp(now) };
  });
  return [...theirs, ...ours].toSorted((a, b) => (a.type < b.type ? -1 : 1));
}

/** The status after a pass, with the Applications as they are known. @param now milliseconds since the epoch */
export function statusOf(before: ApplicationSetStatus, result: SetResult, owned: readonly KubeObject[], now: number): ApplicationSetStatus {
  const judged = judge(result);
  const resources = owned.map(resourceOf).toSorted((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
  return { ...before, conditions: mergeConditions(before.conditions ?? [], judged, now), resources: resources.slice(0, mostResources), resourcesCount: resources.length, health: healthOf(result, judged) };
}

function resourceOf(application: KubeObject): ResourceStatus {
  const { namespace, name } = application.metadata;
  const { sync, health } = parseApplicationStatus(application);
  return {
    ...parseApiVersion(applicationSetApiVersion),
    kind: application.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(sync === undefined ? {} : { status: sync.status }),
    ...(health?.status === undefined ? {} : { health: { status: health.status } }),
  };
}
