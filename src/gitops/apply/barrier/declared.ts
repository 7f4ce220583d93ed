import { createHash } from 'node:crypto';
import { runtimeProducts } from '../../plan/declare/runtime-products.ts';
import type { Plan, RenderedObject } from '../../plan/plan.ts';
import { earlyPhases } from '../phase/early-phases.ts';
import { phaseObjects } from '../sync-run.ts';
import type { SyncRun } from '../sync-run.ts';

/** What is written before the barrier, namespaces apart, and what makes Secrets as it runs, needed or not: what a Secret is depends on all of it. */
export function declaredObjects(plan: Plan): readonly RenderedObject[] {
  const making = phaseObjects(plan, 'waves').filter(({ object }) => runtimeProducts(object).length > 0);
  return [...earlyPhases.flatMap((phase) => phaseObjects(plan, phase)), ...making];
}

const known = new WeakMap<Plan, ReadonlySet<string>>();

/**
 * Whether carrying out a plan may leave anything otherwise that was declared before. What it lacks is deleted, unless it is a part that prunes nothing.
 * @param texts of what was declared before (`declaredTexts`); undefined where nobody knows
 */
export function declaresOtherwise({ plan, options: { only, prune } }: Pick<SyncRun, 'plan' | 'options'>, texts: ReadonlySet<string> | undefined): boolean {
  const own = declaredTexts(plan);
  const mayLack = only !== undefined && !prune;
  return (!mayLack && own.size !== texts?.size) || [...own].some((text) => texts?.has(text) !== true);
}

/** A hash of each of them, but for labels and annotations. For memory only: one may hold a value. */
export function declaredTexts(plan: Plan): ReadonlySet<string> {
  const kept = known.get(plan);
  if (kept !== undefined) return kept;
  const texts = new Set(declaredObjects(plan).map(textOf));
  known.set(plan, texts);
  return texts;
}

function textOf({ object: { metadata: { namespace, name }, ...object }, sops, sopsEntries = [] }: RenderedObject): string {
  const hash = createHash('sha256').update(JSON.stringify([namespace, name, object]));
  for (const { content } of [...(sops === undefined ? [] : [sops]), ...sopsEntries.map(({ source }) => source)]) hash.update(content);
  return hash.digest('base64url');
}
