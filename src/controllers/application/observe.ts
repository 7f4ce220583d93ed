import { parseApplication } from '../../api/application.ts';
import type { Application } from '../../api/application.ts';
import { formatKey, keyOf } from '../../api/object.ts';
import type { KubeObject } from '../../api/object.ts';
import { formatErrors } from '../../api/schema.ts';
import { fieldAt } from '../../gitops/health/live-field.ts';
import type { ConditionNote } from '../../gitops/history/application-conditions.ts';
import { describePin, rollbackAnnotation } from '../../gitops/history/rollback-pin.ts';
import { readPolicy, rollbackRecordAnnotation } from '../../gitops/history/rollback-policy.ts';
import type { Plan } from '../../gitops/plan/plan.ts';
import type { ProjectRules } from '../../gitops/project/project-rules.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';
import type { ApplicationContext } from './context.ts';
import type { Target } from './decide.ts';
import { declaredPlace } from './declared-place.ts';
import type { PlanRequest } from './plan-cache.ts';
import { areValuesOthers } from './value-news.ts';
import { wantedRevision } from './wanted-revision.ts';
import type { Wanted } from './wanted-revision.ts';

/** An Application as the cache has it, parsed, with the status as far as it is known. */
export interface Subject {
  readonly key: string;
  readonly raw: KubeObject;
  readonly application: Application;
}

/** What can be worked on. */
export interface Observed extends Subject {
  readonly plan: Plan;
  readonly target: Target;
  readonly request: PlanRequest;
  /** What the sources stood for as the plan was made. */
  readonly commit: string;
  /** What keeps the newest commit from being the one that is worked on. */
  readonly notes: readonly ConditionNote[];
  /** What the sources stand for; another revision than the target's while the Application is rolled back. */
  readonly head?: string;
  readonly following: Wanted['following'];
  /** Whether values that its charts take from the cluster have changed since they were brought in. */
  readonly haveValuesChanged: boolean;
}

/** There is no plan at all. */
export interface Unplanned extends Subject {
  readonly plan: undefined;
  readonly notes: readonly ConditionNote[];
  /** Whether it may heal by itself. */
  readonly transient: boolean;
  /** A server refuses: what is missing are credentials, or other ones. */
  readonly isDenied: boolean;
}

export const refreshAnnotation = 'argocd.argoproj.io/refresh';

/** Parses the object. A spec that does not parse is answered as the message of its condition. */
export function subjectOf(raw: KubeObject, context: Pick<ApplicationContext, 'statuses'>): Subject | { readonly invalid: string } {
  const parsed = parseApplication(raw);
  if (!parsed.ok) return { invalid: formatErrors(parsed.errors) };
  return { key: formatKey(keyOf(raw)), raw, application: { ...parsed.value, status: context.statuses.current(raw) } };
}

/** What moves an Application between revisions and changes none of them. */
const aboutRevisions: ReadonlySet<string> = new Set([rollbackAnnotation, rollbackRecordAnnotation]);

/**
 * Everything in an Application that a plan can depend on, as one text.
 * @param project what it may do
 */
export function identityOf(raw: KubeObject, project: ProjectRules | undefined): string {
  const annotations = Object.entries(raw.metadata.annotations ?? {}).filter(([name]) => name.startsWith('prelude.dev/') && !aboutRevisions.has(name));
  return JSON.stringify([raw['spec'], annotations, ...(project === undefined ? [] : [project.identity])]);
}

/** A commit that was synced before, if it is one. */
function syncedCommit({ application }: Subject): string | undefined {
  const { operationState } = application.status;
  const revision = operationState?.phase === 'Succeeded' ? operationState.syncResult?.revision : undefined;
  return revision !== undefined && /^[0-9a-f]{40,64}$/.test(revision) ? revision : undefined;
}

function gitError(error: unknown): string {
  // nobody vouches for the message of any other error
  return isSourceError(error) ? error.message : 'the source could not be read; the log says more';
}

/** That it is rolled back, and what is wrong with the annotations about that. */
function rollbackNotes({ application }: Subject, { following, pinProblem }: Wanted): readonly ConditionNote[] {
  const policy = readPolicy(application.metadata);
  const messages = [
    ...(following.kind === 'pinned' || following.kind === 'completed' ? [`${describePin(following.pin)}. A newer commit releases it, and so does: prelude rollback ${application.metadata.name} --release`] : []),
    ...(pinProblem === undefined ? [] : [pinProblem]),
    ...(policy !== undefined && 'problem' in policy ? [policy.problem] : []),
  ];
  return messages.map((message): ConditionNote => ({ type: 'RollbackWarning', message }));
}

/** Asks Git what the Application should be, and plans it. */
export async function observe(subject: Subject, context: ApplicationContext, signal: AbortSignal): Promise<Observed | Unplanned> {
  const { application, raw, key } = subject;
  const refresh = raw.metadata.annotations?.[refreshAnnotation] !== undefined;
  const polled = await wantedRevision(context.revisions, key, application, { now: refresh, signal });
  const { error: pollError } = polled;
  if (pollError !== undefined && !isSourceError(pollError)) context.log.error({ application: key, error: pollError }, 'the source could not be polled');
  const { rules } = context.projects.rightsOf(raw, application);
  const request = { key, application, identity: identityOf(raw, rules), ...(rules === undefined ? {} : { project: rules }), wanted: polled.revision, fallback: syncedCommit(subject) };
  if (!(await context.answers.stillHold(key, signal))) context.outdate(key);
  const { good, error } = await context.plans.get(request, signal);
  const trouble = polled.error === undefined ? error?.message : gitError(polled.error);
  const cycle = context.dependencies.cycleOf(key);
  const notes: readonly ConditionNote[] = [...(cycle === undefined ? [] : [{ type: 'InvalidSpecError', message: cycle } as const]), ...(trouble === undefined ? [] : [{ type: 'ComparisonError', message: trouble } as const]), ...rollbackNotes(subject, polled)];
  const isDenied = isSourceError(pollError, 'denied') || error?.kind === 'denied';
  if (isDenied) context.refused.note(key);
  else context.refused.settle(key);
  if (good === undefined) return { ...subject, plan: undefined, notes, transient: error?.kind !== 'refused', isDenied };
  const target: Target = { revision: good.revision, ...declaredPlace(raw), policy: { syncOptions: fieldAt(raw, 'spec', 'syncPolicy', 'syncOptions'), retry: fieldAt(raw, 'spec', 'syncPolicy', 'retry') } };
  const haveValuesChanged = await areValuesOthers({ application, plan: good.plan, request, commit: good.commit }, context, signal);
  return { ...subject, haveValuesChanged, plan: good.plan, target, request, commit: good.commit, notes, following: polled.following, ...(polled.head === undefined ? {} : { head: polled.head }) };
}
