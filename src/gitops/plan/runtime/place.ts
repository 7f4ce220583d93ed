import { hookPhasesOf } from '../hook-phase.ts';
import { declaredWave, phaseOf } from '../object-order.ts';
import { phaseNames, type RenderedObject } from '../plan.ts';

/** When a sync comes to something: its phase, and its wave within that. */
export interface Place {
  readonly phase: number;
  readonly wave: number;
}

/** The phase of what makes Secrets: all that must be there before the barrier. */
export const early: Place = { phase: phaseNames.indexOf('secrets'), wave: 0 };

const [first, last] = [early.phase, phaseNames.indexOf('postSync')];

/** Where an object is written. */
export function placeOf({ object }: RenderedObject): Place {
  const phase = phaseNames.indexOf(phaseOf(object));
  // up to the barrier nothing waits for waves
  return phase <= early.phase ? { phase, wave: 0 } : { phase, wave: declaredWave(object) ?? 0 };
}

/** Whether a sync writes it in a phase where it can be made to wait. */
export function canWait(one: RenderedObject): boolean {
  const { phase } = placeOf(one);
  return phase >= first && phase <= last;
}

export function isAfter(a: Place, b: Place): boolean {
  return a.phase > b.phase || (a.phase === b.phase && a.wave > b.wave);
}

export function isHook({ object }: RenderedObject): boolean {
  return hookPhasesOf(object).length > 0;
}
