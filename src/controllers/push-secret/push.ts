import { isDeepStrictEqual } from 'node:util';
import { keyOf } from '../../api/object.ts';
import type { PushSecret } from '../../api/push-secret.ts';
import type { Clock } from '../../lib/clock.ts';
import type { RecentCounts } from '../../lib/recent-counts.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import type { GeneratorStates } from '../../secret/generator-states.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { renderTexts } from '../../secret/template/render-texts.ts';
import type { TemplateRenderer } from '../../template/renderer.ts';
import type { PushReason } from './decide.ts';
import type { SourceOptions, SourcesMade } from './make-sources.ts';
import { makeSources } from './make-sources.ts';
import type { PushSecretCaches, PushSecretEntry } from './caches.ts';
import type { Observed } from './observe.ts';
import { namespaceOf } from './caches.ts';
import { failed, unsynced, waiting } from './outcomes.ts';
import type { PushMemory } from './push-memory.ts';
import type { PushOptions, StorePushed } from './push-to-store.ts';
import { pushToStore } from './push-to-store.ts';
import type { RemoveOptions } from './remove-from-store.ts';
import { reportPush } from './report.ts';
import type { ResolvedStore, ResolvedStores } from './resolve-stores.ts';
import { resolveStores } from './resolve-stores.ts';
import { settle } from './settle.ts';

export interface PushContext extends SourceOptions, RemoveOptions, Omit<PushOptions, 'render' | 'writer' | 'isCurrent'> {
  readonly caches: PushSecretCaches;
  readonly writer: PushOptions['writer'] & RemoveOptions['writer'];
  readonly renderer: TemplateRenderer;
  readonly memory: PushMemory;
  /** Keeps account of what generators have made outside of the cluster. */
  readonly states: GeneratorStates;
  /** Pushes that nothing but a change of what is pushed has caused, by uid. */
  readonly churn: RecentCounts;
  readonly clock: Clock;
}

/** How often an object is pushed within a minute because what it pushes has changed, before somebody is taken to go round in circles. */
const mostPushes = 20;
export const churnSpan = 60_000;
const circles = failed(`what is pushed changes again and again: it was pushed ${mostPushes} times within a minute, and is tried again after a pause`, churnSpan);

/** Pushes to all stores and removes what is no longer pushed. Undefined: overtaken by events, which come back here. */
export async function push(pushSecret: PushSecret, observed: Observed, why: PushReason, context: PushContext, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { entry } = observed;
  const { uid = '', namespace = '' } = entry.metadata;
  const { clock, churn, renderer, states } = context;
  const started = { at: clock.monotonic(), time: clock.now() };
  if (why === 'sources' && churn.count(uid, started.at) >= mostPushes) return { outcome: circles };
  if (why === 'sources') churn.record(uid, started.at);
  const render = renderTexts(renderer, namespace, signal);
  const made = await makeSources(pushSecret, render, context, signal);
  if (made.kind === 'missing') return { outcome: waiting(`could not get source secret: ${made.message}`) };
  if (made.kind === 'problem') {
    await states.rollback(entry, made.left, signal);
    return { outcome: unsynced([made.problem]) };
  }
  // reading takes time: a right that was taken away meanwhile is no right any more
  const current = { ...observed, namespace: namespaceOf(entry, context.caches), stores: storesNow(pushSecret, context) };
  if (!isStillWanted(entry, context) || !areSame(current.stores, observed.stores)) {
    await states.rollback(entry, made.left, signal);
    return undefined;
  }
  const pushed = await pushToAll(pushSecret, { observed: current, made, why, render }, context, signal);
  return conclude(pushSecret, { observed: { ...current, namespace: namespaceOf(entry, context.caches) }, made, pushed, started }, context, signal);
}

type Made = Extract<SourcesMade, { readonly kind: 'made' }>;

interface Pushing {
  readonly observed: Observed;
  readonly made: Made;
  readonly why: PushReason;
  readonly render: PushOptions['render'];
}

async function pushToAll(pushSecret: PushSecret, { observed, made, why, render }: Pushing, context: PushContext, signal: AbortSignal): Promise<readonly StorePushed[]> {
  const { memory, states } = context;
  const { entry, stores } = observed;
  const { uid = '' } = entry.metadata;
  const digests = memory.digests(uid);
  const isCurrent = ({ key, state }: ResolvedStore): boolean => isStillWanted(entry, context) && storesNow(pushSecret, context).stores.some((one) => one.key === key && one.state === state);
  const pushed = await Promise.all(stores.stores.map((target) => pushToStore(target, { pushSecret, sources: made.sources, why, digests }, { ...context, render, isCurrent }, signal)));
  memory.recordDigests(uid, new Map(pushed.flatMap((one) => [...one.digests])));
  const isUsed = pushed.some(({ held }) => held.length > 0);
  await (isUsed ? states.commit : states.rollback)(entry, made.left, signal);
  return pushed;
}

interface Concluding {
  readonly observed: Observed;
  readonly made: Made;
  readonly pushed: readonly StorePushed[];
  readonly started: { readonly at: number; readonly time: number };
}

async function conclude(pushSecret: PushSecret, { observed, made, pushed, started }: Concluding, context: PushContext, signal: AbortSignal): Promise<Reconciled> {
  const { entry, stores } = observed;
  const problems = [...stores.problems, ...pushed.flatMap((one) => one.problems)];
  const settled = await settle(observed, pushed, problems.length === 0, context, signal);
  const all = [...problems, ...settled.problems];
  const last = {
    ...started,
    version: resourceVersionOf(entry.metadata),
    sources: made.versions,
    stores: new Map(stores.stores.map(({ key, state }) => [key, state])),
    isComplete: all.length === 0,
  };
  context.memory.recordPush(entry.metadata.uid ?? '', last);
  const wrote = pushed.some((one) => one.wrote) || settled.removed;
  if (all.length === 0) return reportPush(pushSecret, { last, synced: settled.synced, wrote }, context.clock);
  return { outcome: unsynced(all), status: { syncedPushSecrets: settled.synced } };
}

/** Another object, another spec, or one that goes: news of it are on their way. */
function isStillWanted({ metadata }: PushSecretEntry, { caches }: PushContext): boolean {
  const current = caches.pushSecrets.get(keyOf({ metadata }));
  return current !== undefined && current.metadata.uid === metadata.uid && current.metadata.generation === metadata.generation && current.metadata.deletionTimestamp === undefined;
}

function storesNow(pushSecret: PushSecret, context: PushContext): ResolvedStores {
  return resolveStores(pushSecret, namespaceOf(pushSecret, context.caches), context);
}

/** The same stores, each as it was: what they are and whom they let write what. */
function areSame(some: ResolvedStores, others: ResolvedStores): boolean {
  const statesOf = ({ stores, left }: ResolvedStores): unknown => [stores.map(({ key, state }) => [key, state]), left];
  return isDeepStrictEqual(statesOf(some), statesOf(others));
}
