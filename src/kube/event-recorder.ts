import { createHash } from 'node:crypto';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { formatTimestamp } from '../lib/timestamp.ts';
import type { Cluster } from './port.ts';
import { apiVersionOf, eventType } from './resource-types.ts';

/** What happened to an object, for `kubectl describe`. */
export interface RecordedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** The object an event is about. */
export interface EventTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Writes core/v1 Events in the background: `record` never waits and never fails. */
export interface EventRecorder {
  readonly record: (about: EventTarget, event: RecordedEvent) => void;
  /** Waits for what is queued, until the signal aborts. */
  readonly flush: (signal: AbortSignal) => Promise<void>;
}

export interface EventRecorderOptions {
  /** `source.component`, e.g. `prelude`. */
  readonly component: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What is queued at most; beyond it events are dropped, because an API server that is slow must not cost memory. */
const queueLimit = 1000;
/** How many events are remembered, so that a repetition is counted. */
const rememberedLimit = 1000;
/** The API server's limit on a message, less the room for a mark. */
const messageLimit = 1000;
const defaultNamespace = 'default';

interface Note {
  readonly about: EventTarget;
  readonly event: RecordedEvent;
  readonly at: string;
}

/** How often an event was recorded, and since when. */
interface Tally {
  readonly count: number;
  readonly since: string;
}

/**
 * What is the same about the same object is one Event, whose name follows from what it says: it is applied, so that one
 * request makes it or counts on, after it has expired or we were restarted too. It takes the verbs create and patch.
 */
export function createEventRecorder(cluster: Pick<Cluster, 'apply'>, options: EventRecorderOptions): EventRecorder {
  const { clock, log, signal } = options;
  const queue: Note[] = [];
  const remembered = new Map<string, Tally>();
  let dropped = 0;
  let running: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (let note = queue.shift(); note !== undefined && !signal.aborted; note = queue.shift()) {
      try {
        await write(note);
      } catch (error) {
        log.debug({ error, reason: note.event.reason }, 'an event could not be written');
      }
    }
    if (dropped > 0) log.warn({ dropped }, 'events were dropped because they came faster than they could be written');
    dropped = 0;
    running = undefined;
  }

  async function write(note: Note): Promise<void> {
    const name = nameOf(note);
    const before = remembered.get(name);
    const tally = { count: (before?.count ?? 0) + 1, since: before?.since ?? note.at };
    await cluster.apply(eventType, eventOf(note, { name, tally, component: options.component }), { fieldManager: options.component, force: true }, signal);
    // what was written last is forgotten last
    remembered.delete(name);
    remembered.set(name, tally);
    const [oldest] = remembered.keys();
    if (remembered.size > rememberedLimit && oldest !== undefined) remembered.delete(oldest);
  }

  return {
    record: (about, event) => {
      if (signal.aborted) return;
      if (queue.length >= queueLimit) {
        dropped += 1;
        return;
      }
      queue.push({ about, event, at: formatTimestamp(clock.now()) });
      running ??= work();
    },
    flush: async (until) => {
      const stopped = Promise.withResolvers<void>();
      const onAbort = (): void => stopped.resolve();
      if (until.aborted) onAbort();
      until.addEventListener('abort', onAbort, { once: true });
      await Promise.race([running, stopped.promise]);
      until.removeEventListener('abort', onAbort);
    },
  };
}

function nameOf({ about, event }: Note): string {
  const { namespace = '', name, uid = '' } = about.metadata;
  const hash = createHash('sha256');
  for (const part of [about.apiVersion, about.kind, namespace, name, uid, event.type, event.reason, event.message]) hash.update(part).update('\0');
  return `${name.slice(0, 200)}.${hash.digest('hex').slice(0, 16)}`;
}

function eventOf({ about, event, at }: Note, { name, tally, component }: { readonly name: string; readonly tally: Tally; readonly component: string }): KubeObject {
  const { metadata } = about;
  return {
    apiVersion: apiVersionOf(eventType),
    kind: eventType.kind,
    metadata: { name, namespace: metadata.namespace ?? defaultNamespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
      ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
    },
    type: event.type,
    reason: event.reason,
    message: event.message.length <= messageLimit ? event.message : `${event.message.slice(0, messageLimit)}…`,
    source: { component },
    firstTimestamp: tally.since,
    lastTimestamp: at,
    count: tally.count,
  };
}
