import { untilAborted } from './until-aborted.ts';

/** Work that many ask for at the same time and one does. */
export interface JointWork<T> {
  /**
   * Answers what is already under way by that name, or does it. Where the one who began has given up, another who waits begins anew.
   * @throws the signal's reason at once, what `work` throws otherwise
   */
  readonly run: (name: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T>;
}

interface Running<T> {
  readonly result: Promise<T>;
  readonly signal: AbortSignal;
}

export function createJointWork<T>(): JointWork<T> {
  const running = new Map<string, Running<T>>();

  async function begin(name: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const entry = { signal, result: work(signal) };
    running.set(name, entry);
    try {
      return await entry.result;
    } finally {
      if (running.get(name) === entry) running.delete(name);
    }
  }

  return {
    run: async (name, work, signal) => {
      for (;;) {
        signal.throwIfAborted();
        const known = running.get(name);
        if (known === undefined) return begin(name, work, signal);
        try {
          return await untilAborted(known.result, signal);
        } catch (error) {
          signal.throwIfAborted();
          // the one who began has failed, and so would we; or has given up, and we have not
          if (!known.signal.aborted) throw error;
          if (running.get(name) === known) running.delete(name);
        }
      }
    },
  };
}
