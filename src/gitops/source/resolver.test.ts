import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitRemote, type GitRemote } from '../../../test/support/git-remote.ts';
import { systemClock } from '../../lib/clock.ts';
import type { GitOptions } from './git-repository.ts';
import { openHome } from './home.ts';
import { createResolver } from './resolver.ts';
import { isSourceError } from './source-error.ts';
import type { SourceTree } from './source-tree.ts';
import { openWorkTree } from './work-tree.ts';

const { signal } = new AbortController();
let remote: GitRemote;
let folder: string;

beforeEach(async () => {
  remote = await createGitRemote();
  folder = await realpath(await mkdtemp(join(tmpdir(), 'source-')));
});

afterEach(async () => {
  await remote.close();
  await rm(folder, { recursive: true, force: true });
});

function git(): GitOptions {
  return { cache: join(folder, 'cache'), protocols: ['file'], clock: systemClock, pollTtl: 0 };
}

async function write(path: string, text = 'a: 1\n'): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function paths(tree: SourceTree, path = ''): Promise<readonly string[]> {
  return (await tree.list(path, signal)).map((file) => file.path);
}

async function clone(): Promise<string> {
  return (await remote.git('rev-parse', '--show-toplevel')).trim();
}

async function kindOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isSourceError(error)) return error.kind;
  throw new Error('no SourceError was thrown', { cause: error });
}

describe('openWorkTree', () => {
  it('lists the regular files of a folder, sorted, without links and .git', async () => {
    await write('b.yaml');
    await write('a/c.yaml');
    await write('.git/config');
    await symlink('/etc/passwd', join(folder, 'link.yaml'));
    await symlink('/etc', join(folder, 'linked'));

    const { tree, git } = await openWorkTree(folder, signal);

    expect(await paths(tree)).toEqual(['a/c.yaml', 'b.yaml']);
    expect(await paths(tree, 'a')).toEqual(['a/c.yaml']);
    expect(await paths(tree, 'b')).toEqual([]);
    expect(tree.revision).toBe('worktree');
    expect(git).toBeUndefined();
  });

  it('leaves out what Git ignores and takes what is not committed yet', async () => {
    await remote.write('kept.yaml', 'a: 1\n');
    await remote.write('.gitignore', 'ignored/\n');
    await remote.push('first');
    await remote.write('new.yaml', 'a: 1\n');
    await remote.write('ignored/x.yaml', 'a: 1\n');
    const top = await clone();

    const { tree, git } = await openWorkTree(top, signal);

    expect(await paths(tree)).toEqual(['.gitignore', 'kept.yaml', 'new.yaml']);
    expect(git).toEqual({ top, prefix: '', remotes: [expect.stringMatching(/remote\.git$/)] });
    expect(await paths((await openWorkTree(join(top, 'ignored'), signal)).tree)).toEqual(['x.yaml']);
  });

  it('reads nothing through a link, be it the file or a folder on the way', async () => {
    await write('outside/secret.yaml', 'secret');
    await write('root/real.yaml');
    await symlink(join(folder, 'outside/secret.yaml'), join(folder, 'root/link.yaml'));
    await symlink(join(folder, 'outside'), join(folder, 'root/linked'));
    const { tree } = await openWorkTree(join(folder, 'root'), signal);

    for (const path of ['link.yaml', 'linked/secret.yaml', '../outside/secret.yaml', '/etc/passwd', '']) {
      expect(await kindOf(tree.read({ path, size: 1 }, signal))).toBe('absent');
    }
    expect(Buffer.from(await tree.read({ path: 'real.yaml', size: 5 }, signal)).toString()).toBe('a: 1\n');
  });

  it('says so when there is no such folder, and bounds a file by its size now', async () => {
    await write('big.yaml', 'x'.repeat(100));
    const { tree } = await openWorkTree(folder, signal, { files: 10, fileBytes: 50, deadline: 1000 });

    expect(await kindOf(openWorkTree(join(folder, 'nosuch'), signal))).toBe('absent');
    expect(await kindOf(openWorkTree(join(folder, 'big.yaml'), signal))).toBe('absent');
    expect(await kindOf(tree.read({ path: 'big.yaml', size: 1 }, signal))).toBe('tooLarge');
    expect(await kindOf((await openWorkTree(folder, signal, { files: 0, fileBytes: 1, deadline: 1000 })).tree.list('', signal))).toBe('tooLarge');
  });
});

