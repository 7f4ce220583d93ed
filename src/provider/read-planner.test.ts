import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openReaderBench, openStore, refs, storeWithToken, textOf } from '../../test/support/reader-bench.ts';
import { failed, hang, valueOf } from '../../test/support/scripted-provider.ts';
import { ProviderError } from './provider-error.ts';

const never = new AbortController().signal;

describe('failures', () => {
  it('lets one bad key fail its own users only', async () => {
    const { script, clock, reader } = openReaderBench();
    script.answer = async (asked) => asked.map(({ key }) => (key === 'key-1' ? failed(new ProviderError('denied', 'not yours')) : key === 'key-2' ? { kind: 'absent' } : valueOf(key)));

    const reads = [reader.read(openStore, refs(0, 2), never), reader.read(openStore, refs(2, 2), never)];
    await clock.advance(20);

    expect((await Promise.all(reads)).map((results) => results.map(textOf))).toEqual([
      ['key-0', 'denied: not yours'],
      ['absent', 'key-3'],
    ]);
  });

  it('says unavailable, and never absent, for an answer that does not fit the question', async () => {
    const { script, clock, reader } = openReaderBench();
    script.answer = async () => [valueOf('a')];

    const read = reader.read(openStore, refs(0, 2), never);
    await clock.advance(20);

    expect((await read).map(textOf)).toEqual(Array.from({ length: 2 }, () => 'unavailable: the provider gave 1 results for 2 references'));
  });

  it('tells nothing of an unexpected failure but its kind', async () => {
    const { script, clock, reader } = openReaderBench();
    script.answer = async () => JSON.parse('hunter2 is no JSON') as never;

    const read = reader.read(openStore, refs(0, 1), never);
    await clock.advance(20);

    expect(textOf((await read)[0])).toBe('unavailable: the provider failed unexpectedly (SyntaxError)');
  });

  it('gives every reference the error where the configuration does not parse', async () => {
    const { reader } = openReaderBench();

    const [unknown] = await reader.read({ ...openStore, provider: { vault: {} } }, refs(0, 1), never);
    const [wrong] = await reader.read({ ...openStore, provider: { scripted: { account: 1, colour: 'red' } } }, refs(0, 1), never);

    expect(textOf(unknown)).toBe('invalid: spec.provider.vault: the provider is not known; this version of Prelude knows scripted');
    expect(textOf(wrong)).toContain('spec.provider.scripted.account: ');
    expect(textOf(wrong)).toContain('spec.provider.scripted.colour: unknown field');
  });

  it('tells everyone that connecting failed, forgets it, and connects anew for the next', async () => {
    const { script, clock, reader } = openReaderBench();
    script.connect = async () => {
      throw new ProviderError('denied', 'wrong password');
    };
    const reads = [reader.read(openStore, refs(0, 1), never), reader.read(openStore, refs(1, 1), never)];
    await clock.settle();
    expect((await Promise.all(reads)).flat().map(textOf)).toEqual(['denied: wrong password', 'denied: wrong password']);
    script.connect = async () => {};

    const again = reader.read(openStore, refs(0, 1), never);
    await clock.advance(20);

    expect(textOf((await again)[0])).toBe('key-0');
    expect(script.connects).toHaveLength(2);
  });

  it('gives up connecting at the deadline and disposes the client that comes too late', async () => {
    const { script, clock, reader } = openReaderBench();
    let connected = (): void => {};
    script.connect = () => new Promise((resolve) => (connected = resolve));

    const read = reader.read(openStore, refs(0, 1), never);
    await clock.advance(30_000);
    expect(textOf((await read)[0])).toBe('unavailable: connecting to the provider did not answer within 30 s');
    connected();
    await clock.settle();

    expect(script.disposed()).toBe(1);
  });
});

