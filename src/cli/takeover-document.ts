import type { TakeoverResult } from '../app/takeover/run-takeover.ts';

/** The report for programs. */
export function takeoverDocument({ cluster, facts, report }: TakeoverResult): Readonly<Record<string, unknown>> {
  const { operator, webhooks, definitions, survey } = facts;
  return {
    ready: report.ready,
    cluster,
    steps: report.steps.map(({ action, ...step }) => ({ ...step, appliable: action !== undefined })),
    notes: report.notes,
    deployments: operator.deployments,
    leases: operator.leases,
    doubtful: operator.doubtful,
    webhooks: webhooks.map(({ uid: _uid, resourceVersion: _version, ...webhook }) => webhook),
    definitions: definitions.map(({ uid: _uid, type: { group, kind }, ...definition }) => ({ ...definition, group, kind })),
    objects: Object.fromEntries(survey.counts),
    problems: survey.problems,
    adoption: { silent: survey.silent, refreshed: survey.refreshed },
    finalizers: survey.finalizers,
  };
}
