import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { FetchedKeys } from './key-source.ts';
import { renewedKeys } from './key-source.ts';

const never = new AbortController().signal;
const minute = 60_000;

/** Keys that are numbered and last an hour; how they are fetched may change. */
function open() {
  const clock = createFakeClock();
  const state = { asked: 0, mood: 'well' as 'well' | 'down' | 'hangs' };
  const fetch = (): Promise<FetchedKeys> => {
    state.asked += 1;
    if (state.mood === 'hangs') return new Promise<never>(() => {});
    if (state.mood === 'down') return Promise.reject(new ProviderError('unavailable', 'down'));
    return Promise.resolve({ accessKeyId: SecretBytes.fromUtf8(`k${state.asked}`), secretAccessKey: SecretBytes.fromUtf8('s'), expiration: clock.now() / 1000 + 3600 });
  };
  const source = renewedKeys({ fetch, what: 'AWS STS', clock, life: never });
  const current = async (): Promise<string> => Buffer.from((await source.current(never)).accessKeyId.reveal()).toString();
  return { clock, state, current };
}

describe('keys that end', () => {
  it('are renewed behind, by one call, while the old ones serve', async () => {
    const { clock, state, current } = open();
    await current();
    await clock.advance(54 * minute);
    expect([await current(), state.asked]).toEqual(['k1', 1]);
    await clock.advance(minute);
    expect([...(await Promise.all([current(), current()])), state.asked]).toEqual(['k1', 'k1', 2]);
    await clock.advance(0);

    expect([await current(), state.asked]).toEqual(['k2', 2]);
  });

  it('keep nobody waiting where renewing hangs, until they end', async () => {
    const { clock, state, current } = open();
    await current();
    state.mood = 'hangs';
    await clock.advance(56 * minute);
    expect(await current()).toBe('k1');
    await clock.advance(3 * minute);
    expect(await current()).toBe('k1');
    await clock.advance(minute);
    const late = expect(current()).rejects.toThrow('AWS STS did not answer within 20 s');
    await clock.advance(20_000);
    await late;
  });

  it('are used as long as they hold where renewing fails, which is tried again every five seconds', async () => {
    const { clock, state, current } = open();
    await current();
    state.mood = 'down';
    await clock.advance(56 * minute);
    expect(await current()).toBe('k1');
    await clock.advance(0);
    expect([await current(), state.asked]).toEqual(['k1', 2]);
    await clock.advance(5_000);
    expect([await current(), state.asked]).toEqual(['k1', 3]);
    await clock.advance(4 * minute);
    await expect(current()).rejects.toThrow('down');
    state.mood = 'well';
    await expect(current()).rejects.toThrow('down');
    await clock.advance(5_000);

    expect([await current(), state.asked]).toEqual(['k5', 5]);
  });
});
