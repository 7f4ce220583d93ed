import type { KubeObject } from '../../api/object.ts';
import { type BackoffPolicy, backoffDelay } from '../../lib/backoff.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import { sleep } from '../../lib/sleep.ts';
import { createKey, type CreateKeyDeps, type KeyShape } from './create-key.ts';
import { nextKeyAt, type RenewalPolicy, sealingProblem } from './key-policy.ts';
import { sealingKeyLabel } from './key-secret.ts';
import type { KeyStore } from './key-store.ts';

export interface RenewKeysOptions extends CreateKeyDeps {
  readonly store: KeyStore;
  readonly shape: KeyShape;
  readonly policy: RenewalPolicy;
  readonly random: Random;
  readonly log: Log;
}

/** Between two looks at the keys, at the most: clocks are set, and certificates come to their end. */
const lookEvery = 6 * 3_600_000;
/** After a key was made, until the watch has told of it. */
const settle = 1_000;
const backoff: BackoffPolicy = { base: 1_000, factor: 2, cap: 60_000 };

/**
 * Makes keys as they fall due, the first one at once, until the signal aborts.
 * @param onReady called once there is a key, or it is known that none can be made just now
 */
export async function renewKeys(options: RenewKeysOptions, onReady: () => void, signal: AbortSignal): Promise<void> {
  const { store, clock, random, log } = options;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const wait = await look(options, signal);
      failures = 0;
      if (store.current() !== undefined) onReady();
      await pause(options, wait, signal);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      log.error({ error, failures }, 'no sealing key could be made; what is sealed for an older one is opened all the same');
      onReady();
      await sleep(clock, backoffDelay(backoff, failures, random), signal).catch(() => {});
    }
  }
}

/** Makes a key where one is due. @returns milliseconds until the next look */
async function look(options: RenewKeysOptions, signal: AbortSignal): Promise<number> {
  const { store, policy, shape, clock, log } = options;
  const now = clock.now();
  const stored = store.stored();
  const at = nextKeyAt(stored, policy, now);
  const [current] = stored;
  const problem = current === undefined ? undefined : sealingProblem(current, now);
  if (problem !== undefined) log.warn({ problem }, 'a sealing key needs attention');
  if (at === undefined || at > now) return Math.min(lookEvery, (at ?? Infinity) - now);
  // what the watch has not told of yet is not made a second time
  const seen = store.seen();
  const name = await createKey(shape, (secrets) => activeOf(secrets).every(({ metadata }) => seen.has(metadata.name)), options, signal);
  if (name !== undefined) log.info({ secret: name, namespace: shape.namespace }, 'a new sealing key was made');
  return settle;
}

function activeOf(secrets: readonly KubeObject[]): readonly KubeObject[] {
  return secrets.filter(({ metadata }) => metadata.labels?.[sealingKeyLabel] === 'active');
}

/** Until the time is up, or the keys change. */
async function pause({ store, clock }: RenewKeysOptions, ms: number, signal: AbortSignal): Promise<void> {
  const news = new AbortController();
  const stop = store.subscribe(() => news.abort());
  try {
    await sleep(clock, ms, AbortSignal.any([signal, news.signal])).catch(() => {});
  } finally {
    stop();
  }
}
