import { describe, expect, it } from 'vitest';
import { openReaderBench, openStore, refs, textOf } from '../../test/support/reader-bench.ts';
import { failed, valueOf } from '../../test/support/scripted-provider.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { RemoteRef } from './contract.ts';
import { MemberBytes } from './member-bytes.ts';
import { ProviderError } from './provider-error.ts';

const never = new AbortController().signal;
const one: readonly RemoteRef[] = [{ key: 'k' }];

/** A provider whose only value a test changes. */
function openValueBench() {
  const bench = openReaderBench();
  const remote = { value: 'old' };
  bench.script.answer = async (asked) => asked.map(() => valueOf(remote.value));
  const read = async (since?: number, urgent = false): Promise<string> => {
    const done = bench.reader.read(openStore, one, never, { urgent, ...(since === undefined ? {} : { since }) });
    await bench.clock.advance(20);
    return textOf((await done)[0]);
  };
  return { ...bench, remote, read };
}

describe('objects that became due together', () => {
  it('cost one call for the same 20 references, though 1,000 of them are looked at 64 at a time', async () => {
    const { script, clock, reader, sums } = openReaderBench();
    await clock.advance(1000);
    const since = clock.monotonic();
    for (let round = 0; round < 1000; round += 64) {
      const reads = Array.from({ length: Math.min(64, 1000 - round) }, (_, index) => reader.read({ ...openStore, scope: 'cluster', namespace: `ns-${round + index}` }, refs(0, 20), never, { since }));
      await clock.advance(20);
      expect(new Set((await Promise.all(reads)).flat().map(textOf)).size).toBe(20);
    }

    expect(script.calls).toHaveLength(1);
    expect(sums.spared).toBe((1000 - 64) * 20);
  }, 30_000);

  it('are answered by a call under way that began when they were due, and not by one that began before', async () => {
    const { script, clock, reader } = openReaderBench();
    const gate = Promise.withResolvers<void>();
    script.answer = async (asked) => {
      await gate.promise;
      return asked.map(({ key }) => valueOf(key));
    };
    await clock.advance(100);
    const reads = [reader.read(openStore, one, never, { since: 100 })];
    await clock.advance(50);
    reads.push(reader.read(openStore, one, never, { since: 100 }), reader.read(openStore, one, never, { since: 105 }));
    await clock.advance(50);
    expect(script.calls).toHaveLength(1);
    reads.push(reader.read(openStore, one, never, { since: 120 }), reader.read(openStore, one, never));
    await clock.advance(50);
    gate.resolve();
    await Promise.all(reads);

    expect(script.calls).toHaveLength(2);
  });
});

describe('what is answered already', () => {
  it('is right for who became due before the call that answered began', async () => {
    const { clock, remote, read, script } = openValueBench();
    await clock.advance(1000);
    expect(await read(900)).toBe('old');
    remote.value = 'new';

    expect(await read(1000)).toBe('old');
    expect(await read(clock.monotonic())).toBe('new');
    expect(script.calls).toHaveLength(2);
  });

  it('is nothing to who does not say since when, nor to an edit that came later', async () => {
    const { clock, remote, read } = openValueBench();
    expect(await read(0)).toBe('old');
    remote.value = 'new';
    expect(await read()).toBe('new');
    remote.value = 'newer';

    expect(await read(clock.monotonic(), true)).toBe('newer');
  });

  it('is kept for as long as a wave may last, where the provider tells no versions', async () => {
    const { clock, read, script } = openValueBench();
    await read(0);
    await clock.advance(100_000);
    await read(0);
    expect(script.calls).toHaveLength(1);
    await clock.advance(30_000);
    await read(0);

    expect(script.calls).toHaveLength(2);
  });

  it('may be that there is nothing, or that it is denied; a failure to answer is nobody else’s', async () => {
    const { script, clock, reader } = openReaderBench();
    const errors = { denied: new ProviderError('denied', 'not yours'), down: new ProviderError('unavailable', 'down') };
    script.answer = async (asked) => asked.map(({ key }) => (key === 'gone' ? { kind: 'absent' } : failed(key === 'denied' ? errors.denied : errors.down)));
    const wanted = [{ key: 'gone' }, { key: 'denied' }, { key: 'down' }];
    for (let round = 0; round < 2; round += 1) {
      const read = reader.read(openStore, wanted, never, { since: 0 });
      await clock.advance(20);
      expect((await read).map(textOf)).toEqual(['absent', 'denied: not yours', 'unavailable: down']);
    }

    expect(script.calls.map(({ keys }) => keys)).toEqual([['gone', 'denied', 'down'], ['down']]);
  });

  it('is given to each in bytes of its own', async () => {
    const { script, clock, reader } = openReaderBench();
    const member = SecretBytes.fromUtf8('inner');
    script.answer = async () => [{ kind: 'value', value: new MemberBytes(new Map([['a', member]])) }];
    const results = [];
    for (let round = 0; round < 3; round += 1) {
      const read = reader.read(openStore, one, never, { since: 0 });
      await clock.advance(20);
      results.push(...(await read));
    }
    const values = results.flatMap((result) => (result.kind === 'value' && result.value instanceof MemberBytes ? [result.value] : []));

    expect(values.map((value) => Buffer.from(value.member('a')?.reveal() ?? []).toString())).toEqual(['inner', 'inner', 'inner']);
    for (const value of values.slice(1)) value.reveal().fill(0);
    expect(Buffer.from(values[0]?.reveal() ?? []).toString()).toBe('{"a":"inner"}');
    expect(script.calls).toHaveLength(1);
  });

  it('keeps key, version, property and metadata apart', async () => {
    const { script, clock, reader } = openReaderBench();
    const all: readonly RemoteRef[] = [{ key: 'k' }, { key: 'k', version: '1' }, { key: 'k', property: '1' }, { key: 'k', metadata: true }];
    for (const ref of all) {
      const read = reader.read(openStore, [ref], never, { since: 0 });
      await clock.advance(20);
      await read;
    }

    expect(script.calls).toHaveLength(4);
  });

  it('is overwritten and forgotten when the client is disposed', async () => {
    const { script, clock, reader } = openReaderBench({ limits: { idle: 5000 } });
    for (let round = 0; round < 2; round += 1) {
      const read = reader.read(openStore, one, never, { since: 0 });
      await clock.advance(20);
      await read;
      await clock.advance(6000);
    }

    expect(script.disposed()).toBe(2);
    expect(script.calls).toHaveLength(2);
    await reader.close();
    expect(clock.pending()).toBe(0);
  });
});