describe('cancelling', () => {
  it("does not cancel other consumers' reads", async () => {
    const { script, clock, reader } = openReaderBench();
    const gate = Promise.withResolvers<void>();
    const seen: AbortSignal[] = [];
    script.answer = async (asked, signal) => {
      seen.push(signal);
      await gate.promise;
      return asked.map(({ key }) => valueOf(key));
    };
    const leaving = new AbortController();

    const left = reader.read(openStore, refs(0, 2), leaving.signal);
    const stays = reader.read(openStore, refs(1, 2), never);
    await clock.advance(20);
    leaving.abort(new Error('went away'));
    await expect(left).rejects.toThrow('went away');
    gate.resolve();

    expect((await stays).map(textOf)).toEqual(['key-1', 'key-2']);
    expect(seen[0]?.aborted).toBe(false);
  });

  it('aborts the call once nobody waits for it, and frees its place', async () => {
    const { script, clock, reader, measured } = openReaderBench({ limits: { concurrency: 1 } });
    script.answer = (_, signal) => hang(signal);
    const consumers = [new AbortController(), new AbortController()];

    const reads = consumers.map(({ signal }) => reader.read(openStore, refs(0, 1), signal));
    await clock.advance(20);
    for (const consumer of consumers) consumer.abort(new Error('went away'));
    await Promise.all(reads.map((read) => expect(read).rejects.toThrow('went away')));
    script.answer = async (asked) => asked.map(({ key }) => valueOf(key));
    const next = reader.read(openStore, refs(5, 1), never);
    await clock.advance(20);

    expect(measured[0]?.outcome).toBe('aborted');
    expect(textOf((await next)[0])).toBe('key-5');
  });

  it('asks no call for what its only consumer left before it began', async () => {
    const { script, clock, reader } = openReaderBench();
    const consumer = new AbortController();

    const read = reader.read(openStore, refs(0, 1), consumer.signal);
    await clock.advance(5);
    consumer.abort(new Error('went away'));
    await expect(read).rejects.toThrow('went away');
    await clock.advance(100);

    expect(script.calls).toEqual([]);
  });

  it('keeps what others wait for, where one leaves before the call begins', async () => {
    const { clock, reader } = openReaderBench();
    const leaving = new AbortController();

    const left = reader.read(openStore, refs(0, 1), leaving.signal);
    const stays = reader.read(openStore, refs(0, 1), never);
    await clock.advance(5);
    leaving.abort(new Error('went away'));
    await expect(left).rejects.toThrow('went away');
    await clock.advance(20);

    expect((await stays).map(textOf)).toEqual(['key-0']);
  });

  it('leaves no listener on a signal that outlives the read', async () => {
    const { clock, reader } = openReaderBench();
    const { signal } = new AbortController();

    const read = reader.read(openStore, refs(0, 1), signal);
    await clock.advance(20);
    await read;

    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('throws at once under a signal that is aborted already', async () => {
    const { script, reader } = openReaderBench();

    await expect(reader.read(openStore, refs(0, 1), AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    expect(script.connects).toHaveLength(0);
  });
});

describe('validate', () => {
  it('says what the provider says', async () => {
    const { script, reader } = openReaderBench();

    expect(await reader.validate(openStore, never)).toBe('valid');
    script.validate = async () => 'unknown';
    expect(await reader.validate(openStore, never)).toBe('unknown');
    script.validate = async () => {
      throw new ProviderError('denied', 'wrong password');
    };
    await expect(reader.validate(openStore, never)).rejects.toThrow('wrong password');
  });

  it('says valid for a cluster store whose credentials are the consumers', async () => {
    const { script, reader } = openReaderBench();
    const { namespace: _, ...handle } = storeWithToken('a');

    expect(await reader.validate({ ...handle, scope: 'cluster' }, never)).toBe('valid');
    expect(script.connects).toEqual([]);
  });

  it('ends at the deadline, and at once when its own signal aborts', async () => {
    const { script, clock, reader } = openReaderBench();
    script.validate = () => new Promise(() => {});
    const consumer = new AbortController();

    const slow = expect(reader.validate(openStore, never)).rejects.toThrow('did not answer within 30 s');
    const left = expect(reader.validate(openStore, consumer.signal)).rejects.toThrow('went away');
    await clock.settle();
    consumer.abort(new Error('went away'));
    await left;
    await clock.advance(30_000);
    await slow;
  });

  it('refuses a configuration that does not parse', async () => {
    const { reader } = openReaderBench();

    await expect(reader.validate({ ...openStore, provider: {} }, never)).rejects.toThrow("spec.provider: must have exactly one key, the provider's name");
  });
});
