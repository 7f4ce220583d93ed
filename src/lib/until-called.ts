import type { Cancel } from './clock.ts';

/**
 * Waits until something calls back.
 * @param start tells it whom to call, and returns how to take that back
 * @throws the signal's reason as soon as the signal aborts
 */
export function untilCalled(start: (call: () => void) => Cancel, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const cancel = start(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
