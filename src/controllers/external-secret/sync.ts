import type { ExternalSecret } from '../../api/external-secret.ts';
import type { ObjectKey } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import type { Outcome, Reconciled } from '../../runtime/outcome.ts';
import type { DesiredSecret, SecretContent } from '../../secret/desired-secret.ts';
import { desiredSecret } from '../../secret/desired-secret.ts';
import { driftOf } from '../../secret/drift.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import type { ActOptions, Applied } from './act.ts';
import { applySecret, deleteOrphans, findRefusal } from './act.ts';
import type { Decision } from './decide.ts';
import { decide } from './decide.ts';
import type { ContentOptions, NotMade } from './make-content.ts';
import { makeContent } from './make-content.ts';
import type { ExternalSecretEntry, Observed, ObserveOptions } from './observe.ts';
import { observe, orphansOf, targetKey } from './observe.ts';
import { failed, stalled, synced, waiting } from './outcomes.ts';
import { nextRefresh } from './refresh-schedule.ts';
import { report, statusAfterSync } from './report.ts';
import type { SourcesRead } from './template-sources.ts';
import { readSources } from './template-sources.ts';

export interface SyncOptions extends ObserveOptions, ActOptions, ContentOptions {
  readonly controllerClass: string;
  /** Keys of the managed Secrets that have the uid among their owners. */
  readonly ownedBy: (uid: string) => Iterable<ObjectKey>;
  /** Asks for another look at an object in some milliseconds. */
  readonly lookAgain: (key: ObjectKey, after: number) => void;
}

type SyncDecision = Decision & { readonly kind: 'sync' };

/** Reads the provider and brings the Secret in line: all of it, or nothing. Undefined: overtaken by events, which come back here. */
export async function sync(entry: ExternalSecretEntry, decision: SyncDecision, options: SyncOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const obstacle = await findObstacle(entry, decision, options, signal);
  if (obstacle !== undefined) return obstacle;
  const { memory, clock, cluster } = options;
  const { uid = '' } = entry.metadata;
  const started = { at: clock.monotonic(), time: clock.now() };
  const sources = await readSources(decision.externalSecret, cluster, signal);
  if (sources.kind !== 'read') return report(entry, (sources.kind === 'missing' ? waiting : failed)(`could not apply template: ${sources.message}`), memory);
  if (decision.why === 'sources') {
    if (memory.sources(uid)?.content === sources.memory?.content) return sourcesUnchanged(entry, decision, sources, options);
    memory.recordRender(uid, started.at, fightSpan);
  }
  const { externalSecret, store } = decision;
  const made = await makeContent({ externalSecret, store, texts: sources.texts }, options, signal);
  if (made.kind === 'not') return unmade(entry, externalSecret, made, options);
  return apply(entry, decision, { content: made.content, sources, started }, options, signal);
}

/** What is to be written, and how it was come by. */
interface Gathered {
  readonly content: SecretContent;
  readonly sources: SourcesRead & { readonly kind: 'read' };
  readonly started: { readonly at: number; readonly time: number };
}

async function apply(entry: ExternalSecretEntry, decision: SyncDecision, { content, sources, started }: Gathered, options: SyncOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { memory, clock } = options;
  const { uid = '' } = entry.metadata;
  const { externalSecret } = decision;
  // reading takes time: what has changed meanwhile has an event of its own and is looked at again
  const fresh = stillWanted(entry, decision, options);
  if (fresh === undefined) return undefined;
  const desired = desiredSecret(externalSecret, content);
  forgetSources(uid, sources, memory);
  const applied = await write({ externalSecret, desired, live: fresh.live }, options, signal);
  if (applied.kind === 'refused') return report(entry, stalled(applied.message), memory, { refused: true });
  if (applied.kind === 'written' && decision.why === 'heal') memory.recordHeal(uid, started.at, fightSpan);
  const altered = applied.kind === 'written' ? alteration(applied.live, desired) : undefined;
  if (altered !== undefined) return report(entry, altered, memory);

  const notes = await removeOrphans(decision, options, signal);
  const last = { version: resourceVersionOf(entry.metadata), provider: decision.provider, ...started };
  memory.recordSync(uid, last);
  memory.recordSources(uid, sources.memory);
  const status = statusAfterSync(externalSecret, last, applied.kind === 'written');
  const events = [...(applied.kind === 'written' ? [applied.event] : []), ...notes];
  return report(entry, synced(nextRefresh(externalSecret, started.at) - clock.monotonic()), memory, { events, ...(status === undefined ? {} : { status }) });
}

/**
 * A write that is not completed may have happened all the same: from its beginning to its end nobody knows which texts the Secret is made
 * of, so that none counts as used, whatever the sources become meanwhile.
 */
