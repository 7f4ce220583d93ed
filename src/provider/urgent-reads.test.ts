import { expect, it } from 'vitest';
import { openReaderBench, openStore, refs, textOf } from '../../test/support/reader-bench.ts';
import { valueOf } from '../../test/support/scripted-provider.ts';
import type { RemoteRef } from './contract.ts';
import type { StoreHandle } from './store-reader.ts';

const never = new AbortController().signal;
const urgent = { urgent: true };

/** A provider that takes a second for each call of 20 references. */
function openSlowBench() {
  const bench = openReaderBench({ limits: { patience: 1_000_000 } });
  const { script, clock } = bench;
  script.answer = async (asked) => {
    await new Promise<void>((resolve) => void clock.after(1000, resolve));
    return asked.map(({ key }) => valueOf(key));
  };
  return bench;
}

function named(prefix: string, count: number): readonly RemoteRef[] {
  return Array.from({ length: count }, (_, index) => ({ key: `${prefix}-${index}` }));
}

it('a new object is read within two calls while 10,000 references are refreshed', async () => {
  const { clock, reader } = openSlowBench();
  const refresh = reader.read(openStore, refs(0, 10_000), never);
  await clock.advance(500);
  let answered: number | undefined;
  const fresh = reader.read(openStore, named('new', 5), never, urgent).then((results) => {
    answered = clock.monotonic();
    return results;
  });
  const asked = clock.monotonic();
  await clock.advance(1100);

  expect((await fresh).map(textOf)).toEqual(['new-0', 'new-1', 'new-2', 'new-3', 'new-4']);
  expect((answered ?? Infinity) - asked).toBeLessThanOrEqual(1020);
  refresh.catch(() => {});
});

it('what is refreshed already is read at once when somebody needs it urgently', async () => {
  const { script, clock, reader } = openSlowBench();
  const refresh = reader.read(openStore, refs(0, 1000), never);
  await clock.advance(20);
  const wanted = reader.read(openStore, [{ key: 'key-999' }], never, urgent);
  await clock.advance(1020);

  expect(textOf((await wanted)[0])).toBe('key-999');
  expect(script.calls.flatMap(({ keys }) => keys).filter((key) => key === 'key-999')).toHaveLength(1);
  refresh.catch(() => {});
});

it('refreshes go on while urgent references never end', async () => {
  const { script, clock, reader } = openSlowBench();
  const refresh = reader.read(openStore, named('refresh', 40), never);
  void reader.read(openStore, named('new', 2000), never, urgent);
  await clock.advance(6000);

  expect((await refresh).map(textOf)).toHaveLength(40);
  const kinds = script.calls.map(({ keys }) => keys[0]?.split('-')[0]);
  expect(kinds.indexOf('refresh')).toBeLessThan(8);
});

it('a batch of urgent references that is not full takes others along', async () => {
  const { script, clock, reader } = openReaderBench();
  void reader.read(openStore, named('refresh', 5), never);
  void reader.read(openStore, named('new', 2), never, urgent);
  await clock.advance(20);

  expect(script.calls.map(({ keys }) => keys)).toEqual([['new-0', 'new-1', 'refresh-0', 'refresh-1', 'refresh-2', 'refresh-3', 'refresh-4']]);
});

it('a namespace that reads one reference does not wait behind another that reads thousands, urgent or not', async () => {
  for (const how of [urgent, {}]) {
    const { script, clock, reader } = openSlowBench();
    const shared = (namespace: string): StoreHandle => ({ ...openStore, scope: 'cluster', namespace });
    for (let object = 0; object < 20; object += 1) void reader.read(shared('a'), named(`a${object}`, 100), never, how).catch(() => {});
    await clock.advance(500);
    const before = script.calls.length;
    const read = reader.read(shared('b'), named('b', 1), never, how);
    await clock.advance(3000);

    expect((await read).map(textOf)).toEqual(['b-0']);
    const next = script.calls.slice(before).find(({ keys }) => keys.includes('b-0'));
    expect(next?.keys).toHaveLength(20);
    expect(script.calls.slice(before, before + 9)).toContain(next);
  }
});

it('what two namespaces want leaves in the turn that comes first, once', async () => {
  const { script, clock, reader } = openSlowBench();
  const shared = (namespace: string): StoreHandle => ({ ...openStore, scope: 'cluster', namespace });
  void reader.read(shared('a'), named('a', 2000), never).catch(() => {});
  await clock.advance(500);
  const before = script.calls.length;
  const read = reader.read(shared('b'), [{ key: 'a-1999' }], never);
  await clock.advance(3000);

  expect((await read).map(textOf)).toEqual(['a-1999']);
  expect(script.calls.slice(before).flatMap(({ keys }) => keys).filter((key) => key === 'a-1999')).toHaveLength(1);
});
