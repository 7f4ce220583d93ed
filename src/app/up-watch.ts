import { parseApplicationStatus } from '../api/application.ts';
import type { ApplicationStatus } from '../api/application-status.ts';
import type { KubeObject } from '../api/object.ts';
import type { Clock } from '../lib/clock.ts';
import type { Outcome } from '../runtime/outcome.ts';

/** What has become of one Application. */
export interface ApplicationResult {
  /** `namespace/name` */
  readonly key: string;
  /**
   * - `up`: synced, and healthy where the cluster runs something
   * - `refused`: a person must change something; `message` says what
   * - `unfinished`: not yet, when `up` stopped waiting; `message` says what was waited for
   */
  readonly state: 'up' | 'refused' | 'unfinished';
  readonly message: string;
  readonly status: ApplicationStatus;
  /** Milliseconds from the start. */
  readonly took: number;
}

/** Follows Applications until each is up or refused. */
export interface UpWatch {
  /** A pass came to an end; undefined: the Application was left alone. The object is as the pass has left it: the watch lags behind. */
  readonly outcome: (key: string, outcome: Outcome | undefined, object: KubeObject) => void;
  /** The object in the cluster has changed. */
  readonly changed: (key: string, object: KubeObject | undefined) => void;
  /** Aborts once no Application is awaited any more. */
  readonly finished: AbortSignal;
  readonly results: () => readonly ApplicationResult[];
}

interface State {
  outcome?: Outcome | 'left alone';
  status: ApplicationStatus;
  endedAt?: number;
}

export interface UpWatchOptions {
  readonly clock: Clock;
  /** Whether health means something: nothing runs on a cluster that only records. */
  readonly waitForHealth: boolean;
}

export function createUpWatch(keys: readonly string[], { clock, waitForHealth }: UpWatchOptions): UpWatch {
  const startedAt = clock.monotonic();
  const states = new Map<string, State>(keys.map((key) => [key, { status: {} }]));
  const finished = new AbortController();

  function judge({ outcome, status }: State): Pick<ApplicationResult, 'state' | 'message'> {
    if (outcome === undefined) return { state: 'unfinished', message: 'not looked at yet' };
    if (outcome === 'left alone') return { state: 'refused', message: 'another controller reconciles it; see the annotation argocd.argoproj.io/skip-reconcile' };
    if (outcome.kind === 'stalled' || outcome.reason === 'SyncRefused') return { state: 'refused', message: outcome.message };
    if (outcome.kind !== 'synced') return { state: 'unfinished', message: outcome.message };
    const health = status.health?.status;
    // a health that stands beside an operation under way is from before it
    if (!waitForHealth || (health === 'Healthy' && status.operationState?.phase === 'Succeeded')) return { state: 'up', message: '' };
    return { state: 'unfinished', message: `applied, and ${health ?? 'of unknown health'}${status.health?.message === undefined ? '' : `: ${status.health.message}`}` };
  }

  function note(state: State): void {
    if (judge(state).state === 'unfinished') delete state.endedAt;
    else state.endedAt ??= clock.monotonic();
    if ([...states.values()].every((one) => judge(one).state !== 'unfinished')) finished.abort(new DOMException('every Application has been judged', 'AbortError'));
  }

  return {
    outcome: (key, outcome, object) => {
      const state = states.get(key);
      if (state === undefined) return;
      state.outcome = outcome ?? 'left alone';
      state.status = parseApplicationStatus(object);
      note(state);
    },
    changed: (key, object) => {
      const state = states.get(key);
      if (state === undefined || object === undefined) return;
      state.status = parseApplicationStatus(object);
      note(state);
    },
    finished: finished.signal,
    results: () => [...states].map(([key, state]) => ({ key, ...judge(state), status: state.status, took: (state.endedAt ?? clock.monotonic()) - startedAt })),
  };
}
