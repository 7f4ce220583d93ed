import type { ObjectKey } from '../../api/object.ts';
import type { PhaseName } from '../plan/plan.ts';
import type { ObjectRef } from './object/object-ref.ts';

/** Something that happened, as a fact for a timeline. */
export interface ProgressEvent {
  readonly application: Required<ObjectKey>;
  readonly phase: PhaseName;
  readonly kind: 'started' | 'object' | 'waiting' | 'done' | 'failed';
  readonly message: string;
  readonly object?: ObjectRef;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Told what happens while Applications are synced. Must not throw, and must not wait. */
export interface Progress {
  readonly report: (event: ProgressEvent) => void;
}

export const silentProgress: Progress = { report: () => {} };
