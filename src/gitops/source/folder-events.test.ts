import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { systemClock } from '../../lib/clock.ts';
import { createFolderEvents, type FolderEvents, type FolderEventsOptions } from './folder-events.ts';

const { signal } = new AbortController();
let root: string;
let events: FolderEvents | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'folder-events-'));
});

afterEach(async () => {
  events?.close();
  await rm(root, { recursive: true, force: true });
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** Watches the folder, and takes the first answer, which always comes at once. */
async function open(options: Partial<FolderEventsOptions> = {}): Promise<FolderEvents> {
  const opened = createFolderEvents(root, { clock: systemClock, isLeftOut: () => false, ...options });
  events = opened;
  await opened.next(signal);
  return opened;
}

/** Whether an answer comes after what was done, within a while. */
async function isHeard(opened: FolderEvents, done: () => Promise<unknown>): Promise<boolean> {
  await done();
  const over = AbortSignal.timeout(1_000);
  const heard = await opened.next(over).then(() => true, () => false);
  if (!heard) return false;
  // one write is told more than once
  await pause(50);
  await opened.next(AbortSignal.timeout(1)).catch(() => {});
  return true;
}

/** As a system whose watches are used up answers, or would, later on. */
function usedUp(): Error {
  return Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), { code: 'ENOSPC' });
}

describe('a folder that is watched', () => {
  it('tells of files in folders that come, go, and come again', async () => {
    await mkdir(join(root, 'a/b'), { recursive: true });
    const opened = await open();

    expect(await isHeard(opened, async () => {})).toBe(false);
    expect(await isHeard(opened, () => writeFile(join(root, 'a/b/one.yaml'), '1'))).toBe(true);
    expect(await isHeard(opened, () => mkdir(join(root, 'c/d'), { recursive: true }))).toBe(true);
    expect(await isHeard(opened, () => writeFile(join(root, 'c/d/two.yaml'), '2'))).toBe(true);
    expect(await isHeard(opened, () => rm(join(root, 'c'), { recursive: true }))).toBe(true);
    expect(await isHeard(opened, () => mkdir(join(root, 'c')))).toBe(true);
    expect(await isHeard(opened, () => writeFile(join(root, 'c/three.yaml'), '3'))).toBe(true);
    expect(await isHeard(opened, () => rename(join(root, 'a'), join(root, 'e')))).toBe(true);
    expect(await isHeard(opened, () => writeFile(join(root, 'e/b/one.yaml'), '4'))).toBe(true);
  });

  it('does not look into what is left out', async () => {
    await mkdir(join(root, 'out/deep'), { recursive: true });
    const watched: string[] = [];
    const opened = await open({
      isLeftOut: (path) => path.split('/')[0] === 'out',
      watch: (folder) => {
        watched.push(folder);
        return () => {};
      },
    });

    expect(watched).toEqual([root]);
    opened.close();
    const again = await open({ isLeftOut: (path) => path.split('/')[0] === 'out' });
    expect(await isHeard(again, () => writeFile(join(root, 'out/deep/a.yaml'), '1'))).toBe(false);
  });

  it('is looked at every two seconds where the system has no watches left', async () => {
    const clock = createFakeClock();
    const opened = await open({
      clock,
      watch: () => {
        throw usedUp();
      },
    });
    let answers = 0;
    const answered = opened.next(signal).then(() => (answers += 1));

    await clock.advance(1_900);
    expect(answers).toBe(0);
    await clock.advance(200);
    await answered;
    expect(answers).toBe(1);
  });

  it('is looked at from then on where a watch fails later', async () => {
    const clock = createFakeClock();
    const failing: ((error: Error) => void)[] = [];
    let closed = 0;
    const opened = await open({
      clock,
      watch: (_folder, _onChange, onError) => {
        failing.push(onError);
        return () => void (closed += 1);
      },
    });
    const first = opened.next(signal);
    failing[0]?.(usedUp());
    await first;
    expect(closed).toBe(1);

    const second = opened.next(signal);
    await clock.advance(2_000);
    await second;
  });

  it('is waited for no longer than somebody wants', async () => {
    const opened = await open();
    const enough = new AbortController();
    const waiting = expect(opened.next(enough.signal)).rejects.toThrow('enough');
    enough.abort(new Error('enough'));
    await waiting;
  });
});
