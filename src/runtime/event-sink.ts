import type { KubeObject, ObjectMeta } from '../api/object.ts';
import type { Clock } from '../lib/clock.ts';
import type { EventNote } from './outcome.ts';

/** What an event must know of the object it is about; any KubeObject will do. */
export interface EventSubject extends Pick<KubeObject, 'apiVersion' | 'kind'> {
  readonly metadata: ObjectMeta;
}

/** Where events go. Recording is best effort: it never fails, never waits, and may drop. */
export interface EventSink {
  readonly record: (about: EventSubject, note: EventNote) => void;
}

/** A bucket of permits: `burst` at first, then one more every `every` milliseconds. */
export interface EventRate {
  readonly burst: number;
  readonly every: number;
}

export interface EventLimits {
  /** For each object. */
  readonly object: EventRate;
  /** For all of them together. */
  readonly total: EventRate;
  /** How many objects' buckets are remembered at most. */
  readonly remembered: number;
}

export const defaultEventLimits: EventLimits = {
  object: { burst: 10, every: 60_000 },
  total: { burst: 100, every: 100 },
  remembered: 4096,
};

interface Bucket {
  permits: number;
  at: number;
}

/** Drops what comes faster than the limits allow, so that no object and no storm can flood the API server with events. */
export function limitEvents(sink: EventSink, clock: Clock, limits: EventLimits = defaultEventLimits): EventSink {
  const total: Bucket = { permits: limits.total.burst, at: clock.monotonic() };
  // in order of last use: the first entry is the one to forget
  const buckets = new Map<string, Bucket>();

  function bucketOf(id: string): Bucket {
    const bucket = buckets.get(id) ?? { permits: limits.object.burst, at: clock.monotonic() };
    buckets.delete(id);
    buckets.set(id, bucket);
    const [oldest] = buckets.keys();
    if (buckets.size > limits.remembered && oldest !== undefined) buckets.delete(oldest);
    return bucket;
  }

  return {
    record: (about, note) => {
      const own = bucketOf(about.metadata.uid ?? `${about.kind}/${about.metadata.namespace ?? ''}/${about.metadata.name}`);
      refill(own, limits.object, clock.monotonic());
      refill(total, limits.total, clock.monotonic());
      if (own.permits < 1 || total.permits < 1) return;
      own.permits -= 1;
      total.permits -= 1;
      sink.record(about, note);
    },
  };
}

function refill(bucket: Bucket, rate: EventRate, now: number): void {
  bucket.permits = Math.min(rate.burst, bucket.permits + (now - bucket.at) / rate.every);
  bucket.at = now;
}
