import type { ReadResult, RemoteRef } from './contract.ts';
import { heldBytes } from './member-bytes.ts';
import { ProviderError } from './provider-error.ts';

/** One reference, and all who wait for it. */
export interface Slot {
  readonly key: string;
  readonly ref: RemoteRef;
  /** When the first of them asked, on the monotonic clock. */
  readonly since: number;
  readonly requests: Set<ReadRequest>;
}

/** What one consumer asked for at once. */
export interface ReadRequest {
  readonly settle: (key: string, result: ReadResult) => void;
}

/** The key under which equal references meet. */
export function refKey({ key, version, metadata }: RemoteRef): string {
  return JSON.stringify([key, version ?? '', metadata === true]);
}

/** Gives a slot's result to all who still wait for it. */
export function settleSlot(slot: Slot, result: ReadResult): void {
  for (const request of slot.requests) request.settle(slot.key, result);
  slot.requests.clear();
}

/**
 * What a provider answered, made safe to pass on: as many results as references, and no value that no Secret could hold.
 * @throws ProviderError `unavailable` for an answer that does not fit the question
 */
export function checkAnswer(results: readonly ReadResult[], asked: number, largest: number): readonly ReadResult[] {
  if (!Array.isArray(results) || results.length !== asked) {
    throw new ProviderError('unavailable', `the provider gave ${Array.isArray(results) ? results.length : 'no'} results for ${asked} references`);
  }
  return results.map((result) => (result.kind === 'value' && heldBytes(result.value) > largest ? tooLarge(heldBytes(result.value), largest) : result));
}

function tooLarge(size: number, largest: number): ReadResult {
  const error = new ProviderError('invalid', `the value has ${size} bytes; a Kubernetes Secret holds at most ${largest / 1024 / 1024} MiB`);
  return { kind: 'error', error };
}

/** The throttling among the results that asks for the longest wait, if there is any. */
export function throttlingOf(results: readonly ReadResult[]): ProviderError | undefined {
  const throttled = results.flatMap((result) => (result.kind === 'error' && result.error.kind === 'throttled' ? [result.error] : []));
  return throttled.toSorted((a, b) => (b.retryAfter ?? 0) - (a.retryAfter ?? 0))[0];
}
