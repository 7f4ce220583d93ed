import type { Delivery } from './delivery.ts';

/**
 * What somebody may want to be told of. The first three are Argo CD's, by name and meaning; `on-state` is every change of what a commit
 * status shows.
 */
export const triggerNames = ['on-deployed', 'on-sync-failed', 'on-health-degraded', 'on-secrets-waiting', 'on-rolled-back', 'on-state'] as const;
export type Trigger = (typeof triggerNames)[number];

/** One thing that has happened, and what to say of it. Nothing of it is a value. */
export interface Happening {
  readonly trigger: Trigger;
  /** One for each that is told only once: the same again is no news. */
  readonly id: string;
  /** Of what goes to and fro: what it is the state of. Then it is news where the last state that was told under this name was another one. */
  readonly subject?: string;
  readonly revision: string;
  readonly state: 'pending' | 'success' | 'failure';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** In a few words. */
  readonly title: string;
  /** In one sentence; empty where there is none. */
  readonly cause: string;
  /** What a person can do about it; empty where there is nothing to do. */
  readonly nextStep: string;
}

export interface TriggerOptions {
  /** The Application, `namespace/name`. */
  readonly application: string;
  /** The barrier waits; with its words. */
  readonly waiting?: string;
  /** Milliseconds that Secrets may be waited for before somebody is told. */
  readonly patience: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Milliseconds in which a revision that comes and goes is told of once. */
const flapping = 600_000;

/** All that is to be told of a delivery, whether or not it was told before. */
export function happeningsOf(delivery: Delivery, options: TriggerOptions): readonly Happening[] {
  const { revision, state, since, startedAt, rollback } = delivery;
  const cause = oneLine(delivery.cause);
  const happening = (trigger: Trigger, more: Pick<Happening, 'state' | 'at' | 'title' | 'cause' | 'nextStep'>, id: string = trigger): Happening => ({ trigger, id: `${revision}:${id}`, revision, ...more });
  const status = `prelude status ${options.application}`;
  const found: Happening[] = [stateOf(delivery, options, happening)];
  // it may never have been more than on its way, and nothing else says of it again
  if (rollback?.automatic === true && rollback.replaces !== undefined) found.push(givenUp(rollback.replaces, rollback.summary, startedAt));
  if (rollback !== undefined) found.push(happening('on-rolled-back', { state: 'failure', at: startedAt, title: 'rolled back', cause: oneLine(rollback.summary), nextStep: 'push a commit that works: it is followed again at once' }));
  if (state === 'deployed') found.push(happening('on-deployed', { state: 'success', at: since, title: 'synced and healthy', cause: '', nextStep: '' }));
  if (state === 'failed') found.push(happening('on-sync-failed', { state: 'failure', at: since, title: 'the sync has failed', cause, nextStep: `push a fix; ${status} tells more` }));
  if (state === 'degraded') found.push(happening('on-health-degraded', { state: 'failure', at: since, title: 'degraded', cause, nextStep: `push a fix, or go back with prelude rollback ${options.application}; ${status} tells more` }, `on-health-degraded:${Math.floor(since / flapping)}`));
  if (isLate(delivery, options)) found.push(happening('on-secrets-waiting', { state: 'pending', at: startedAt + options.patience, title: 'waits for Secrets', cause: oneLine(options.waiting ?? ''), nextStep: 'prelude explain secret NAMESPACE/NAME tells where one should come from' }));
  return found;
}

function isLate({ state, startedAt }: Delivery, { waiting, patience, now }: TriggerOptions): boolean {
  return state === 'pending' && waiting !== undefined && now - startedAt >= patience;
}

type MakeHappening = (trigger: Trigger, more: Pick<Happening, 'state' | 'at' | 'title' | 'cause' | 'nextStep'>, id?: string) => Happening;

/** For the status of a commit that was rolled back. */
function givenUp(revision: string, summary: string, at: number): Happening {
  const subject = `${revision}:on-state`;
  return { trigger: 'on-state', id: `${subject}:failure:${at}`, subject, revision, state: 'failure', at, title: 'given up', cause: oneLine(summary), nextStep: 'push a commit that works' };
}

const shown = { pending: 'pending', deployed: 'success', failed: 'failure', degraded: 'failure' } as const;
const titles = { pending: 'is brought in', deployed: 'synced and healthy', failed: 'the sync has failed', degraded: 'degraded' } as const;

/** For a commit's status: it may go to and fro, and each change is told. */
function stateOf({ revision, state, since, cause }: Delivery, { application, waiting }: TriggerOptions, make: MakeHappening): Happening {
  const title = state === 'pending' && waiting !== undefined ? 'waits for Secrets' : titles[state];
  const nextStep = state === 'deployed' || state === 'pending' ? '' : `prelude status ${application} tells more`;
  const why = state === 'deployed' ? '' : oneLine(state === 'pending' ? (waiting ?? '') : cause);
  const happening = make('on-state', { state: shown[state], at: since, title, cause: why, nextStep }, `on-state:${shown[state]}:${state === 'pending' ? '' : since}`);
  return { ...happening, subject: `${revision}:on-state` };
}

const longest = 1_000;

/** Messages of conditions may have several lines. */
function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
