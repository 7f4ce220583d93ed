import { normaliseGitUrl } from '../../gitops/source/git-url.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { untilAborted } from '../../lib/until-aborted.ts';

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

/** Asks for one revision. Answers that were asked for before `since` (of the clock's `monotonic`) will not do. */
export type PollRevision = (followed: Followed, since: number | undefined, signal: AbortSignal) => Promise<string>;

export interface RevisionPollerOptions {
  readonly poll: PollRevision;
  /** Milliseconds between two looks at a repository. Each wait is spread by a tenth to either side. */
  readonly interval: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** The revision has moved, or Git answers again, or no longer does. */
  readonly onChange: (application: string) => void;
}

/** How a revision is asked for. */
export interface AskOptions {
  readonly now?: boolean;
  /** How long the answer is waited for; absent: until it comes. The question goes on, for whoever else has asked it. */
  readonly signal?: AbortSignal;
}

/** Asks Git what revisions stand for: all of a repository at once, however many Applications follow them. */
export interface RevisionPoller {
  /** What the Application's revision stands for; asks Git only where that is not known yet, or when `now` is set. @throws the signal's reason */
  readonly current: (application: string, followed: Followed, options?: AskOptions) => Promise<Polled>;
  /** Looks at once at the repositories that somebody tells of, by their URLs as Applications have them; whoever follows them hears of what has changed. Answers how many those are. */
  readonly refresh: (concerns: (repoURL: string) => boolean) => number;
  /** Stops following sources of an Application beyond those that it has now, by their slots. */
  readonly releaseOthers: (application: string, slots: readonly string[]) => void;
  readonly release: (application: string) => void;
}

/** The Application that follows a source: all but its first go by its key and a number. Keys hold no spaces. */
export function followerOf(slot: string): string {
  return slot.split(' ')[0] ?? slot;
}

interface Entry extends Followed {
  readonly applications: Set<string>;
  readonly repository: Repository;
  last: Polled | undefined;
  running: Promise<Polled> | undefined;
}

/** Everything that is looked at together: one question answers for all branches and tags. */
interface Repository {
  readonly name: string;
  readonly entries: Set<Entry>;
  cancel: Cancel;
  isAsked: boolean;
  /** What is being asked may be too old already: since when. */
  again: number | undefined;
}

function keyOf({ repoURL, targetRevision, chart = '' }: Followed): string {
  return `${targetRevision}\n${repoURL}\n${chart}`;
}

function repositoryOf({ repoURL, chart }: Followed): string {
  return chart === undefined ? (normaliseGitUrl(repoURL) ?? repoURL) : `${repoURL}\n${chart}`;
}

function messageOf(polled: Polled | undefined): string | undefined {
  return polled?.error instanceof Error ? polled.error.message : undefined;
}

export function createRevisionPoller(options: RevisionPollerOptions): RevisionPoller {
  const { clock, random, interval, signal } = options;
  const entries = new Map<string, Entry>();
  const repositories = new Map<string, Repository>();
  const following = new Map<string, Entry>();
  const slots = new Map<string, Set<string>>();
  // a timer that is left keeps the process
  signal.addEventListener('abort', () => [...repositories.values()].forEach(({ cancel }) => cancel()), { once: true });

  async function ask(entry: Entry, since: number | undefined): Promise<Polled> {
    try {
      return { revision: await options.poll(entry, since, signal) };
    } catch (error) {
      signal.throwIfAborted();
      return { ...(entry.last?.revision === undefined ? {} : { revision: entry.last.revision }), error };
    }
  }

  /** One question at a time; whoever asks meanwhile shares its answer, unless it may be too old for him. */
  function poll(entry: Entry, since?: number): Promise<Polled> {
    const before = entry.running;
    if (before !== undefined && since === undefined) return before;
    const running = (async () => {
      await before?.catch(() => {});
      const known = entry.last;
      entry.last = await ask(entry, since);
      const moved = known?.revision !== entry.last.revision || messageOf(known) !== messageOf(entry.last);
      if (known !== undefined && moved) for (const application of entry.applications) options.onChange(application);
      return entry.last;
    })();
    const done = running.finally(() => {
      if (entry.running === done) entry.running = undefined;
    });
    entry.running = done;
    return done;
  }

  /** Looks at all that is followed of a repository. What is told of while it does is looked at once more, however often it is told. */
  async function look(repository: Repository, since: number): Promise<void> {
    if (repository.isAsked) {
      repository.again = since;
      return;
    }
    repository.isAsked = true;
    try {
      await Promise.all([...repository.entries].map((entry) => poll(entry, since)));
    } finally {
      repository.isAsked = false;
      schedule(repository);
    }
    const { again } = repository;
    repository.again = undefined;
    if (again !== undefined) await look(repository, again);
  }

  function start(repository: Repository): void {
    // only a stopping program makes it reject
    look(repository, clock.monotonic()).catch(() => {});
  }

  function schedule(repository: Repository): void {
    repository.cancel();
    if (repository.entries.size === 0 || signal.aborted) return;
    repository.cancel = clock.after(interval * (0.9 + random() * 0.2), () => start(repository));
  }

  function release(application: string): void {
    const entry = following.get(application);
    if (entry === undefined) return;
    following.delete(application);
    const own = slots.get(followerOf(application));
    own?.delete(application);
    if (own?.size === 0) slots.delete(followerOf(application));
    entry.applications.delete(application);
    if (entry.applications.size > 0) return;
    entries.delete(keyOf(entry));
    const { repository } = entry;
    repository.entries.delete(entry);
    if (repository.entries.size > 0) return;
    repository.cancel();
    repositories.delete(repository.name);
  }

  function releaseOthers(application: string, kept: readonly string[]): void {
    for (const slot of [...(slots.get(application) ?? [])]) if (!kept.includes(slot)) release(slot);
  }

  function open(followed: Followed): Entry {
    const name = repositoryOf(followed);
    const repository = repositories.get(name) ?? { name, entries: new Set(), cancel: () => {}, isAsked: false, again: undefined };
    const entry: Entry = { ...followed, applications: new Set(), repository, last: undefined, running: undefined };
    repository.entries.add(entry);
    entries.set(keyOf(followed), entry);
    if (!repositories.has(name)) schedule(repository);
    repositories.set(name, repository);
    return entry;
  }

  function follow(application: string, followed: Followed): Entry {
    const key = keyOf(followed);
    const known = following.get(application);
    if (known !== undefined && keyOf(known) === key) return known;
    const entry = entries.get(key) ?? open(followed);
    entry.applications.add(application);
    release(application);
    following.set(application, entry);
    slots.set(followerOf(application), (slots.get(followerOf(application)) ?? new Set()).add(application));
    return entry;
  }

  return {
    current: async (application, followed, { now = false, signal: until = signal } = {}) => {
      const entry = follow(application, followed);
      if (entry.last !== undefined && !now) return entry.last;
      // whoever asks for now takes no answer that was asked for before
      return untilAborted(poll(entry, now ? clock.monotonic() : undefined), until);
    },
    refresh: (concerns) => {
      const concerned = [...repositories.values()].filter((repository) => [...repository.entries].some(({ repoURL }) => concerns(repoURL)));
      for (const repository of concerned) start(repository);
      return concerned.length;
    },
    releaseOthers,
    release: (application) => releaseOthers(application, []),
  };
}
