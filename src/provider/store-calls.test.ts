import { describe, expect, it } from 'vitest';
import { openReaderBench, openStore } from '../../test/support/reader-bench.ts';
import { hang } from '../../test/support/scripted-provider.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { FoundValue, RemoteWrite } from './contract.ts';
import { ProviderError } from './provider-error.ts';
import type { FindResult } from './store-reader.ts';

const never = new AbortController().signal;

function foundValue(key: string, text = key): FoundValue {
  return { key, value: SecretBytes.fromUtf8(text) };
}

function told(result: FindResult): string {
  return result.kind === 'found' ? result.values.map(({ key }) => key).join(' ') : `${result.error.kind}: ${result.error.message}`;
}

function write(remoteKey: string, text = 'v'): RemoteWrite {
  const value = SecretBytes.fromUtf8(text);
  return { remoteKey, value, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map() }, updatePolicy: 'Replace' };
}

describe('find', () => {
  it('is one call for equal queries that wait together, and another for what is asked after it has begun', async () => {
    const { script, clock, reader, measured } = openReaderBench();
    const asked: unknown[] = [];
    const gate = Promise.withResolvers<void>();
    script.find = async (query) => {
      asked.push(query);
      await gate.promise;
      return [foundValue('a')];
    };
    const early = Array.from({ length: 50 }, () => reader.find(openStore, { path: 'x', tags: { b: '1', a: '2' } }, never));
    await clock.advance(20);
    const late = reader.find(openStore, { tags: { a: '2', b: '1' }, path: 'x' }, never);
    await clock.advance(20);
    gate.resolve();

    expect(new Set((await Promise.all([...early, late])).map(told))).toEqual(new Set(['a']));
    expect(asked).toHaveLength(2);
    expect(measured.map(({ outcome, refs }) => [outcome, refs])).toEqual([['ok', 1], ['ok', 1]]);
  });

  it('runs no more calls side by side than an identity may, and counts each', async () => {
    const { script, clock, reader } = openReaderBench({ limits: { concurrency: 2 } });
    let running = 0;
    let most = 0;
    script.find = async ({ path }) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => void clock.after(1000, resolve));
      running -= 1;
      return [foundValue(path ?? '')];
    };
    const finds = ['a', 'b', 'c', 'd', 'e'].map((path) => reader.find(openStore, { path }, never));
    await clock.advance(4000);

    expect((await Promise.all(finds)).map(told)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(most).toBe(2);
  });

  it('says unsupported where the provider cannot, and what the provider says where it fails', async () => {
    const { script, clock, reader } = openReaderBench();
    script.find = () => Promise.reject(new ProviderError('denied', 'not yours'));
    const denied = reader.find(openStore, {}, never);
    await clock.advance(20);
    expect(told(await denied)).toBe('denied: not yours');
    const bench = openReaderBench();
    bench.script.readsOnly = true;

    expect(told(await bench.reader.find(openStore, {}, never))).toBe('unsupported: dataFrom.find: provider "scripted" cannot search');
  });

  it.each([
    ['one value that no Secret could hold', [foundValue('a', 'x'.repeat(11))], 'invalid: the value of "a" has 11 bytes'],
    ['more values than any Secret is made of', Array.from({ length: 17 }, (_, index) => foundValue(`k${index}`, 'x'.repeat(10))), 'invalid: the values found have 170 bytes; narrow the search'],
  ])('fails as a whole for %s', async (_, values, message) => {
    const { script, clock, reader } = openReaderBench({ limits: { largestValue: 10 } });
    script.find = async () => values;
    const done = reader.find(openStore, {}, never);
    await clock.advance(20);

    expect(told(await done)).toContain(message);
  });

  it('ends at its deadline, and at once where its only asker goes, whose call is aborted', async () => {
    const { script, clock, reader, measured } = openReaderBench({ limits: { findDeadline: 5000 } });
    script.find = (_, signal) => hang(signal);
    const late = reader.find(openStore, {}, never);
    await clock.advance(5020);
    expect(told(await late)).toBe('unavailable: the provider did not answer within 5 s');
    const asker = new AbortController();
    const left = reader.find(openStore, {}, asker.signal);
    await clock.advance(20);
    asker.abort(new Error('went away'));
    await expect(left).rejects.toThrow('went away');
    await clock.settle();

    expect(measured.map(({ outcome }) => outcome)).toEqual(['unavailable', 'aborted']);
    expect(clock.pending()).toBe(1); // the idle timer of the client
  });

  it('waits as long as the provider asks all callers to wait', async () => {
    const { script, clock, reader } = openReaderBench();
    script.find = () => Promise.reject(new ProviderError('throttled', 'slow down', { retryAfter: 3000 }));
    const first = reader.find(openStore, {}, never);
    await clock.advance(20);
    await first;
    let writes = 0;
    script.write = async () => {
      writes += 1;
      return { kind: 'written' };
    };
    const done = reader.write(openStore, [write('a')], never);
    await clock.advance(2900);
    expect(writes).toBe(0);
    await clock.advance(100);

    expect(await done).toEqual([{ kind: 'written' }]);
  });
});

