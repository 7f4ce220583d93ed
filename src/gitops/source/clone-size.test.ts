import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { withinSize } from './clone-size.ts';

const { signal } = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clone-size-'));
});
afterEach(() => rm(folder, { recursive: true }));

const ended = (until: AbortSignal): Promise<void> =>
  new Promise((_resolve, reject) => {
    until.addEventListener('abort', () => reject(until.reason), { once: true });
  });

it('a folder that grows beyond its bound ends what fills it, while it is being filled', async () => {
  const filling = withinSize(folder, { most: 1_000, clock: systemClock, signal }, async (until) => {
    await writeFile(join(folder, 'pack'), Buffer.alloc(1_001));
    await ended(until);
  });

  await expect(filling).rejects.toThrow(expect.objectContaining({ kind: 'tooLarge', message: 'the repository is larger than 1000 bytes' }));
});

it('one that has been filled between two looks is told as well, and one within its bound is not', async () => {
  const fill = (bytes: number): Promise<void> => withinSize(folder, { most: 1_000, clock: systemClock, signal }, () => writeFile(join(folder, 'pack'), Buffer.alloc(bytes)));

  await expect(fill(1_001)).rejects.toThrow('larger');
  await expect(fill(1_000)).resolves.toBeUndefined();
});

it('whoever has asked ends it with their own reason', async () => {
  const mine = new AbortController();
  const filling = withinSize(folder, { most: 1_000, clock: systemClock, signal: mine.signal }, ended);
  mine.abort(new Error('enough'));

  await expect(filling).rejects.toThrow('enough');
});

it('nobody looks any more once it is filled, not even who was looking just then', async () => {
  let looks = 0;
  const clock = {
    ...systemClock,
    after: (_ms: number, run: () => void) => {
      looks += 1;
      return systemClock.after(0, run);
    },
  };
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, 30);
    });
  await withinSize(folder, { most: 1_000, clock, signal }, pause);
  const before = looks;
  await pause();

  expect(before).toBeGreaterThan(0);
  expect(looks).toBe(before);
});
