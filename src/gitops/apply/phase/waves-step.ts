import { isSyncHook } from '../../plan/hook-phase.ts';
import { bringsIn } from '../barrier/holding.ts';
import { applyAwaiting, applyInTurn } from './apply-awaiting.ts';
import { preparePhase } from './apply-phase.ts';
import { awaitHealth } from './await-health.ts';
import { chartObjects } from './chart-objects.ts';
import { advanceHooks, runsHooks } from './hooks-step.ts';
import type { PreparedObject } from '../object/prepared-object.ts';
import { declaredWave } from '../../plan/object-order.ts';
import type { RenderedObject } from '../../plan/plan.ts';
import { askAgain, phaseObjects, say } from '../sync-run.ts';
import type { Stop, SyncRun } from '../sync-run.ts';
import { wavesOf } from './waves.ts';

/** One wave: what is applied, what can be prepared only now, and the hooks that run beside both. */
interface Wave {
  readonly wave: number;
  readonly applied?: PreparedObject;
  readonly later?: RenderedObject;
  readonly hook?: RenderedObject;
}

function present<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

async function planWaves(run: SyncRun): Promise<readonly (readonly Wave[])[] | Stop> {
  const { served, later } = await chartObjects(run);
  const prepared = await preparePhase(run, 'waves', served);
  if ('kind' in prepared) return prepared;
  const hooks = runsHooks(run) ? phaseObjects(run.plan, 'waves').filter(({ object }) => isSyncHook(object)) : [];
  const waveOf = ({ object }: RenderedObject): number => declaredWave(object) ?? 0;
  return wavesOf([
    ...prepared.map((applied): Wave => ({ wave: applied.wave, applied })),
    ...later.map((rendered): Wave => ({ wave: waveOf(rendered), later: rendered })),
    ...hooks.map((hook): Wave => ({ wave: waveOf(hook), hook })),
  ]);
}

/** Applies what one wave holds, then moves its hooks on, and says what of it is still awaited. */
async function runWave(run: SyncRun, parts: readonly Wave[], isAwaited: boolean): Promise<Stop | undefined> {
  if (run.options.mode !== 'compare') askAgain(run);
  const served = await preparePhase(run, 'waves', parts.flatMap(({ later }) => present(later)));
  if ('kind' in served) return served;
  const objects = [...parts.flatMap(({ applied }) => present(applied)), ...served];
  const stop = await applyInTurn(run, 'waves', objects);
  if (stop !== undefined && stop.isForSecrets !== true) return stop;
  const hooks = await advanceHooks(run, 'waves', parts.flatMap(({ hook }) => present(hook)));
  if (hooks?.kind === 'failed') return hooks;
  // the hooks may make what is waited for
  const late = stop === undefined ? undefined : await applyAwaiting(run, 'waves', objects);
  if (late !== undefined) return late;
  const pending = isAwaited ? await awaitHealth(run, 'waves', objects) : undefined;
  return pending ?? hooks;
}

/**
 * Applies wave after wave; the next one waits until this one is healthy and its hooks are done. The last wave is waited for only where
 * something comes after it, as in Argo CD: hooks beside it, PostSync hooks, or deletions.
 * @param more whether something comes after the waves
 */
export async function wavesStep(run: SyncRun, more: boolean): Promise<Stop | undefined> {
  const count = phaseObjects(run.plan, 'waves').length;
  if (count === 0) return undefined;
  say(run, { phase: 'waves', kind: 'started', message: `${count} ${count === 1 ? 'object' : 'objects'}` });
  const waves = await planWaves(run);
  if ('kind' in waves) return waves;
  const { mode } = run.options;
  const hasHooks = waves.some((parts) => parts.some(({ hook }) => hook !== undefined));
  for (const [index, parts] of waves.entries()) {
    const isLast = index === waves.length - 1;
    // what has drifted is put back at once, wherever it stands: its wave has passed
    const stop = await runWave(run, parts, bringsIn(run) && (!isLast || more || hasHooks));
    if (stop !== undefined && mode !== 'compare') return stop;
    if (mode === 'sync' && waves.length > 1 && !isLast) say(run, { phase: 'waves', kind: 'done', message: `wave ${parts[0]?.wave ?? 0} is healthy` });
  }
  say(run, { phase: 'waves', kind: 'done', message: 'applied' });
  return undefined;
}
