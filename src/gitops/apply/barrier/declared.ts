import { createHash } from 'node:crypto';
import type { Plan, RenderedObject } from '../../plan/plan.ts';
import { phaseObjects } from '../sync-run.ts';
import { makersOf } from './gate-identity.ts';

/** What is written before the barrier, namespaces apart, and what makes needed Secrets as it runs: what a Secret is depends on all of it. */
export function declaredObjects(plan: Plan): readonly RenderedObject[] {
  const makers = makersOf(plan.needs);
  const making = makers.size === 0 ? [] : (['preSync', 'waves', 'postSync'] as const).flatMap((phase) => phaseObjects(plan, phase).filter(({ object }) => makers.has(`${object.kind}/${object.metadata.name}`)));
  return [...phaseObjects(plan, 'plumbing'), ...phaseObjects(plan, 'secrets'), ...making];
}

const known = new WeakMap<Plan, ReadonlySet<string>>();

/** Whether a plan declares anything that another one does not declare in the very same way. */
export function declaresOtherwise(plan: Plan, texts: ReadonlySet<string> | undefined): boolean {
  return [...declaredTexts(plan)].some((text) => texts?.has(text) !== true);
}

/** A hash of each of them, but for labels and annotations. For memory only: one may hold a value. */
export function declaredTexts(plan: Plan): ReadonlySet<string> {
  const kept = known.get(plan);
  if (kept !== undefined) return kept;
  const texts = new Set(declaredObjects(plan).map(({ object: { metadata: { namespace, name }, ...object } }) => createHash('sha256').update(JSON.stringify([namespace, name, object])).digest('base64url')));
  known.set(plan, texts);
  return texts;
}
