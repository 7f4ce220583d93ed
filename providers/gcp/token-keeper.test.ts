import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { TokenKeeper } from './token-keeper.ts';

const never = new AbortController().signal;

/** A keeper whose tokens are numbered and last an hour, unless `fails` says otherwise. */
function open() {
  const clock = createFakeClock();
  const state = { asked: 0, fails: false, signal: never };
  const keeper = new TokenKeeper({
    clock,
    obtain: async (signal) => {
      state.asked += 1;
      state.signal = signal;
      if (state.fails) throw new ProviderError('unavailable', 'no token');
      return { token: SecretBytes.fromUtf8(`t${state.asked}`), expiry: clock.now() / 1000 + 3600 };
    },
  });
  const get = async (): Promise<string> => Buffer.from((await keeper.get(never)).reveal()).toString();
  return { clock, state, keeper, get };
}

describe('the token of an identity', () => {
  it('is got once for all who want it at the same time, and afterwards', async () => {
    const { state, get } = open();

    expect(await Promise.all([get(), get(), get()])).toEqual(['t1', 't1', 't1']);
    expect([await get(), state.asked]).toEqual(['t1', 1]);
  });

  it('is renewed before its end, while the old one serves', async () => {
    const { clock, state, get } = open();
    await get();
    await clock.advance(3_290_000);
    expect([await get(), state.asked]).toEqual(['t1', 1]);
    await clock.advance(20_000);

    expect(await get()).toBe('t1');
    await Promise.resolve();
    expect([await get(), state.asked]).toEqual(['t2', 2]);
  });

  it('serves on where a renewal fails, which is tried again half a minute later, and no longer than it is good', async () => {
    const { clock, state, get } = open();
    await get();
    state.fails = true;
    await clock.advance(3_310_000);
    expect([await get(), await get(), state.asked]).toEqual(['t1', 't1', 2]);
    await clock.advance(31_000);
    expect([await get(), state.asked]).toEqual(['t1', 3]);
    await clock.advance(260_000);

    await expect(get()).rejects.toThrow('no token');
  });

  it('is got anew where it was refused, unless another has come since', async () => {
    const { keeper, get } = open();
    const first = await keeper.get(never);
    expect(keeper.forget(first)).toBe(true);
    expect(await get()).toBe('t2');
    expect(keeper.forget(first)).toBe(true);
    expect(await get()).toBe('t2');
  });

  it('is not got anew again and again where each is refused', async () => {
    const { clock, state, keeper, get } = open();
    keeper.forget(await keeper.get(never));
    const second = await keeper.get(never);
    expect(keeper.forget(second)).toBe(false);
    expect([await get(), state.asked]).toEqual(['t2', 2]);
    await clock.advance(10_000);

    expect(keeper.forget(second)).toBe(true);
    expect(await get()).toBe('t3');
  });

  it('is not waited for longer than the caller has time, and comes all the same', async () => {
    const clock = createFakeClock();
    const { promise, resolve } = Promise.withResolvers<{ token: SecretBytes; expiry: number }>();
    const keeper = new TokenKeeper({ clock, obtain: () => promise });
    const controller = new AbortController();
    const waiting = keeper.get(controller.signal);
    const other = keeper.get(never);
    controller.abort(new Error('too long'));
    await expect(waiting).rejects.toThrow('too long');
    resolve({ token: SecretBytes.fromUtf8('late'), expiry: clock.now() / 1000 + 3600 });

    expect(Buffer.from((await other).reveal()).toString()).toBe('late');
  });

  it('is given up after half a minute, and with the client', async () => {
    const clock = createFakeClock();
    const signals: AbortSignal[] = [];
    const keeper = new TokenKeeper({ clock, obtain: (signal) => new Promise(() => signals.push(signal)) });
    const waiting = expect(keeper.get(never)).rejects.toMatchObject({ kind: 'unavailable', message: 'getting an access token of Google did not answer within 30 s' });
    await clock.advance(30_000);
    await waiting;
    void keeper.get(never).catch(() => {});
    keeper.close();

    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});