describe('write and remove', () => {
  it('go one after the other for one remote key, in the order of the list, and side by side for others', async () => {
    const { script, clock, reader } = openReaderBench();
    const log: string[] = [];
    const gates = new Map(['a', 'b'].map((key) => [key, Promise.withResolvers<void>()]));
    script.write = async ({ remoteKey, value }) => {
      log.push(`${remoteKey} ${Buffer.from(value.reveal()).toString()} begins`);
      await gates.get(remoteKey)?.promise;
      log.push(`${remoteKey} ${Buffer.from(value.reveal()).toString()} ends`);
      return { kind: 'written' };
    };
    const done = reader.write(openStore, [write('a', '1'), write('a', '2'), write('b', '3')], never);
    await clock.settle();
    expect(log).toEqual(['a 1 begins', 'b 3 begins']);
    gates.get('b')?.resolve();
    gates.get('a')?.resolve();

    expect(await done).toEqual(Array.from({ length: 3 }, () => ({ kind: 'written' })));
    expect(log.filter((line) => line.startsWith('a'))).toEqual(['a 1 begins', 'a 1 ends', 'a 2 begins', 'a 2 ends']);
  });

  it('answer each place for itself', async () => {
    const { script, reader } = openReaderBench();
    script.remove = async ({ remoteKey }) => {
      if (remoteKey === 'mine') return { kind: 'removed' };
      if (remoteKey === 'gone') return { kind: 'absent' };
      throw new ProviderError('denied', 'not yours');
    };
    const results = await reader.remove(openStore, [{ remoteKey: 'mine' }, { remoteKey: 'gone' }, { remoteKey: 'theirs' }], never);

    expect(results.map((result) => (result.kind === 'error' ? result.error.kind : result.kind))).toEqual(['removed', 'absent', 'denied']);
  });

  it('are unsupported, each, where the provider can only read or the store cannot be connected', async () => {
    const { script, reader } = openReaderBench();
    script.readsOnly = true;
    const results = await reader.write(openStore, [write('a'), write('b')], never);
    const unknown = await reader.remove({ ...openStore, provider: { vault: {} } }, [{ remoteKey: 'a' }], never);

    expect(results).toMatchObject(Array.from({ length: 2 }, () => ({ kind: 'error', error: { kind: 'unsupported', message: 'provider "scripted" cannot be written to' } })));
    expect(unknown).toMatchObject([{ kind: 'error', error: { kind: 'invalid' } }]);
  });

  it('end with the reason of their signal only', async () => {
    const { script, clock, reader } = openReaderBench();
    script.write = (_, signal) => hang(signal);
    const consumer = new AbortController();
    const done = reader.write(openStore, [write('a'), write('a')], consumer.signal);
    await clock.settle();
    consumer.abort(new Error('went away'));

    await expect(done).rejects.toThrow('went away');
  });
});

describe('capabilities', () => {
  it("are the adapter's, and no more than reading where the store cannot be understood", () => {
    const { reader } = openReaderBench();

    expect(reader.capabilities(openStore)).toBe('ReadWrite');
    expect(reader.capabilities({ ...openStore, provider: { vault: {} } })).toBe('ReadOnly');
  });
});
