import type { ReadResult, RemoteRef } from './contract.ts';
import { heldBytes } from './member-bytes.ts';
import { ProviderError } from './provider-error.ts';

/** One reference that waits for an answer, and all who wait for it. */
export interface Slot {
  /** The same for equal references. */
  readonly name: string;
  readonly ref: RemoteRef;
  /** When the first of them came, on the monotonic clock. */
  readonly joined: number;
  readonly requests: Set<ReadRequest>;
  /** One of them does not want to wait behind refreshes. */
  urgent: boolean;
  /** It was refused by itself not long ago: it is asked with its like only, and what refuses them all is its answer. */
  isDoubtful: boolean;
}

/** How one request wants to be read. */
export interface ReadHow {
  /** When the request was made, as `sequence` counts. Without `since` a call that began before is never its answer. */
  readonly asked: number;
  /** Since when it could have been made, on the monotonic clock: a call that began then or later answers it. */
  readonly since?: number | undefined;
  /** Whether it goes before those that are not. */
  readonly urgent: boolean;
  /** The consumer's namespace: namespaces take turns. */
  readonly tenant: string;
}

/** What one consumer asked for at once. */
export interface ReadRequest {
  readonly how: ReadHow;
  /** Where it waits, by name of the reference. */
  readonly slots: Map<string, Slot>;
  readonly settle: (name: string, result: ReadResult) => void;
}

/** Lets a request wait in a slot, and in no other for that reference. */
export function joinSlot(slot: Slot, request: ReadRequest): void {
  request.slots.get(slot.name)?.requests.delete(request);
  request.slots.set(slot.name, slot);
  slot.requests.add(request);
}

/** The namespaces of all who wait in a slot. */
export function tenantsOf({ requests }: Slot): ReadonlySet<string> {
  return new Set(requests.values().map(({ how }) => how.tenant));
}

/** Gives a slot's result to all who still wait for it. */
export function settleSlot(slot: Slot, result: ReadResult): void {
  const requests = [...slot.requests];
  slot.requests.clear();
  for (const request of requests) {
    request.slots.delete(slot.name);
    request.settle(slot.name, result);
  }
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
  const throttled = results.flatMap((result) => (isThrottled(result) ? [result.error] : []));
  return throttled.toSorted((a, b) => (b.retryAfter ?? 0) - (a.retryAfter ?? 0))[0];
}

/** Whether the provider did not answer because it was asked too often. */
export function isThrottled(result: ReadResult): result is ReadResult & { readonly kind: 'error' } {
  return result.kind === 'error' && result.error.kind === 'throttled';
}