function forgetSources(uid: string, { memory: sources }: Gathered['sources'], memory: SyncOptions['memory']): void {
  if (sources !== undefined) memory.recordSources(uid, { versions: memory.sources(uid)?.versions ?? noVersions });
}

/** Other than all that there are. */
const noVersions = '';

/** The objects that hold templates have changed, and what was used of them has not: the provider need not be asked, nor anything rendered. */
function sourcesUnchanged(entry: ExternalSecretEntry, { externalSecret }: SyncDecision, { memory: sources }: Gathered['sources'], { memory, clock }: SyncOptions): Reconciled {
  const { uid = '' } = entry.metadata;
  memory.recordSources(uid, sources);
  const now = clock.monotonic();
  return report(entry, synced(nextRefresh(externalSecret, memory.lastSync(uid)?.at ?? now) - now), memory);
}

/**
 * What a template makes of its data may be right with the provider's next data, so the refreshes go on. Where it cannot even be parsed,
 * no data helps; the spec and the sources are watched.
 */
function unmade(entry: ExternalSecretEntry, { spec }: ExternalSecret, { outcome, isMalformed }: NotMade, { memory, lookAgain }: SyncOptions): Reconciled {
  if (outcome.kind === 'stalled' && !isMalformed && spec.refreshInterval > 0) lookAgain(keyOf(entry), spec.refreshInterval);
  return report(entry, outcome, memory);
}

/** What makes a read of the provider pointless. */
async function findObstacle(entry: ExternalSecretEntry, decision: SyncDecision, { cluster, memory, clock }: SyncOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { uid = '' } = entry.metadata;
  const now = clock.monotonic();
  if (decision.why === 'heal' && memory.healsWithin(uid, now, fightSpan) >= mostHeals) return report(entry, fight, memory);
  if (decision.why === 'sources' && memory.rendersWithin(uid, now, fightSpan) >= mostRenders) return report(entry, churn, memory);
  // a Secret of somebody else's may change often: that is no reason to read the provider each time
  const refusal = memory.isRefused(uid) ? await findRefusal(decision.externalSecret, { cluster }, signal) : undefined;
  return refusal === undefined ? undefined : report(entry, stalled(refusal), memory, { refused: true });
}

/** How often a Secret is healed within the span before somebody is taken to fight over it: each write is a reason for the next. */
const mostHeals = 5;
const fightSpan = 60_000;
const fight = failed(`somebody else changes the Secret again and again: it was healed ${mostHeals} times within a minute, and is tried again after a pause`, fightSpan);

/** Templates may stand in Secrets that are rendered themselves, and two may feed each other. */
const mostRenders = 20;
const churn = failed(`what templateFrom names changes again and again: it was rendered ${mostRenders} times within a minute, and is tried again after a pause`, fightSpan);

/** The same decision again, on what is known now; undefined where it has become another one. */
function stillWanted(entry: ExternalSecretEntry, decision: SyncDecision, options: SyncOptions): Observed | undefined {
  const current = options.caches.externalSecrets.get(keyOf(entry));
  if (current === undefined || current.metadata.uid !== entry.metadata.uid || current.metadata.generation !== entry.metadata.generation) return undefined;
  const observed = observe(current, options);
  const again = decide(observed, options.controllerClass);
  return again.kind === 'sync' && again.provider === decision.provider ? observed : undefined;
}

async function write(attempt: Parameters<typeof applySecret>[0], options: SyncOptions, signal: AbortSignal): Promise<Applied> {
  const key = targetKey(attempt.externalSecret);
  options.memory.beginWrite(key);
  let live: LiveSecret | undefined;
  try {
    const applied = await applySecret(attempt, options, signal);
    if (applied.kind === 'written') ({ live } = applied);
    return applied;
  } finally {
    options.memory.endWrite(key, live);
  }
}

/** A Secret that comes back otherwise than it was written would be written for ever. */
function alteration(live: LiveSecret, desired: DesiredSecret): Outcome | undefined {
  const drift = driftOf(live, desired);
  if (drift.kind !== 'update') return undefined;
  return failed(`the API server keeps Secret "${desired.name}" otherwise than it was written (${drift.differs.join(', ')}): does an admission webhook change it?`);
}

/** Only a change of the object leaves a Secret behind; after a restart it may have happened unseen. */
async function removeOrphans({ externalSecret }: SyncDecision, options: SyncOptions, signal: AbortSignal): ReturnType<typeof deleteOrphans> {
  const { uid = '' } = externalSecret.metadata;
  if (options.memory.lastSync(uid)?.version === resourceVersionOf(externalSecret.metadata)) return [];
  return deleteOrphans(orphansOf(externalSecret, options.ownedBy(uid), options.caches), options, signal);
}
