import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { TokenSource } from './token-source.ts';

describe('the tokens of one identity', () => {
  function open(lifetimes: readonly (number | Error | 'hangs')[]) {
    const clock = createFakeClock();
    let asked = 0;
    const source = new TokenSource(clock, () => {
      const seconds = lifetimes[asked] ?? 3600;
      asked += 1;
      if (seconds === 'hangs') return new Promise<never>(() => {});
      return seconds instanceof Error ? Promise.reject(seconds) : Promise.resolve({ token: SecretBytes.fromUtf8(`token ${asked}`), seconds });
    });
    return { clock, source, asked: () => asked };
  }

  it('are asked for once, however many wait', async () => {
    const { source } = open([3600]);

    expect(await Promise.all([source.get(), source.get(), source.get()])).toEqual(['token 1', 'token 1', 'token 1']);
  });

  it('are renewed behind five minutes before they end, or after half of a short life', async () => {
    const { clock, source } = open([3600, 60]);
    const next = async (): Promise<string> => {
      await clock.advance(0);
      return source.get();
    };

    await source.get();
    await clock.advance(3_299_000);
    expect(await source.get()).toBe('token 1');
    await clock.advance(1000);
    expect([await source.get(), await next()]).toEqual(['token 1', 'token 2']);
    await clock.advance(29_000);
    expect([await source.get(), await next()]).toEqual(['token 2', 'token 2']);
    await clock.advance(1000);
    expect([await source.get(), await next()]).toEqual(['token 2', 'token 3']);
  });

  it('keep nobody waiting where a renewal hangs, until they end', async () => {
    const { clock, source } = open([3600, 'hangs']);
    await source.get();
    await clock.advance(3_400_000);
    expect(await source.get()).toBe('token 1');
    await clock.advance(199_000);
    expect(await source.get()).toBe('token 1');
  });

  it('that cannot be renewed are used until they end, and not asked for each time meanwhile', async () => {
    const down = new Error('down');
    const { clock, source, asked } = open([3600, down, down, down]);

    await source.get();
    await clock.advance(3_400_000);
    expect(await source.get()).toBe('token 1');
    await clock.advance(0);
    expect([await source.get(), asked()]).toEqual(['token 1', 2]);
    await clock.advance(15_000);
    expect([await source.get(), asked()]).toEqual(['token 1', 3]);
    await clock.advance(200_000);
    await expect(source.get()).rejects.toBe(down);
    expect(await source.get()).toBe('token 5');
  });

  it('that are refused are asked for again after ten seconds, and what fails in passing at once', async () => {
    const refused = new ProviderError('denied', 'wrong secret');
    const { clock, source, asked } = open([refused, new ProviderError('unavailable', 'down'), 3600]);

    await expect(source.get()).rejects.toBe(refused);
    await clock.advance(9_999);
    await expect(source.get()).rejects.toBe(refused);
    expect(asked()).toBe(1);
    await clock.advance(1);
    await expect(source.get()).rejects.toThrow('down');
    expect(await source.get()).toBe('token 3');
  });

  it('are dropped where they were refused, and another is not', async () => {
    const { source } = open([3600]);
    const first = await source.get();
    source.forget('another');
    expect(await source.get()).toBe(first);
    source.forget(first);

    expect(await source.get()).toBe('token 2');
  });

  it('that are refused as soon as they come are not asked for again and again', async () => {
    const { clock, source, asked } = open([3600]);
    for (let round = 0; round < 5; round += 1) source.forget(await source.get());
    expect(asked()).toBe(2);
    await clock.advance(10_000);
    source.forget(await source.get());

    expect(await source.get()).toBe('token 3');
  });
});
