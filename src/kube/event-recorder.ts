import { randomUUID } from 'node:crypto';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
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
/** How many events are remembered, so that a repetition is counted on the same Event. */
const rememberedLimit = 1000;
/** The API server's limit on a message, less the room for a mark. */
const messageLimit = 1000;
const defaultNamespace = 'default';

interface Note {
  readonly about: EventTarget;
  readonly event: RecordedEvent;
  readonly at: string;
}

export function createEventRecorder(cluster: Cluster, options: EventRecorderOptions): EventRecorder {
  const { clock, log, signal } = options;
  const queue: Note[] = [];
  const remembered = new Map<string, KubeObject>();
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

  async function write({ about, event, at }: Note): Promise<void> {
    const { namespace = defaultNamespace, uid = '' } = about.metadata;
    const id = [uid, about.kind, namespace, about.metadata.name, event.type, event.reason, event.message].join('\n');
    const before = remembered.get(id);
    remembered.delete(id);
    const written = (before === undefined ? undefined : await repeat(before, at)) ?? (await create({ about, event, at }, namespace));
    remembered.set(id, written);
    const [oldest] = remembered.keys();
    if (remembered.size > rememberedLimit && oldest !== undefined) remembered.delete(oldest);
  }

  async function repeat(before: KubeObject, at: string): Promise<KubeObject | undefined> {
    const count = (typeof before['count'] === 'number' ? before['count'] : 1) + 1;
    try {
      return await cluster.update(eventType, { ...before, count, lastTimestamp: at }, { fieldManager: options.component }, signal);
    } catch {
      // it has expired, or somebody changed it: a new one says the same
      return undefined;
    }
  }

  function create({ about, event, at }: Note, namespace: string): Promise<KubeObject> {
    const { name, uid, resourceVersion } = about.metadata;
    const object: KubeObject = {
      apiVersion: apiVersionOf(eventType),
      kind: eventType.kind,
      metadata: { name: `${name.slice(0, 200)}.${randomUUID()}`, namespace },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name,
        ...(about.metadata.namespace === undefined ? {} : { namespace: about.metadata.namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      type: event.type,
      reason: event.reason,
      message: event.message.length <= messageLimit ? event.message : `${event.message.slice(0, messageLimit)}…`,
      source: { component: options.component },
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    };
    return cluster.create(eventType, object, { fieldManager: options.component }, signal);
  }

  return {
    record: (about, event) => {
      if (signal.aborted) return;
      if (queue.length >= queueLimit) {
        dropped += 1;
        return;
      }
      queue.push({ about, event, at: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z') });
      running ??= work();
    },
    flush: async (until) => {
      const stopped = new Promise<void>((resolve) => until.addEventListener('abort', () => resolve(), { once: true }));
      await Promise.race([running ?? Promise.resolve(), stopped]);
    },
  };
}
