/**
 * What a reconcile came to. A closed set; the runtime alone turns it into conditions, events, metrics and requeue.
 * - `synced`: the world is as the object says.
 * - `waiting`: nothing is wrong, something else must come first; an event will wake us, `requeueAfter` is the safety net.
 * - `stalled`: a person must change something; not retried until the object or what it watches changes.
 * - `failed`: something went wrong that may heal by itself; retried with backoff.
 */
export type Outcome =
  | { readonly kind: 'synced'; readonly reason: string; readonly message: string; readonly requeueAfter?: number }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string; readonly requeueAfter?: number }
  | { readonly kind: 'stalled'; readonly reason: string; readonly message: string }
  /** `isHeldUp`: its turn did not come, and nothing was learnt: what it is due for is what it was due for. */
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string; readonly retryAfter?: number; readonly isHeldUp?: true };

/** An event to record once the writes are done. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** What `reconcile` returns: the outcome, further status fields, and what happened on the way. */
export interface Reconciled {
  readonly outcome: Outcome;
  /** Status fields beside conditions and observedGeneration. `null` removes one. Absent: leave the others as they are. */
  readonly status?: Readonly<Record<string, unknown>>;
  readonly events?: readonly EventNote[];
}
