import { formatKey } from '../../api/object.ts';
import { identityOf } from './build-plan.ts';
import type { Declarations } from './declare/declarations.ts';
import type { Problem, RenderedObject } from './plan.ts';

/** Objects that two Applications claim: each would undo the other's changes and prune the other's object. */
export function claimProblems(declarations: readonly Declarations[]): readonly Problem[] {
  const claimed = new Map<string, { readonly rendered: RenderedObject; readonly by: Declarations }>();
  const problems: Problem[] = [];
  for (const by of declarations) {
    for (const rendered of by.objects) {
      const id = identityOf(rendered);
      const first = claimed.get(id);
      if (first === undefined) claimed.set(id, { rendered, by });
      else if (first.by !== by) {
        const { object, origin } = rendered;
        const where = `${first.rendered.origin.file}:${first.rendered.origin.line}`;
        const names = `${formatKey(first.by.application)} (${where}) and ${formatKey(by.application)}`;
        problems.push({ severity: 'error', message: `${object.kind} ${formatKey(object.metadata)} belongs to two Applications: ${names}`, origin });
      }
    }
  }
  return problems;
}
