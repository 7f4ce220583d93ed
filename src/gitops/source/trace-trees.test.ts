import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGitRemote, type GitRemote } from '../../../test/support/git-remote.ts';
import { systemClock } from '../../lib/clock.ts';
import { createResolver, type Resolver } from './resolver.ts';
import { holdsTrace, traceTrees } from './trace-trees.ts';

const { signal } = new AbortController();
let remote: GitRemote;
let cache: string;
let resolver: Resolver;

beforeEach(async () => {
  [remote, cache] = await Promise.all([createGitRemote(), mkdtemp(join(tmpdir(), 'trace-trees-'))]);
  resolver = createResolver({ git: { cache, protocols: ['file'], clock: systemClock } });
});

afterEach(async () => {
  await remote.close();
  await rm(cache, { recursive: true, force: true });
});

/** Commits these files, and answers whether what was read of the first commit stands there just so. */
async function holdsAfter(change: () => Promise<void>): Promise<boolean> {
  await remote.write('a/one.yaml', 'one');
  await remote.write('a/two.yaml', 'two');
  await remote.write('values/a.yaml', 'shared');
  await remote.write('b/other.yaml', 'other');
  const tracing = traceTrees(resolver);
  const tree = await tracing.resolve(remote.url, await remote.push('first'), signal);
  const files = await tree.list('a', signal);
  await tree.leftOut('a', signal);
  for (const file of files) await tree.read(file, signal);
  await tree.read({ path: 'values/a.yaml', size: 6 }, signal);
  // what is not there counts, too
  await tree.list('values/missing.yaml', signal);
  await change();
  const [trace] = tracing.traces;
  if (trace === undefined) throw new Error('a tree was asked for');
  return holdsTrace(await resolver.resolve(remote.url, await remote.push('second'), signal), trace);
}

it('holds at a commit that changes what was not read', async () => {
  expect(await holdsAfter(() => remote.write('b/other.yaml', 'changed'))).toBe(true);
});

it.each([
  ['changes a file of a folder that was listed', () => remote.write('a/one.yaml', 'changed')],
  ['adds a file to one', () => remote.write('a/three.yaml', 'three')],
  ['removes a file of one', () => remote.remove('a/two.yaml')],
  ['moves the content of one file to another name', async () => {
    await remote.remove('a/two.yaml');
    await remote.write('a/2.yaml', 'two');
  }],
  ['changes a file that was read by itself', () => remote.write('values/a.yaml', 'changed')],
  ['makes a file that was looked for in vain', () => remote.write('values/missing.yaml', 'here')],
  ['makes a link of a file', async () => {
    await remote.remove('a/two.yaml');
    await symlink('../b/other.yaml', join(remote.folder, 'a/two.yaml'));
  }],
])('does not hold at a commit that %s', async (_title, change) => {
  expect(await holdsAfter(change)).toBe(false);
});

it('does not hold for files that are in no commit', async () => {
  const folders = createResolver({ mapped: new Map([['https://git.example/a.git', remote.folder]]) });
  await remote.write('a/one.yaml', 'one');
  const tracing = traceTrees(folders);
  const tree = await tracing.resolve('https://git.example/a.git', 'main', signal);
  await tree.list('a', signal);

  expect(tracing.traces.map((trace) => holdsTrace(tree, trace))).toEqual([false]);
});
