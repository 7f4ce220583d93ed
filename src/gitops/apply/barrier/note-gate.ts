import type { SyncRun } from '../sync-run.ts';
import { declaredTexts, declaresOtherwise } from './declared.ts';
import { gateIdentity } from './gate-identity.ts';
import { letThrough } from './holding.ts';

/**
 * Notes what the barrier is about before anything that is declared is written. Where that has changed since the target was worked on last, what
 * was found good of it then counts no more, also once it is declared as before.
 * @returns whether it has changed, and anything is needed
 * @param pass `first`: of two passes over charts that take values from the cluster
 */
export function noteGate(run: Pick<SyncRun, 'plan' | 'options' | 'deps'>, pass: 'own' | 'first'): boolean {
  const { deps: { memory }, options: { target } } = run;
  const known = memory.gates?.target === target ? memory.gates : { target };
  noteDeclared(run);
  const gate = gateIdentity(run.plan);
  const hasChanged = known[pass] !== undefined && known[pass] !== gate;
  if (hasChanged) {
    if (memory.opened?.target === target) memory.opened = undefined;
    letThrough(run).clear();
  }
  memory.gates = { ...known, [pass]: gate };
  return hasChanged && (run.plan.needs.length > 0 || run.options.gateAll);
}

/** Where something is about to be declared otherwise, or deleted, what was found good for another target counts no more: this may be taken back. */
function noteDeclared(run: Pick<SyncRun, 'plan' | 'options' | 'deps'>): void {
  const { deps: { memory }, options: { target } } = run;
  if (memory.declared !== undefined && !declaresOtherwise(run, memory.declared)) return;
  memory.declared = declaredTexts(run.plan);
  if (memory.opened?.target !== target) memory.opened = undefined;
  if (memory.letThrough?.target !== target) delete memory.letThrough;
}
