import type { PhaseName } from '../../plan/plan.ts';
import type { Awaited } from '../barrier/barrier.ts';
import { heldBack, makesFor } from '../barrier/held-back.ts';
import type { PreparedObject } from '../object/prepared-object.ts';
import { say } from '../sync-run.ts';
import type { Stop, SyncRun } from '../sync-run.ts';
import { applyObjects, summarise } from './apply-phase.ts';

/**
 * Carries out objects that await what others make as they run: those whose Secrets are there, then whatever these make possible. One is asked
 * about only once its producers among them are written, so that an old Secret is never taken for the work of a spec that is still to come.
 * @param carryOut writes objects that may be written; what it stops for does not hold up the others, unless it failed
 */
export async function throughHolds(run: SyncRun, phase: PhaseName, objects: readonly PreparedObject[], carryOut: (open: readonly PreparedObject[]) => Promise<Stop | undefined>): Promise<Stop | undefined> {
  const held = new Map<PreparedObject, readonly Awaited[]>();
  let [stopped, rest]: [Stop | undefined, readonly PreparedObject[]] = [undefined, objects];
  while (rest.length > 0) {
    const first = rest.filter((object) => !rest.some((other) => other !== object && makesFor(other, object)));
    // a plan with a cycle is refused: where a part of one has one all the same, nothing goes round for ever
    const turn = first.length === 0 ? rest : first;
    for (const object of turn) if ([...held.keys()].some((other) => makesFor(other, object))) held.set(object, []);
    const asked = turn.filter((object) => !held.has(object));
    const waiting = await heldBack(run, asked);
    for (const [object, awaited] of waiting) held.set(object, awaited);
    const stop = await carryOut(asked.filter((object) => !waiting.has(object)));
    if (stop?.kind === 'failed' || stop?.kind === 'refused') return stop;
    stopped ??= stop;
    rest = rest.filter((object) => !turn.includes(object));
  }
  return stopFor(run, phase, held) ?? stopped;
}

function stopFor(run: SyncRun, phase: PhaseName, held: ReadonlyMap<PreparedObject, readonly Awaited[]>): Stop | undefined {
  if (held.size === 0) return undefined;
  const messages = new Set([...held.values()].flatMap((awaited) => awaited.map(({ message }) => message)));
  const message = `waiting for ${summarise([...messages])}`;
  // before the barrier it is part of what the barrier is about
  const at = phase === 'secrets' ? 'barrier' : phase;
  say(run, { phase: at, kind: 'waiting', message });
  return { kind: 'waiting', phase: at, message, isForSecrets: true };
}

/** Whether an object may have to wait for others. */
export function isAwaiting({ awaits = [] }: PreparedObject): boolean {
  return awaits.length > 0;
}

/** Applies objects that await others, as far as they may be written. */
export function applyAwaiting(run: SyncRun, phase: PhaseName, objects: readonly PreparedObject[]): Promise<Stop | undefined> {
  return throughHolds(run, phase, objects.filter(isAwaiting), (open) => applyObjects(run, phase, open));
}

/** Applies objects in their order, then those of them that await others. What these wait for does not hold up the former. */
export async function applyInTurn(run: SyncRun, phase: PhaseName, objects: readonly PreparedObject[]): Promise<Stop | undefined> {
  const stop = await applyObjects(run, phase, objects.filter((object) => !isAwaiting(object)));
  if (stop !== undefined && run.options.mode !== 'compare') return stop;
  return stop ?? (await applyAwaiting(run, phase, objects));
}
