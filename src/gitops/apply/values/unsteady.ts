import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../api/object.ts';
import type { Plan } from '../../plan/plan.ts';
import { declaredObjects } from '../barrier/declared.ts';
import { formatRef, refKey, refOf } from '../object/object-ref.ts';
import { summarise } from '../phase/apply-phase.ts';
import { formatOrigin } from '../sync-run.ts';

/**
 * What has a part in making the Secrets that values are taken from, and is rendered otherwise with those values: the values are of what was
 * declared before, and each pass would declare the one and then the other. So it is also for a moment where what a chart looks up has come
 * between two renders, by the first pass itself, say: the next render tells.
 * @param early what was written to have the values (`firstPass`)
 * @param valued the plan with them
 * @returns what is wrong; undefined where all of it stays as it was
 */
export function unsteadyReason(early: Plan, valued: Plan): string | undefined {
  const now = new Map(declaredObjects(valued).map((one) => [refKey(refOf(one.object)), one]));
  const unsteady = declaredObjects(early).filter(({ object }) => {
    const other = now.get(refKey(refOf(object)));
    return other !== undefined && !isDeepStrictEqual(contentOf(object), contentOf(other.object));
  });
  if (unsteady.length === 0) return undefined;
  const names = unsteady.map(({ object, origin }) => `${formatRef(refOf(object))} (${formatOrigin(origin)})`);
  return `${summarise(names)} is rendered otherwise with the values than without them; what makes the Secrets that charts take values from must not depend on such values`;
}

/** Labels and annotations make no other Secret. */
function contentOf({ metadata: _metadata, ...content }: KubeObject): object {
  return content;
}