describe('createResolver', () => {
  it('reads `.` and the remote of the work tree from PATH, and says which', async () => {
    await remote.write('testnets/devnet/a.yaml', 'a: 1\n');
    await remote.push('first');
    const home = await openHome(join(await clone(), 'testnets'), {}, signal);
    const resolver = createResolver({ home });

    const here = await resolver.resolve('.', 'whatever', signal);
    const whole = await resolver.resolve(`${remote.url}/`, 'nosuch', signal);

    expect(await paths(here)).toEqual(['devnet/a.yaml']);
    expect(here.readFrom).toEqual({ kind: 'home', label: home.label, prefix: '' });
    expect(await paths(whole)).toEqual(['testnets/devnet/a.yaml']);
    expect(whole.readFrom).toEqual({ kind: 'home', label: home.label, prefix: 'testnets' });
    expect(await resolver.poll('.', 'main', signal)).toBe('worktree');
  });

  it('reads a mapped repository from the place named, whatever its spelling', async () => {
    await write('a.yaml');
    await remote.write('b.yaml', 'a: 1\n');
    const commit = await remote.push('first');
    const resolver = createResolver({ mapped: new Map([['https://git.example/org/repo.git', folder], ['.', remote.url]]), git: git() });

    const tree = await resolver.resolve('git@git.example:org/repo', 'main', signal);

    expect(await paths(tree)).toEqual(['a.yaml']);
    expect(tree.readFrom).toEqual({ kind: 'folder', label: folder });
    expect(await resolver.poll('.', 'main', signal)).toBe(commit);
  });

  it('fetches other repositories where it may, and says so where it may not', async () => {
    await remote.write('b.yaml', 'a: 1\n');
    const commit = await remote.push('first');
    const online = createResolver({ git: git() });

    const tree = await online.resolve(remote.url, '', signal);

    expect(tree).toMatchObject({ revision: commit, readFrom: { kind: 'git', label: remote.url } });
    expect(await kindOf(createResolver({}).resolve('https://git.example/a', 'main', signal))).toBe('elsewhere');
    expect(await kindOf(createResolver({}).resolve('ext::sh', 'main', signal))).toBe('unsupported');
    expect(await kindOf(online.resolve('.', 'main', signal))).toBe('invalid');
  });

  it('refuses a token in repoURL, also where it names the repository at hand', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    await remote.push('first');
    await remote.git('remote', 'set-url', 'origin', 'https://canary@git.example/org/repo.git');
    const resolver = createResolver({ home: await openHome(await clone(), {}, signal) });

    expect(await paths(await resolver.resolve('https://git.example/org/repo', 'main', signal))).toEqual(['a.yaml']);
    await expect(resolver.resolve('https://canary@git.example/org/repo', 'main', signal)).rejects.toThrow(/^credentials do not belong in an Application(?!.*canary)/);
  });
});

describe('openHome', () => {
  it('opens a Git URL at a revision', async () => {
    await remote.write('a.yaml', 'a: 1\n');
    const first = await remote.push('first');
    await remote.write('b.yaml', 'a: 1\n');
    await remote.push('second');

    const home = await openHome(`${remote.url}?ref=${first}`, { git: git() }, signal);

    expect(home.tree.revision).toBe(first);
    expect(await paths((await createResolver({ home }).resolve(remote.url, 'main', signal)))).toEqual(['a.yaml']);
    expect((await openHome(remote.url, { git: git(), revision: 'main' }, signal)).tree.revision).not.toBe(first);
    expect(await kindOf(openHome(`${remote.url}?ref=${first}`, { git: git(), revision: 'main' }, signal))).toBe('invalid');
    expect(await kindOf(openHome(`${remote.url}?token=x`, { git: git() }, signal))).toBe('invalid');
    expect(await kindOf(openHome(remote.url, {}, signal))).toBe('elsewhere');
    expect(await kindOf(openHome(folder, { revision: 'main' }, signal))).toBe('invalid');
  });
});
