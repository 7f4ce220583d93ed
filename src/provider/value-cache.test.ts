import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { CachedAnswers } from './cached-answers.ts';
import { MemberBytes } from './member-bytes.ts';
import { bytesIn, ownCopy, wipe } from './own-bytes.ts';
import { defaultReadLimits } from './read-limits.ts';
import { ValueCache } from './value-cache.ts';

function valueOf(size: number): SecretBytes {
  return new SecretBytes(new Uint8Array(size).fill(7));
}

const owner = {};

it('never keeps more bytes than it may, over all identities, and overwrites what leaves', () => {
  const puts = fc.array(fc.record({ identity: fc.integer({ min: 0, max: 2 }), key: fc.integer({ min: 0, max: 20 }), size: fc.integer({ min: 0, max: 3000 }) }), { maxLength: 60 });
  fc.assert(
    fc.property(puts, (steps) => {
      const clock = createFakeClock();
      const cache = new ValueCache(clock, 8000);
      const identities = Array.from({ length: 3 }, () => new CachedAnswers({ cache, clock, limits: defaultReadLimits, hasVersions: true }));
      for (const { identity, key, size } of steps) {
        const answers = identities[identity];
        const ref = { key: `key-${key}` };
        answers?.remember(answers.nameOf(ref), ref, { kind: 'value', value: valueOf(size) }, 0);
        expect(cache.bytes).toBeLessThanOrEqual(8000);
      }
      for (const answers of identities) answers.close();
      expect([cache.bytes, cache.size, clock.pending()]).toEqual([0, 0, 0]);
    }),
  );
});

it('lets go first of what was used least recently, and keeps nothing that is too large by itself', () => {
  const cache = new ValueCache(createFakeClock(), 100);
  const dropped: string[] = [];
  const keep = (name: string, weight: number): boolean => cache.keep(name, { owner, weight, until: Infinity, drop: () => dropped.push(name) });
  keep('a', 40);
  keep('b', 40);
  cache.touch('a');
  keep('c', 40);
  expect(dropped).toEqual(['b']);

  expect(keep('d', 101)).toBe(false);
  expect(dropped).toEqual(['b', 'd']);
  expect(cache.bytes).toBe(80);
});

it('lets an identity of many large values drive out none but its own', () => {
  const clock = createFakeClock();
  const cache = new ValueCache(clock, 1_000_000);
  const [small, large] = [1, 2].map(() => new CachedAnswers({ cache, clock, limits: defaultReadLimits, hasVersions: true }));
  const fill = (answers: CachedAnswers | undefined, count: number, size: number): void => {
    for (let index = 0; index < count; index += 1) {
      const ref = { key: `key-${index}` };
      answers?.remember(answers.nameOf(ref), ref, { kind: 'value', value: valueOf(size), version: '1' }, 0);
    }
  };
  fill(small, 300, 300);
  fill(large, 50, 100_000);

  expect(small?.versionedCount).toBe(300);
  expect(large?.versionedCount).toBeGreaterThan(3);
  fill(small, 2000, 300);
  expect(cache.bytes).toBeLessThanOrEqual(1_000_000);
  expect(large?.versionedCount).toBeGreaterThan(3);
});

it('lets go of what is old though nobody asks, and sets no timer without need', async () => {
  const clock = createFakeClock();
  const cache = new ValueCache(clock, 1000);
  const dropped: string[] = [];
  for (const [name, until] of [['a', 100_000], ['b', 200_000], ['c', 100_001]] as const) cache.keep(name, { owner, weight: 1, until, drop: () => dropped.push(name) });
  await clock.advance(110_000);
  expect(dropped.toSorted()).toEqual(['a', 'c']);
  expect(clock.pending()).toBe(1);
  await clock.advance(100_000);

  expect(dropped.toSorted()).toEqual(['a', 'b', 'c']);
  expect(clock.pending()).toBe(0);
});

it('gives equal references one name within an identity, and others outside of it', () => {
  const cache = new ValueCache(createFakeClock(), 1000);
  const [ours, theirs] = [cache.section(), cache.section()];

  expect(ours({ key: 'k' })).toBe(ours({ key: 'k', version: '' }));
  expect(new Set([ours({ key: 'k' }), theirs({ key: 'k' }), ours({ key: 'k', version: '1' })]).size).toBe(3);
  expect(ours({ key: 'database-password' })).not.toContain('database');
});

it('overwrites its own bytes and nobody else’s when it closes', () => {
  const clock = createFakeClock();
  const cache = new ValueCache(clock, 100_000);
  const answers = new CachedAnswers({ cache, clock, limits: defaultReadLimits, hasVersions: false });
  const theirs = valueOf(4);
  const name = answers.nameOf({ key: 'k' });
  answers.remember(name, { key: 'k' }, { kind: 'value', value: theirs }, 5);
  const given = answers.answer(name, 5, { isRead: true });
  answers.close();
  answers.remember(name, { key: 'k' }, { kind: 'value', value: theirs }, 6);

  expect([...theirs.reveal()]).toEqual([7, 7, 7, 7]);
  expect(given?.result).toMatchObject({ kind: 'value' });
  expect(given?.result.kind === 'value' ? [...given.result.value.reveal()] : []).toEqual([7, 7, 7, 7]);
  expect(answers.answer(name, 0, { isRead: false })).toBeUndefined();
});

it('copies and overwrites values of members with all that is in them', () => {
  const inner = new MemberBytes(new Map([['deep', valueOf(3)]]));
  const value = new MemberBytes(new Map<string, SecretBytes>([['flat', valueOf(2)], ['inner', inner]]));
  const copy = ownCopy(value);
  expect(copy).toBeInstanceOf(MemberBytes);
  expect(copy.equals(value)).toBe(true);
  expect(bytesIn(value)).toBeGreaterThan(value.size + 5);
  wipe(value);

  expect([...value.reveal(), ...inner.reveal(), ...(inner.member('deep')?.reveal() ?? [])].every((byte) => byte === 0)).toBe(true);
  expect(copy instanceof MemberBytes ? [...(copy.member('flat')?.reveal() ?? [])] : []).toEqual([7, 7]);
});
