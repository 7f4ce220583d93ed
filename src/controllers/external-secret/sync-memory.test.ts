import { expect, test } from 'vitest';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { SyncMemory } from './sync-memory.ts';

const key = { namespace: 'devnet', name: 'database' };

function live(resourceVersion: string): LiveSecret {
  return { metadata: { ...key, resourceVersion }, type: 'Opaque', immutable: false, keys: [], dataHash: '', written: [] };
}

test('what was written stands until the cache says something', () => {
  const memory = new SyncMemory();
  memory.beginWrite(key);
  memory.endWrite(key, live('2'));

  expect(memory.written(key)).toEqual(live('2'));
  expect(memory.confirmWrite(key, live('2'))).toBe(true);
  expect(memory.written(key)).toBeUndefined();
});

test('anything else than the echo of our write is news', () => {
  const memory = new SyncMemory();
  memory.endWrite(key, live('2'));

  expect(memory.confirmWrite(key, live('3'))).toBe(false);
  expect(memory.confirmWrite(key, live('3'))).toBe(false);
  expect(memory.confirmWrite(key, undefined)).toBe(false);
});

test('an answer that comes after the event does not hide what is newer', () => {
  const memory = new SyncMemory();
  memory.beginWrite(key);
  // our write and a deletion right after it, before the answer to the write
  memory.confirmWrite(key, live('2'));
  memory.confirmWrite(key, undefined);
  memory.endWrite(key, live('2'));

  expect(memory.written(key)).toBeUndefined();
});

test('a write that failed leaves nothing behind', () => {
  const memory = new SyncMemory();
  memory.beginWrite(key);
  memory.endWrite(key, undefined);

  expect(memory.written(key)).toBeUndefined();
});

test('heals are counted within a span, and forgotten with the object', () => {
  const memory = new SyncMemory();
  for (const now of [0, 50, 100]) memory.recordHeal('uid', now, 60);

  expect(memory.healsWithin('uid', 100, 60)).toBe(2);
  memory.forget('uid');
  expect(memory.healsWithin('uid', 100, 60)).toBe(0);
});

test('what an object was first found at rest with stays, and is completed', () => {
  const memory = new SyncMemory();
  memory.recordBaseline('uid', { asked: '1 ' });
  memory.recordBaseline('uid', { asked: '2 ', provider: 'a' });
  memory.recordBaseline('uid', { asked: '3 ', provider: 'b' });

  expect(memory.baseline('uid')).toEqual({ asked: '1 ', provider: 'a' });
  memory.forget('uid');
  expect(memory.baseline('uid')).toBeUndefined();
});

test('what was rendered is remembered until it names nothing any more, and how often that was', () => {
  const memory = new SyncMemory();
  memory.recordSources('uid', { versions: 'a', content: 'x' });
  expect(memory.sources('uid')).toEqual({ versions: 'a', content: 'x' });
  memory.recordSources('uid', undefined);
  expect(memory.sources('uid')).toBeUndefined();

  for (const now of [0, 50, 100]) memory.recordRender('uid', now, 60);
  expect(memory.rendersWithin('uid', 100, 60)).toBe(2);
  expect(memory.healsWithin('uid', 100, 60)).toBe(0);
});

test('a store without a verdict is timed from the first look until the next sync', () => {
  const memory = new SyncMemory();
  expect(memory.unjudgedSince('uid', 5, 3)).toBe(5);
  expect(memory.unjudgedSince('uid', 9, -Infinity)).toBe(5);

  memory.recordSync('uid', { version: '1-a', at: 9, time: 9 });

  expect(memory.unjudgedSince('uid', 20, 4)).toBe(20);
});
