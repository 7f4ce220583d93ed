import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';

/** What an Application follows. */
export interface Followed {
  readonly repoURL: string;
  readonly targetRevision: string;
  /** The source is a packaged chart. */
  readonly chart?: string;
}

/** What is known of a followed revision. */
export interface Polled {
  /** The commit it stood for when Git last answered; absent before the first answer. */
  readonly revision?: string;
  /** Why Git did not answer the last time. The revision, if any, is the last good one. */
  readonly error?: unknown;
}

export interface RevisionPollerOptions {
  /** One ls-remote. */
  readonly poll: (repoURL: string, targetRevision: string, signal: AbortSignal, chart?: string) => Promise<string>;
  /** Milliseconds between two polls of the same revision. Each wait is spread by a tenth to either side. */
  readonly interval: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** The revision has moved, or Git answers again, or no longer does. */
  readonly onChange: (application: string) => void;
}

/** Asks Git what revisions stand for: once per repository and revision, however many Applications follow it. */
export interface RevisionPoller {
  /** What the Application's revision stands for; asks Git only where that is not known yet, or when `now` is set. */
  readonly current: (application: string, followed: Followed, options?: { readonly now?: boolean }) => Promise<Polled>;
  readonly release: (application: string) => void;
}

interface Entry extends Followed {
  readonly applications: Set<string>;
  last: Polled | undefined;
  running: Promise<Polled> | undefined;
  cancel: Cancel;
}

function keyOf({ repoURL, targetRevision, chart = '' }: Followed): string {
  return `${targetRevision}\n${repoURL}\n${chart}`;
}

function messageOf(polled: Polled | undefined): string | undefined {
  return polled?.error instanceof Error ? polled.error.message : undefined;
}

export function createRevisionPoller(options: RevisionPollerOptions): RevisionPoller {
  const { clock, random, interval, signal } = options;
  const entries = new Map<string, Entry>();
  const following = new Map<string, Entry>();
  // a timer that is left keeps the process
  signal.addEventListener('abort', () => [...entries.values()].forEach((entry) => entry.cancel()), { once: true });

  async function ask(entry: Entry): Promise<Polled> {
    try {
      return { revision: await options.poll(entry.repoURL, entry.targetRevision, signal, entry.chart) };
    } catch (error) {
      signal.throwIfAborted();
      return { ...(entry.last?.revision === undefined ? {} : { revision: entry.last.revision }), error };
    }
  }

  function schedule(entry: Entry): void {
    entry.cancel();
    if (entry.applications.size === 0 || signal.aborted) return;
    entry.cancel = clock.after(interval * (0.9 + random() * 0.2), () => {
      // only a stopping program makes it reject
      poll(entry).catch(() => {});
    });
  }

  /** At most one poll of an entry runs; whoever asks meanwhile shares its answer. */
  function poll(entry: Entry): Promise<Polled> {
    entry.running ??= (async () => {
      const before = entry.last;
      try {
        entry.last = await ask(entry);
      } finally {
        entry.running = undefined;
        schedule(entry);
      }
      const moved = before?.revision !== entry.last.revision || messageOf(before) !== messageOf(entry.last);
      if (before !== undefined && moved) for (const application of entry.applications) options.onChange(application);
      return entry.last;
    })();
    return entry.running;
  }

  function release(application: string): void {
    const entry = following.get(application);
    if (entry === undefined) return;
    following.delete(application);
    entry.applications.delete(application);
    if (entry.applications.size > 0) return;
    entry.cancel();
    entries.delete(keyOf(entry));
  }

  /** The Application itself, and each of its other sources. */
  function releaseAll(application: string): void {
    for (const slot of [...following.keys()]) if (slot === application || slot.startsWith(`${application} `)) release(slot);
  }

  function follow(application: string, followed: Followed): Entry {
    const key = keyOf(followed);
    const known = following.get(application);
    if (known !== undefined && keyOf(known) === key) return known;
    release(application);
    const entry = entries.get(key) ?? { ...followed, applications: new Set(), last: undefined, running: undefined, cancel: () => {} };
    entries.set(key, entry);
    entry.applications.add(application);
    following.set(application, entry);
    return entry;
  }

  return {
    current: async (application, followed, { now = false } = {}) => {
      const entry = follow(application, followed);
      return entry.last === undefined || now ? poll(entry) : entry.last;
    },
    release: releaseAll,
  };
}
