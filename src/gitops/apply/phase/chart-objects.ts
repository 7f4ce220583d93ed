import { choicesFor } from '../../../api/sync-option.ts';
import { isSyncHook } from '../../plan/hook-phase.ts';
import type { RenderedObject } from '../../plan/plan.ts';
import { findType, phaseObjects } from '../sync-run.ts';
import type { SyncRun } from '../sync-run.ts';

/** Whether a kind may be served only once something else of the sync runs. */
export function mayBeMissing({ options }: Pick<SyncRun, 'options'>, { object }: RenderedObject): boolean {
  return choicesFor(object.metadata.annotations, options.choices ?? {}).mayBeMissing === true;
}

/** The objects of the waves, those whose kind may not be served yet apart from all others. */
export interface ChartObjects {
  readonly served: readonly RenderedObject[];
  /** They say SkipDryRunOnMissingResource=true, and nothing serves their kind now. */
  readonly later: readonly RenderedObject[];
}

/** What is applied in the waves; hooks of type Sync, which stand among them, are left out. */
export async function chartObjects(run: SyncRun): Promise<ChartObjects> {
  const served: RenderedObject[] = [];
  const later: RenderedObject[] = [];
  for (const rendered of phaseObjects(run.plan, 'waves')) {
    if (isSyncHook(rendered.object)) continue;
    const isMissing = mayBeMissing(run, rendered) && (await findType(run, rendered.object)) === undefined;
    (isMissing ? later : served).push(rendered);
  }
  return { served, later };
}
