import type { PhaseName, RenderedObject } from '../../plan/plan.ts';
import { applyObject } from '../object/apply-object.ts';
import { refOf } from '../object/object-ref.ts';
import { prepareObject } from '../object/prepared-object.ts';
import type { PreparedObject } from '../object/prepared-object.ts';
import { runAll } from '../run-all.ts';
import { stampWorkloads } from '../rollout/stamp-workloads.ts';
import { findType, formatOrigin, notServed, record, say } from '../sync-run.ts';
import type { ApplyResult, Stop, SyncRun } from '../sync-run.ts';

/** Neighbours of one kind: they are written at the same time, the next group after them. */
export function groupByKind<T extends { readonly ref: { readonly group: string; readonly kind: string } }>(objects: readonly T[]): readonly (readonly T[])[] {
  const groups: T[][] = [];
  for (const object of objects) {
    const last = groups.at(-1);
    const same = last?.[0]?.ref.kind === object.ref.kind && last[0].ref.group === object.ref.group;
    if (same) last.push(object);
    else groups.push([object]);
  }
  return groups;
}

/** What to say of several messages: the first ones, and how many more there are. */
export function summarise(messages: readonly string[], shown = 3): string {
  const rest = messages.length - shown;
  return messages.slice(0, shown).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

/** Gives the objects of a phase their type and the form in which they are applied; a kind that the cluster does not serve stops the run. */
export async function preparePhase(run: SyncRun, phase: PhaseName, objects: readonly RenderedObject[]): Promise<readonly PreparedObject[] | Stop> {
  const prepared: PreparedObject[] = [];
  const unknown: string[] = [];
  for (const rendered of objects) {
    const kept = run.deps.memory.prepared.get(rendered);
    const type = kept?.type ?? (await findType(run, rendered.object));
    if (type === undefined) {
      const message = notServed(run, rendered.object);
      record(run, { ref: refOf(rendered.object), phase, wave: 0, hook: undefined, status: 'SyncFailed', change: 'none', message });
      unknown.push(`${formatOrigin(rendered.origin)}: ${message}`);
      continue;
    }
    const { instance } = run.options;
    const made = kept ?? prepareObject(rendered, { type, phase, instance, namespace: run.plan.namespace });
    run.deps.memory.prepared.set(rendered, made);
    prepared.push(made);
  }
  if (unknown.length > 0) return { kind: 'failed', phase, message: summarise(unknown) };
  return prepared;
}

function stopOf(phase: PhaseName, results: readonly ApplyResult[]): Stop | undefined {
  const failed = results.flatMap((result) => (result.kind === 'failed' ? [result.message] : []));
  if (failed.length > 0) return { kind: 'failed', phase, message: summarise(failed) };
  const waiting = results.flatMap((result) => (result.kind === 'waiting' ? [result.message] : []));
  return waiting.length > 0 ? { kind: 'waiting', phase, message: summarise(waiting) } : undefined;
}

/**
 * Applies objects in their order, those of one kind at a time, a bounded number at once. A group is finished before the next
 * begins, and stops the run where one of its objects could not be applied; `compare` goes through all of them. Workloads are marked with
 * what they read no sooner than here: what they wait for may just have been made.
 */
export async function applyObjects(run: SyncRun, phase: PhaseName, objects: readonly PreparedObject[]): Promise<Stop | undefined> {
  let stopped: Stop | undefined;
  for (const group of groupByKind(await stampWorkloads(run, objects))) {
    const results = await runAll(run, group, (object) => applyObject(run, object));
    stopped ??= stopOf(phase, results);
    if (stopped !== undefined && run.options.mode !== 'compare') return stopped;
  }
  return stopped;
}

/** A whole phase: announced, prepared and applied. */
export async function applyPhase(run: SyncRun, phase: PhaseName, objects: readonly RenderedObject[]): Promise<Stop | undefined> {
  if (objects.length === 0) return undefined;
  say(run, { phase, kind: 'started', message: `${objects.length} ${objects.length === 1 ? 'object' : 'objects'}` });
  const prepared = await preparePhase(run, phase, objects);
  if ('kind' in prepared) return prepared;
  const stop = await applyObjects(run, phase, prepared);
  if (stop === undefined) say(run, { phase, kind: 'done', message: 'applied' });
  return stop;
}
