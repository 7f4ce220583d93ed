import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TenantTurns } from './tenant-turns.ts';

const never = new AbortController().signal;

/** Tasks that end when they are told to, in the order in which they have started. */
function tasks(turns: TenantTurns): { readonly start: (name: string, signal?: AbortSignal) => Promise<void>; readonly end: (name: string) => Promise<unknown>; readonly started: string[] } {
  const started: string[] = [];
  const open = new Map<string, () => void>();
  const start = (name: string, signal = never): Promise<void> => turns.run(name.slice(0, 1), () => new Promise((resolve) => void (started.push(name), open.set(name, resolve))), signal);
  const end = (name: string): Promise<unknown> => {
    open.get(name)?.();
    return setImmediate();
  };
  return { start, end, started };
}

test('a tenant gets no more than its share, and another the room that is left', async () => {
  const { start, end, started } = tasks(new TenantTurns({ ofTenant: 2, inAll: 3 }));
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) void start(name);
  await setImmediate();

  expect(started).toEqual(['a1', 'a2', 'b1']);
  await end('b1');
  expect(started.slice(3)).toEqual(['b2']);
  await end('a1');
  await end('a2');
  expect(started.slice(4).toSorted()).toEqual(['a3', 'c1']);
  for (const name of ['b2', 'c1', 'a3']) await end(name);
  expect(started).toHaveLength(7);
});

test('a task that fails gives its place back', async () => {
  const turns = new TenantTurns({ ofTenant: 1, inAll: 1 });

  await expect(turns.run('a', () => Promise.reject(new Error('no')), never)).rejects.toThrow('no');
  expect(await turns.run('a', () => Promise.resolve(1), never)).toBe(1);
});

test('whoever stops waiting takes no place', async () => {
  const { start, end, started } = tasks(new TenantTurns({ ofTenant: 1, inAll: 1 }));
  const stop = new AbortController();
  void start('a1');
  const waiting = start('b1', stop.signal);
  void start('c1');
  stop.abort(new Error('stopped'));

  await expect(waiting).rejects.toThrow('stopped');
  await expect(start('d1', stop.signal)).rejects.toThrow('stopped');
  await end('a1');
  expect(started).toEqual(['a1', 'c1']);
});
