import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGitRemote } from '../../../test/support/git-remote.ts';
import { createMoodyGit } from '../../../test/support/moody-git.ts';
import { systemClock } from '../../lib/clock.ts';
import { type AwaitChangeOptions, awaitChange } from './await-change.ts';

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

function change(places: readonly string[], options: Pick<AwaitChangeOptions, 'revision' | 'recordedIn'> = {}): Promise<string> {
  const git = { cache: join(folder, 'cache'), protocols: ['file'], clock: systemClock, pollTtl: 0 } as const;
  // time goes by ten times as fast, so that servers are looked at twice a second
  return awaitChange(places, { git, clock: { ...systemClock, after: (ms, run) => systemClock.after(ms / 10, run) }, ...options }, stop.signal);
}

/** Writes a file again and again: the first time may be from before the place was looked at. */
async function writeUntil(changed: Promise<string>, file: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    await writeFile(file, 'a: 1\n'.repeat(count));
    const place = await Promise.race([changed, soon(300)]);
    if (typeof place === 'string') return place;
  }
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

    expect(await writeUntil(changed, join(work, 'deep/b.yaml'))).toBe(work);
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

      expect(await writeUntil(changed, join(clone, 'values.yaml'))).toBe(clone);
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
      await soon(1_000);
      await remote.write('a.yaml', 'a: 2\n');
      await remote.push('second');

      expect(await changed).toBe(remote.url);
      // whoever reads it meanwhile has the clone to himself
      await expect(readdir(join(folder, 'cache'))).rejects.toThrow('ENOENT');
    } finally {
      await remote.close();
    }
  });

  it('is the branch that ?ref= names, and no other', async () => {
    const remote = await createGitRemote();
    try {
      await remote.write('a.yaml', 'a: 1\n');
      await remote.push('first');
      await remote.git('push', '--quiet', 'origin', 'HEAD:refs/heads/other');
      let isOver = false;
      const place = `${remote.url}?ref=other`;
      const changed = change([place]).then((one) => ((isOver = true), one));
      await soon(300);
      await remote.write('a.yaml', 'a: 2\n');
      await remote.push('second');
      await soon(800);
      expect(isOver).toBe(false);

      await remote.git('push', '--quiet', 'origin', 'HEAD:refs/heads/other');
      expect(await changed).toBe(place);
      await expect(change([place], { revision: 'main' })).rejects.toThrow('disagree');
    } finally {
      await remote.close();
    }
  });

  it('is a repository whose server was away at the call, once it answers', async () => {
    const remote = await createGitRemote();
    const git = await createMoodyGit();
    vi.stubEnv('PATH', git.path);
    try {
      await remote.write('a.yaml', 'a: 1\n');
      await remote.push('first');
      await git.fail(' ls-remote ', "fatal: unable to access 'https://git.example/': Failed to connect to git.example port 443 after 7 ms: Couldn't connect to server");
      const changed = change([remote.url]);
      await vi.waitFor(async () => expect(await git.failures()).toBe(2), 5_000);
      await git.fail('\u0001', '');

      expect(await changed).toBe(remote.url);
    } finally {
      vi.unstubAllEnvs();
      await git.close();
      await remote.close();
    }
  });

  it('is not a folder in which nothing has changed but what up itself records there', async () => {
    const work = join(folder, 'work');
    await mkdir(work);
    await writeFile(join(work, 'a.yaml'), 'a: 1\n');
    let isOver = false;
    // the first pass makes it
    const changed = change([work], { recordedIn: join(work, 'deep/.prelude') }).then((place) => ((isOver = true), place));
    await soon(200);
    await mkdir(join(work, 'deep/.prelude/devnet'), { recursive: true });
    await writeFile(join(work, 'deep/.prelude/devnet/secret.yaml'), 'a: 1\n');
    await soon(300);
    expect(isOver).toBe(false);

    expect(await writeUntil(changed, join(work, 'deep/.prelude-notes.yaml'))).toBe(work);
  });

  it('is a folder with a node_modules of which files are read', async () => {
    const work = join(folder, 'work');
    await mkdir(join(work, 'node_modules/chart'), { recursive: true });
    await writeFile(join(work, 'node_modules/chart/a.yaml'), 'a: 1\n');
    const changed = change([work]);

    expect(await writeUntil(changed, join(work, 'node_modules/chart/a.yaml'))).toBe(work);
  });

  it('must be there, and is waited for until somebody has had enough', async () => {
    await expect(change([join(folder, 'nothing')])).rejects.toThrow('is not a folder');
    const waiting = change([folder]);
    await soon(100);
    stop.abort(new DOMException('enough', 'AbortError'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
