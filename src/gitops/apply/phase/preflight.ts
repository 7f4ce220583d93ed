import { mayBeMissing } from './chart-objects.ts';
import { definedKinds } from './defined-kinds.ts';
import { summarise } from './apply-phase.ts';
import { findType, formatOrigin, notServed } from '../sync-run.ts';
import type { Stop, SyncRun } from '../sync-run.ts';
import type { Problem, ResolvedNeed } from '../../plan/plan.ts';

function describeProblem({ origin, path, message }: Problem): string {
  const place = origin === undefined ? '' : `${formatOrigin(origin)}: `;
  return place + (path === undefined ? message : `${path}: ${message}`);
}

function describeMissing(need: ResolvedNeed): string {
  const [consumer] = need.consumers;
  const what = need.key === undefined ? `Secret ${need.namespace}/${need.secret}` : `key ${need.key} of Secret ${need.namespace}/${need.secret}`;
  const who = consumer === undefined ? '' : `, which ${consumer.kind} ${consumer.name} (${formatOrigin(consumer.origin)}) needs`;
  return `nothing provides ${what}${who}`;
}

/** Why a plan must not be carried out at all: what is wrong in the repository, and needs that nothing provides. */
export function refusals(plan: Pick<SyncRun['plan'], 'problems' | 'needs'>): readonly string[] {
  const errors = plan.problems.filter(({ severity }) => severity === 'error').map(describeProblem);
  // a plan says so among its problems, too; this is the guarantee, that is the explanation
  const missing = plan.needs.filter(({ resolution }) => resolution.state === 'missing').map(describeMissing);
  return errors.length > 0 ? errors : missing;
}

/** Objects of kinds that neither the cluster serves nor the plan defines. */
async function unknownKinds(run: SyncRun): Promise<readonly string[]> {
  const defined = definedKinds(run.plan);
  const unknown: string[] = [];
  const asked = new Map<string, boolean>();
  for (const rendered of run.plan.phases.flatMap(({ objects }) => objects)) {
    const { object, origin } = rendered;
    const kind = `${object.apiVersion} ${object.kind}`;
    if (defined.has(kind) || mayBeMissing(run, rendered)) continue;
    const served = asked.get(kind) ?? (await findType(run, object)) !== undefined;
    asked.set(kind, served);
    if (!served) unknown.push(`${formatOrigin(origin)}: ${notServed(run, object)}`);
  }
  return unknown;
}

/** Objects that the project does not allow, of kinds of which only the cluster tells whether they have a namespace. */
async function refusedInCluster(run: SyncRun): Promise<readonly string[]> {
  const { projectRefusal } = run.deps;
  if (projectRefusal === undefined) return [];
  const unsure = run.plan.phases.flatMap(({ objects }) => objects.filter(({ scopeUnknown }) => scopeUnknown === true));
  const refused: string[] = [];
  for (const { object, origin } of unsure) {
    const type = await findType(run, object);
    const message = type === undefined ? undefined : projectRefusal({ group: type.group, kind: type.kind, name: object.metadata.name, namespace: type.namespaced ? object.metadata.namespace : undefined });
    if (message !== undefined) refused.push(`${formatOrigin(origin)}: ${message}`);
  }
  return refused;
}

/** Everything that can be told before the first write. What is refused here has touched nothing, not even the namespace. */
export async function preflight(run: SyncRun): Promise<Stop | undefined> {
  const refused = refusals(run.plan);
  if (refused.length > 0) return { kind: 'refused', phase: 'namespace', message: summarise(refused) };
  const awaited = run.options.mode === 'sync' ? (run.deps.awaited?.() ?? []) : [];
  if (awaited.length > 0) return { kind: 'waiting', phase: 'namespace', message: `waiting: ${summarise(awaited)}`, isForApplications: true };
  const unknown = await unknownKinds(run);
  // another Application may be about to bring the kind, so this is tried again
  if (unknown.length > 0) return { kind: 'failed', phase: 'namespace', message: summarise(unknown) };
  const misplaced = await refusedInCluster(run);
  return misplaced.length > 0 ? { kind: 'refused', phase: 'namespace', message: summarise(misplaced) } : undefined;
}
