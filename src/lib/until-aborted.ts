/** Waits for a promise that knows no signal, until the signal aborts. @throws the signal's reason */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // whichever loses may still fail, and nobody listens any more
  promise.catch(() => {});
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
