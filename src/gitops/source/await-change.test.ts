import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitRemote } from '../../../test/support/git-remote.ts';
import { systemClock } from '../../lib/clock.ts';
import { awaitChange } from './await-change.ts';

let folder: string;
let stop: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'await-change-'));
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort(new DOMException('over', 'AbortError'));
  await rm(folder, { recursive: true, force: true });
});

function change(places: readonly string[]): Promise<string> {
  const git = { cache: join(folder, 'cache'), protocols: ['file'], clock: systemClock, pollTtl: 0 } as const;
  // time goes by ten times as fast, so that servers are looked at twice a second
  return awaitChange(places, { git, clock: { ...systemClock, after: (ms, run) => systemClock.after(ms / 10, run) } }, stop.signal);
}

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a place that is waited for', () => {
  it('is a folder in which a file is written, in a new folder too', async () => {
    const [work, other] = [join(folder, 'work'), join(folder, 'other')];
    await mkdir(work);
    await mkdir(other);
    await writeFile(join(work, 'a.yaml'), 'a: 1\n');
    const changed = change([other, work]);
    await soon(200);
    await mkdir(join(work, 'deep'));
    await writeFile(join(work, 'deep/b.yaml'), 'b: 1\n');

    expect(await changed).toBe(work);
  });

  it('is not one in which only Git, or what Git ignores, has changed', async () => {
    const remote = await createGitRemote();
    try {
      const clone = join(folder, 'clone');
      await remote.write('.gitignore', '.prelude/\n');
      await remote.push('first');
      await remote.git('clone', '--quiet', remote.url, clone);
      await mkdir(join(clone, '.prelude'));
      let isOver = false;
      const changed = change([clone]).then((place) => ((isOver = true), place));
      await soon(200);
      await writeFile(join(clone, '.prelude/secret.yaml'), 'a: 1\n');
      await writeFile(join(clone, '.git/some'), 'a: 1\n');
      await soon(300);
      expect(isOver).toBe(false);

      await writeFile(join(clone, 'values.yaml'), 'a: 1\n');
      expect(await changed).toBe(clone);
    } finally {
      await remote.close();
    }
  });

  it('is a repository that somebody pushes to', async () => {
    const remote = await createGitRemote();
    try {
      await remote.write('a.yaml', 'a: 1\n');
      await remote.push('first');
      const changed = change([remote.url]);
      await soon(300);
      await remote.write('a.yaml', 'a: 2\n');
      await remote.push('second');

      expect(await changed).toBe(remote.url);
    } finally {
      await remote.close();
    }
  });

  it('must be there, and is waited for until somebody has had enough', async () => {
    await expect(change([join(folder, 'nothing')])).rejects.toThrow('is not a folder');
    const waiting = change([folder]);
    await soon(100);
    stop.abort(new DOMException('enough', 'AbortError'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
