import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, realpath, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGitRemote, type GitRemote } from '../../../test/support/git-remote.ts';
import { createMoodyGit } from '../../../test/support/moody-git.ts';
import { systemClock } from '../../lib/clock.ts';
import { createGitRepository, type GitOptions, type GitRepository } from './git-repository.ts';
import { createServerTurns } from './server-turns.ts';
import { isSourceError } from './source-error.ts';
import { defaultTreeLimits } from './tree-limits.ts';

const run = promisify(execFile);
const { signal } = new AbortController();
let remote: GitRemote;
let cache: string;

beforeEach(async () => {
  remote = await createGitRemote();
  cache = await realpath(await mkdtemp(join(tmpdir(), 'git-cache-')));
});

afterEach(async () => {
  await remote.close();
  await rm(cache, { recursive: true, force: true });
});

function open(options: Partial<GitOptions> = {}, url = remote.url): GitRepository {
  return createGitRepository(url, { cache: join(cache, 'git'), protocols: ['file'], clock: systemClock, pollTtl: 0, ...options });
}

async function readAll(repository: GitRepository, revision: string, path = ''): Promise<Record<string, string>> {
  const tree = await repository.tree(revision, signal);
  const files = await tree.list(path, signal);
  const contents = await Promise.all(files.map((file) => tree.read(file, signal)));
  return Object.fromEntries(files.map((file, index) => [file.path, Buffer.from(contents[index] ?? '').toString()]));
}

async function kindOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isSourceError(error)) return `${error.kind}: ${error.message.replace(remote.url, 'URL')}`;
  throw new Error('no SourceError was thrown', { cause: error });
}

