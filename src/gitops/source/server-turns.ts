import type { Clock } from '../../lib/clock.ts';
import { ExecError } from '../../lib/exec-error.ts';
import { LruMap } from '../../lib/lru-map.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import { isSourceError, SourceError } from './source-error.ts';

/** Something that the server of a repository is asked. */
export interface ServerQuestion {
  /** `host:port`. */
  readonly server: string;
  readonly repository: string;
  /** A server that is reached answers it at once; a fetch may take its time, and says nothing of other repositories. */
  readonly isShort: boolean;
  /** Milliseconds, the wait for a turn included. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Lets a bounded number of servers be asked at once, and has those rest that cannot be reached: they would take all turns. */
export interface ServerTurns {
  /**
   * @param ask is told how many milliseconds are left of the deadline
   * @throws SourceError `unavailable` where no turn comes in time, and for a server that just now could not be reached; the signal's reason; what `ask` throws
   */
  readonly run: <T>(question: ServerQuestion, ask: (left: number) => Promise<T>) => Promise<T>;
}

/** Milliseconds for which a server that could not be reached is not asked again. */
const rest = 10_000;
/** Servers and repositories that are remembered. */
const mostResting = 1_000;

/** @param atOnce how many are asked at once, however many repositories there are: each is a process of git */
export function createServerTurns(clock: Clock, atOnce = 16): ServerTurns {
  const semaphore = createSemaphore(atOnce);
  const resting = new LruMap<{ readonly until: number; readonly error: SourceError }>(mostResting);

  function refuse({ server, repository }: ServerQuestion): void {
    for (const name of [server, repository]) {
      const known = resting.get(name);
      // the same words as the first time: who hears them has nothing new to tell
      if (known !== undefined && clock.monotonic() < known.until) throw new SourceError(known.error.kind, known.error.message, { cause: known.error });
    }
  }

  async function askNow<T>(question: ServerQuestion, left: number, ask: (left: number) => Promise<T>): Promise<T> {
    try {
      const answer = await ask(left);
      resting.delete(question.server);
      return answer;
    } catch (error) {
      const name = unreachable(error, question, left);
      if (name !== undefined && error instanceof SourceError) resting.set(name, { until: clock.monotonic() + rest, error });
      throw error;
    }
  }

  return {
    run: async (question, ask) => {
      question.signal.throwIfAborted();
      refuse(question);
      const started = clock.monotonic();
      const wait = waitFor(question, clock);
      try {
        return await semaphore.run(() => {
          wait.end();
          // others may have found out meanwhile
          refuse(question);
          return askNow(question, Math.max(1, question.deadline - (clock.monotonic() - started)), ask);
        }, wait.signal);
      } finally {
        wait.end();
      }
    },
  };
}

/** A wait that ends with its question's signal, and with its deadline. */
function waitFor({ signal, deadline }: ServerQuestion, clock: Clock): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  const cancel = clock.after(deadline, () => controller.abort(new SourceError('unavailable', 'the server was not asked in time: too many others are slow to answer')));
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    end: () => {
      cancel();
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** What git, curl and ssh say when there was no connection; `has no address` is said here. */
const noConnection = /could not resolve (host|proxy)|failed to connect|couldn't connect|connection (refused|timed out)|network is unreachable|no route to host|has no address$/i;

/** Who could not be reached; undefined where somebody has answered. */
function unreachable(error: unknown, { server, repository, isShort, deadline }: ServerQuestion, left: number): string | undefined {
  if (!isSourceError(error, 'unavailable')) return undefined;
  if (noConnection.test(error.message)) return server;
  const isLate = error.cause instanceof ExecError && error.cause.kind === 'timeout';
  // one that had little time left may have been a matter of that
  if (!isLate || left < deadline / 2) return undefined;
  return isShort ? server : repository;
}
