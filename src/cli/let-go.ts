/** Milliseconds that work has to end in once it is told to: a controller drains for some twenty seconds, and its pod has 45. */
const mostToEnd = 40_000;
/** Milliseconds for what has been printed to be read, where that takes a turn. */
const lastWords = 300;

/**
 * Does the work of a process, and sees to it that the process ends once the signal has aborted: soon after the work, whatever that leaves
 * behind (a connection that is being made, somebody's program that answers nothing), and at the latest in `most` milliseconds, whatever the
 * work waits for. A process that nothing keeps ends earlier, by itself.
 */
export async function letGo<T>(work: () => Promise<T>, signal: AbortSignal, most: number = mostToEnd): Promise<T> {
  whenAborted(signal, () => {
    setTimeout(() => {
      process.stderr.write(`prelude: not done ${most / 1000} s after it was told to end: what is left is given up\n`);
      process.exit(1);
    }, most).unref();
  });
  try {
    return await work();
  } finally {
    whenAborted(signal, () => void setTimeout(() => process.exit(), lastWords).unref());
  }
}

function whenAborted(signal: AbortSignal, run: () => void): void {
  if (signal.aborted) run();
  else signal.addEventListener('abort', run, { once: true });
}
