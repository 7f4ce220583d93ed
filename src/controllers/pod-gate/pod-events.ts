import type { EventSink } from '../../runtime/event-sink.ts';
import type { EventNote, Outcome, Reconciled } from '../../runtime/outcome.ts';
import type { GatedPod } from './pod-needs.ts';

/** Tells what becomes of pods in events about them. A look that finds nothing new says nothing. */
export interface PodEvents {
  readonly tell: (pod: GatedPod, reconciled: Reconciled) => void;
  /** The pod of that uid is no longer held. */
  readonly forget: (uid: string) => void;
}

/** Whether something kept the gate from being looked after. */
export function isFailure({ kind }: Outcome): boolean {
  return kind === 'failed' || kind === 'stalled';
}

/** Whoever looks at a pod that is held learns what stands in the way. */
function failureNotes({ isGated }: GatedPod, outcome: Outcome): readonly EventNote[] {
  return isGated && isFailure(outcome) ? [{ type: 'Warning', reason: outcome.reason, message: `still held: ${outcome.message}` }] : [];
}

export function createPodEvents(events: EventSink): PodEvents {
  /** What was said of a pod last, by its uid. */
  const said = new Map<string, string>();
  return {
    tell: (pod, { outcome, events: notes = [] }) => {
      const uid = pod.metadata.uid ?? '';
      for (const note of [...notes, ...failureNotes(pod, outcome)]) {
        if (said.get(uid) === note.message) continue;
        said.set(uid, note.message);
        events.record(pod, note);
      }
    },
    forget: (uid) => void said.delete(uid),
  };
}
