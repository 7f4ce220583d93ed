import type { ExternalSecret } from '../../api/external-secret.ts';
import { keyOf } from '../../api/object.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import { findRefusal, keepSecret } from './act.ts';
import type { Decision } from './decide.ts';
import type { ContentOptions, NotMade } from './make-content.ts';
import { settleManifest } from './generic/settle-manifest.ts';
import { makeContent } from './make-content.ts';
import type { ExternalSecretEntry, ObserveOptions } from './observe.ts';
import { liveTarget, targetKey } from './observe.ts';
import { failed, stalled, synced, waiting } from './outcomes.ts';
import { dueAfter, isFrozen } from './refresh-due.ts';
import { report } from './report.ts';
import type { SettleOptions } from './settle.ts';
import { conclude, fightSpan, keep, settle, write } from './settle.ts';
import type { SourcesRead } from './template-sources.ts';
import { readSources } from './template-sources.ts';

export interface SyncOptions extends ObserveOptions, SettleOptions, ContentOptions {
  /** When what makes the object due happened, on the monotonic clock; -Infinity: only its time has come; absent: just now. */
  readonly since?: number;
}

type SyncDecision = Decision & { readonly kind: 'sync' };

/** Reads the providers and brings the Secret in line: all of it, or nothing. Undefined: overtaken by events, which come back here. */
export async function sync(entry: ExternalSecretEntry, decision: SyncDecision, options: SyncOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { memory, clock, cluster, caches } = options;
  const { uid = '' } = entry.metadata;
  const started = { at: clock.monotonic(), time: clock.now() };
  const obstacle = await findObstacle(entry, decision, options, signal);
  if (obstacle !== undefined) return obstacle;
  const { externalSecret } = decision;
  const { manifest, creationPolicy } = externalSecret.spec;
  const live = liveTarget(externalSecret, options);
  if (isFrozen(externalSecret, live)) return manifest === undefined ? keep({ entry, decision, started }, live, options, signal) : conclude({ entry, decision, started }, { result: 'synced', wrote: false }, options);
  if (manifest === undefined && creationPolicy === 'Merge' && live === undefined && caches.secretVersions.get(targetKey(externalSecret)) === undefined) {
    return conclude({ entry, decision, started }, { result: 'missing', wrote: false, awaitsTarget: true }, options);
  }

  const sources = await readSources(externalSecret, cluster, signal);
  if (sources.kind !== 'read') return report(entry, (sources.kind === 'missing' ? waiting : failed)(`could not apply template: ${sources.message}`), options);
  if (decision.why === 'sources') {
    if (memory.sources(uid)?.content === sources.memory?.content) return sourcesUnchanged(entry, decision, sources, options);
    memory.recordRender(uid, started.at, fightSpan);
  }
  const made = await makeContent({ ...decision, since: Math.max(memory.readAt(uid), dueSince(decision, { since: options.since, held: memory.heldSince(uid), now: started.at })), texts: sources.texts }, options, signal);
  // what it has been answered once is not its answer again; what it waits for still may be, with what it has
  if (!isHeldUp(made)) memory.recordRead(uid, options.clock.monotonic());
  if (made.kind === 'not') return unmade(entry, externalSecret, made, options);
  return settle({ entry, decision, started }, { made, sources }, options, signal, ...(manifest === undefined ? [] : [settleManifest]));
}

function isHeldUp(made: Awaited<ReturnType<typeof makeContent>>): boolean {
  return made.kind === 'not' && made.outcome.kind === 'failed' && made.outcome.isHeldUp === true;
}

/** What was read since then is right for it. A timer that has no reason to read the provider is none to believe what was read before. */
function dueSince({ due }: SyncDecision, { since = -Infinity, held = -Infinity, now }: { readonly since: number | undefined; readonly held: number | undefined; readonly now: number }): number {
  const latest = Math.max(due, since, held);
  return latest === -Infinity ? now : latest;
}

/** Puts right what says whose the Secret is, and looks again: neither its values nor its times change. */
export async function mark(entry: ExternalSecretEntry, { externalSecret, live }: Decision & { readonly kind: 'mark' }, options: SyncOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { memory, clock, lookAgain } = options;
  const { uid = '' } = entry.metadata;
  const now = clock.monotonic();
  if (memory.healsWithin(uid, now, fightSpan) >= mostHeals) return report(entry, fight, options);
  const applied = await write(externalSecret, memory, () => keepSecret({ externalSecret, live }, options, signal));
  if (applied.kind === 'refused') return report(entry, stalled(applied.message), options, { awaitsTarget: true });
  memory.recordHeal(uid, now, fightSpan);
  lookAgain(keyOf(entry), 0);
  return undefined;
}

/** The objects that hold templates have changed, and what was used of them has not: the provider need not be asked, nor anything rendered. */
function sourcesUnchanged(entry: ExternalSecretEntry, { externalSecret }: SyncDecision, { memory: sources }: SourcesRead & { readonly kind: 'read' }, options: SyncOptions): Reconciled {
  const { memory, clock } = options;
  const { uid = '' } = entry.metadata;
  memory.recordSources(uid, sources);
  const moment = { now: clock.monotonic(), time: clock.now() };
  const last = memory.lastSync(uid) ?? { version: '', at: moment.now, time: moment.time };
  return report(entry, synced(dueAfter(externalSecret, last, moment) - moment.now, last.result), options);
}

/**
 * What a template makes of its data may be right with the provider's next data, so the refreshes go on. Where it cannot even be parsed,
 * no data helps; the spec and the sources are watched.
 */
function unmade(entry: ExternalSecretEntry, { spec }: ExternalSecret, { outcome, isMalformed }: NotMade, options: SyncOptions): Reconciled {
  if (outcome.kind === 'stalled' && !isMalformed && spec.refreshInterval > 0) options.lookAgain(keyOf(entry), spec.refreshInterval);
  return report(entry, outcome, options);
}

/** What makes a read of the provider pointless. */
async function findObstacle(entry: ExternalSecretEntry, decision: SyncDecision, options: SyncOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { cluster, memory, clock } = options;
  const { uid = '' } = entry.metadata;
  const now = clock.monotonic();
  if (decision.why === 'heal' && memory.healsWithin(uid, now, fightSpan) >= mostHeals) return report(entry, fight, options);
  // what others do to keys of theirs is no fight, and no reason to read the provider each time
  if (decision.why === 'heal' && memory.followsWithin(uid, now, fightSpan) >= mostHeals) return report(entry, synced(fightSpan), options);
  if (decision.why === 'sources' && memory.rendersWithin(uid, now, fightSpan) >= mostRenders) return report(entry, churn, options);
  // a Secret of somebody else's may change often: that is no reason to read the provider each time
  const refusal = memory.awaitsTarget(uid) && decision.externalSecret.spec.manifest === undefined ? await findRefusal(decision.externalSecret, { cluster }, signal) : undefined;
  return refusal === undefined ? undefined : report(entry, stalled(refusal), options, { awaitsTarget: true });
}

/** How often a Secret is healed within the span before somebody is taken to fight over it: each write is a reason for the next. */
const mostHeals = 5;
const fight = failed(`somebody else changes the Secret again and again: it was healed ${mostHeals} times within a minute, and is tried again after a pause`, fightSpan);

/** Templates may stand in Secrets that are rendered themselves, and two may feed each other. */
const mostRenders = 20;
const churn = failed(`what templateFrom names changes again and again: it was rendered ${mostRenders} times within a minute, and is tried again after a pause`, fightSpan);
