import type { Report } from '../../runtime/controller.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import type { EventNote, Outcome } from '../../runtime/outcome.ts';
import { generatorStateReasons } from '../../api/generator-state.ts';
import type { StateEntry } from './decide.ts';

/**
 * States tell by events how they fare: they have no status subresource, External Secrets writes none, and ours would be one
 * more write for each. What has been told of an object as it is, is not told again with every retry.
 */
export function createStateReport(events: EventSink): Report<StateEntry> {
  const told = new WeakMap<StateEntry, string>();
  return (entry, { outcome }) => {
    const note = noteOf(outcome);
    if (note !== undefined && told.get(entry) !== note.message) {
      told.set(entry, note.message);
      events.record(entry, note);
    }
    return Promise.resolve();
  };
}

function noteOf({ kind, reason, message }: Outcome): EventNote | undefined {
  if (kind === 'failed' || kind === 'stalled') return { type: 'Warning', reason, message };
  return reason === generatorStateReasons.collected ? { type: 'Normal', reason, message } : undefined;
}