describe('createGitRepository', () => {
  it('reads the files of a branch, a tag, an annotated tag, a ref and a commit', async () => {
    await remote.write('a/one.yaml', 'one: 1\n');
    await remote.write('two.yaml', 'two: 2\n');
    const first = await remote.push('first');
    await remote.git('tag', 'light');
    await remote.git('-c', 'user.name=x', '-c', 'user.email=x@x', 'tag', '-a', 'heavy', '-m', 'tag');
    await remote.git('push', 'origin', '--tags');
    await remote.write('two.yaml', 'two: 3\n');
    const second = await remote.push('second');
    const repository = open();

    expect(await readAll(repository, 'main')).toEqual({ 'a/one.yaml': 'one: 1\n', 'two.yaml': 'two: 3\n' });
    expect(await readAll(repository, 'HEAD', 'a')).toEqual({ 'a/one.yaml': 'one: 1\n' });
    for (const revision of ['light', 'heavy', 'refs/tags/heavy', first]) expect((await readAll(repository, revision))['two.yaml']).toBe('two: 2\n');
    expect((await repository.tree('heavy', signal)).revision).toBe(first);
    expect((await repository.tree('main', signal)).revision).toBe(second);
  });

  it('polls without fetching, and sees a push', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    const first = await remote.push('first');
    const repository = open();

    expect(await repository.poll('main', signal)).toBe(first);
    await remote.write('a.yaml', 'a: 2\n');
    const second = await remote.push('second');
    expect(await repository.poll('main', signal)).toBe(second);
    await expect(readdir(join(cache, 'git'))).rejects.toThrow('ENOENT');
  });

  it('answers a full commit without asking the server', async () => {
    const repository = open({}, 'file:///nowhere/at/all.git');

    expect(await repository.poll('A'.repeat(40), signal)).toBe('a'.repeat(40));
  });

  it('follows a force push', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    await remote.push('first');
    const repository = open();
    await readAll(repository, 'main');
    await remote.write('a.yaml', 'a: 2\n');
    await remote.git('add', '--all');
    await remote.git('commit', '--amend', '--message', 'rewritten');
    await remote.git('push', '--force', 'origin', 'HEAD:main');

    expect(await readAll(repository, 'main')).toEqual({ 'a.yaml': 'a: 2\n' });
  });

  it('keeps a bare, shallow clone that others cannot read, and checks nothing out', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    await remote.push('first');
    await remote.write('a.yaml', 'a: 2\n');
    const second = await remote.push('second');
    await readAll(open(), 'main');

    const [clone] = await readdir(join(cache, 'git'));
    const folder = join(cache, 'git', clone ?? '');
    expect((await stat(join(cache, 'git'))).mode & 0o777).toBe(0o700);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const { stdout } = await run('git', ['--git-dir', folder, 'rev-list', '--all']);
    expect(stdout.trim()).toBe(second);
    expect(await readdir(folder)).not.toContain('a.yaml');
  });

  it('leaves out links and submodules', async () => {
    await remote.write('real.yaml', 'a: 1\n');
    await remote.push('first');
    const clone = (await remote.git('rev-parse', '--show-toplevel')).trim();
    await symlink('/etc/passwd', join(clone, 'link.yaml'));
    await remote.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`);
    await remote.git('add', 'link.yaml');
    await remote.git('-c', 'user.name=x', '-c', 'user.email=x@x', 'commit', '-m', 'links');
    await remote.git('push', 'origin', 'HEAD:main');

    expect(await readAll(open(), 'main')).toEqual({ 'real.yaml': 'a: 1\n' });
  });

  it('reads file names with spaces, quotes, line feeds and other scripts', async () => {
    const names = ['a b.yaml', 'ключ.yaml', 'q"uote.yaml', 'tab\there.yaml', 'line\nfeed.yaml', '-dash.yaml'];
    for (const name of names) await remote.write(name, `name: ${JSON.stringify(name)}\n`);
    await remote.push('names');

    const contents = await readAll(open(), 'main');

    expect(new Set(Object.keys(contents))).toEqual(new Set(names));
    for (const name of names) expect(contents[name]).toBe(`name: ${JSON.stringify(name)}\n`);
  });

  it('reads a thousand files, empty and binary ones among them, in few processes', async () => {
    for (let i = 0; i < 1000; i += 1) await remote.write(`f/${i}.yaml`, i % 10 === 0 ? '' : `i: ${i}\n`.repeat(i % 7));
    await remote.push('many');
    const started = performance.now();

    const contents = await readAll(open(), 'main', 'f');

    expect(Object.keys(contents)).toHaveLength(1000);
    expect(contents['f/999.yaml']).toBe('i: 999\n'.repeat(5));
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('says what is wrong, and about which repository', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    const commit = await remote.push('first');
    await remote.git('tag', 'twice');
    await remote.write('a.yaml', 'a: 2\n');
    await remote.push('second');
    await remote.git('push', 'origin', 'HEAD:refs/heads/twice', '--tags');
    const repository = open();
    const blob = (await remote.git('rev-parse', 'HEAD:a.yaml')).trim();

    expect(await kindOf(repository.tree('nosuch', signal))).toBe('absent: URL: there is no revision "nosuch"');
    expect(await kindOf(repository.tree(commit.slice(0, 8), signal))).toBe(`absent: URL: there is no revision "${commit.slice(0, 8)}"; commits are named by all their digits`);
    expect(await kindOf(repository.tree('twice', signal))).toBe('invalid: URL: "twice" is both a branch and a tag; write refs/heads/twice or refs/tags/twice');
    expect(await kindOf(repository.tree('--upload-pack=x', signal))).toBe('invalid: targetRevision is not a branch, a tag, a commit or a range of versions');
    expect(await kindOf(repository.tree('f'.repeat(40), signal))).toMatch(/^absent: URL: /);
    expect(await kindOf(repository.tree(blob, signal))).toMatch(/^invalid: URL: .* is a blob, not a commit$/);
    expect(await kindOf(open({}, 'file:///nowhere/at/all.git').tree('main', signal))).toMatch(/^absent: file:\/\/\/nowhere/);
    expect(await kindOf(open({ limits: { ...defaultTreeLimits, files: 0 } }).tree('main', signal))).toBe('tooLarge: URL: the repository has more than 0 files');
    expect(await kindOf(readAll(open({ limits: { ...defaultTreeLimits, fileBytes: 2 } }), 'main'))).toBe('tooLarge: a.yaml is larger than 2 bytes');
  });

  it('refuses protocols it was not given', () => {
    expect(() => open({ protocols: ['https'] })).toThrow('file repositories are not allowed here');
    expect(() => open({}, 'git@git.example:a/b.git')).toThrow('ssh repositories are not allowed here');
    expect(() => open({}, 'ext::sh -c id')).toThrow('not an address');
  });

  it('does not run hooks or follow the configuration of the clone', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    await remote.push('first');
    const repository = open();
    await readAll(repository, 'main');
    const [clone] = await readdir(join(cache, 'git'));
    await writeFile(join(cache, 'git', clone ?? '', 'config'), `[core]\n\tbare = true\n\trepositoryformatversion = 0\n\tfsmonitor = touch ${cache}/ran\n\tsshCommand = touch ${cache}/ran\n`);
    await remote.write('a.yaml', 'a: 2\n');
    await remote.push('second');

    expect(await readAll(repository, 'main')).toEqual({ 'a.yaml': 'a: 2\n' });
    expect(await readdir(cache)).toEqual(['git']);
  });

  it('recovers from the lock of a process that is gone', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    await remote.push('first');
    await readAll(open(), 'main');
    const [clone] = await readdir(join(cache, 'git'));
    const lock = join(cache, 'git', clone ?? '', 'shallow.lock');
    await writeFile(lock, '');
    await utimes(lock, new Date(0), new Date(0));
    await remote.write('a.yaml', 'a: 2\n');
    await remote.push('second');

    expect(await readAll(open(), 'main')).toEqual({ 'a.yaml': 'a: 2\n' });
  });

  it('stops at once when the signal aborts, without harm to others that ask the same', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    const commit = await remote.push('first');
    const repository = open({ pollTtl: 60_000 });
    const controller = new AbortController();
    const given = repository.poll('main', controller.signal);
    const refused = expect(given).rejects.toThrow('enough');
    const other = repository.poll('main', signal);

    controller.abort(new Error('enough'));

    await refused;
    expect(await other).toBe(commit);
  });

  it('lets go at once of who gives up what another has asked, and goes on for that one', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    const commit = await remote.push('first');
    const repository = open({ pollTtl: 60_000 });
    let answered = false;
    const given = repository.poll('main', signal).finally(() => (answered = true));
    const controller = new AbortController();
    const other = repository.poll('main', controller.signal);

    controller.abort(new Error('enough'));

    await expect(other).rejects.toThrow('enough');
    expect(answered).toBe(false);
    expect(await given).toBe(commit);
  });

  it('looks for another way to a commit where one is refused, and for none where the server is away', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    const commit = await remote.push('first');
    const git = await createMoodyGit();
    vi.stubEnv('PATH', git.path);
    try {
      await git.fail(' fetch ', "fatal: unable to access 'https://git.example/': Failed to connect to git.example port 443 after 7 ms: Couldn't connect to server");
      expect(await kindOf(open().tree('main', signal))).toMatch(/^unavailable: .*Failed to connect/);
      expect(await git.failures()).toBe(1);

      await git.fail(' --depth=1 ', `error: Server does not allow request for unadvertised object ${commit}`);
      expect(await readAll(open(), 'main')).toEqual({ 'a.yaml': 'a: 1\n' });
      expect(await git.failures()).toBe(2);
      const [clone] = await readdir(join(cache, 'git'));
      const { stdout } = await run('git', ['--git-dir', join(cache, 'git', clone ?? ''), 'for-each-ref', '--format=%(refname)']);
      expect(stdout.trim()).toMatch(new RegExp(`^refs/prelude/kept/\\d+/${commit}$`));
    } finally {
      vi.unstubAllEnvs();
      await git.close();
    }
  });

  it('lets a server rest that cannot be reached, with all its repositories', async () => {
    const git = await createMoodyGit();
    vi.stubEnv('PATH', git.path);
    try {
      await git.fail(' ls-remote ', "fatal: unable to access 'https://git.example/': Failed to connect to git.example port 443 after 7 ms: Couldn't connect to server");
      const resolve = async () => [{ address: '203.0.113.7', family: 4 }];
      const options = { protocols: ['https'], hosts: { allowLoopback: false, resolve }, turns: createServerTurns(systemClock) } satisfies Partial<GitOptions>;

      for (const name of ['a', 'b', 'a']) expect(await kindOf(open(options, `https://git.example/${name}.git`).poll('main', signal))).toBe(`unavailable: https://git.example/${name}.git: Failed to connect to git.example port 443: Couldn't connect to server`);
      expect(await git.failures()).toBe(1);
    } finally {
      vi.unstubAllEnvs();
      await git.close();
    }
  });

  it('gives up a repository that is larger than it may be, and leaves nothing of it on the disk', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    const small = await remote.push('small');
    const repository = open({ cloneBytes: 1 << 20 });
    await repository.tree('main', signal);
    await writeFile(join(remote.folder, 'large.bin'), randomBytes(3 << 20));
    await remote.push('large');

    expect(await kindOf(repository.tree('main', signal))).toBe('tooLarge: URL: the repository is larger than 1048576 bytes');
    expect(await readdir(join(cache, 'git'))).toEqual([]);
    expect(await readAll(repository, small)).toEqual({ 'a.yaml': 'a: 1\n' });
  });

  it('drops the commits it holds where one more is too large beside them, and not alone', async () => {
    const repository = open({ cloneBytes: 1 << 20 });
    let commit = '';
    for (let i = 0; i < 5; i += 1) {
      await writeFile(join(remote.folder, 'large.bin'), randomBytes(400 << 10));
      commit = await remote.push(`commit ${i}`);
      expect((await repository.tree('main', signal)).revision).toBe(commit);
    }

    const [clone] = await readdir(join(cache, 'git'));
    const { stdout } = await run('git', ['--git-dir', join(cache, 'git', clone ?? ''), 'for-each-ref', '--format=%(refname)']);
    expect(stdout.trim().split('\n').length).toBeLessThan(3);
    expect(stdout).toContain(commit);
  });

  it('forgets old commits, so that the clone does not grow without bound', async () => {
    const repository = open({ pollTtl: 60_000 });
    await remote.write('a.yaml', 'a: 0\n');
    await remote.push('first');
    for (let i = 1; i <= 41; i += 1) {
      await remote.write('a.yaml', `a: ${i}\n`);
      await remote.git('commit', '--all', '--message', `commit ${i}`);
    }
    // a branch for each commit, so that the server hands each out
    await remote.git('push', 'origin', ...Array.from({ length: 41 }, (_, i) => `HEAD~${40 - i}:refs/heads/b${i + 1}`));
    for (let i = 1; i <= 41; i += 1) await repository.tree(`b${i}`, signal);

    const [clone] = await readdir(join(cache, 'git'));
    const { stdout } = await run('git', ['--git-dir', join(cache, 'git', clone ?? ''), 'for-each-ref']);
    expect(stdout.trim().split('\n').length).toBeLessThan(40);
    expect(await readAll(repository, 'b41')).toEqual({ 'a.yaml': 'a: 41\n' });
  }, 60_000);
});
