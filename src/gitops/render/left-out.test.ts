import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitRemote, type GitRemote } from '../../../test/support/git-remote.ts';
import { type Application, parseApplication } from '../../api/application.ts';
import { systemClock } from '../../lib/clock.ts';
import { createGitRepository } from '../source/git-repository.ts';
import type { SourceTree } from '../source/source-tree.ts';
import { openWorkTree } from '../source/work-tree.ts';
import { createManifestReader } from './manifest-reader.ts';
import { createRenderers, renderSource } from './render-source.ts';

const { signal } = new AbortController();
const link = 'is a symbolic link, which is not followed; commit the file itself';
const linkedFolder = 'is a symbolic link to a folder, which is not followed; commit the files themselves, or name it in directory.exclude';
const submodule = 'is a submodule, which is not read; commit the files themselves, or name it in directory.exclude';
let remote: GitRemote;
let clone: string;
let folder: string;

beforeEach(async () => {
  remote = await createGitRemote();
  clone = (await remote.git('rev-parse', '--show-toplevel')).trim();
  folder = await realpath(await mkdtemp(join(tmpdir(), 'left-out-')));
});

afterEach(async () => {
  await remote.close();
  await rm(folder, { recursive: true, force: true });
});

function application(path: string, directory: Readonly<Record<string, unknown>>): Application {
  const parsed = parseApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'net', namespace: 'argocd' },
    spec: { source: { repoURL: '.', path, directory }, destination: { server: 'https://kubernetes.default.svc', namespace: 'net' } },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

async function problems(tree: SourceTree, directory: Readonly<Record<string, unknown>> = {}, path = 'net'): Promise<Readonly<Record<string, string>>> {
  const asked = application(path, directory);
  const rendered = await renderSource(createRenderers(createManifestReader(1 << 20)), { application: asked, tree, path, source: asked.spec.source, field: 'spec.source', lent: new Map() }, undefined, signal);
  return Object.fromEntries(rendered.problems.map(({ severity, origin, path: field, message }) => [origin?.file ?? field ?? '', `${severity}: ${message}`]));
}

/** The same files in each of the places that trees are read from. */
const places: Readonly<Record<string, () => Promise<SourceTree>>> = {
  'a work tree': async () => (await openWorkTree(clone, signal)).tree,
  'a folder': async () => {
    await rm(join(clone, '.git'), { recursive: true });
    return (await openWorkTree(clone, signal)).tree;
  },
  'a bare repository': async () => createGitRepository(remote.url, { cache: join(folder, 'git'), protocols: ['file'], clock: systemClock, pollTtl: 0 }).tree('main', signal),
};

async function writeLinks(): Promise<void> {
  await remote.write('net/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
  await remote.write('shared/b.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n');
  await remote.write('README.md', 'text\n');
  await mkdir(join(clone, 'net/sub'));
  await symlink('../shared/b.yaml', join(clone, 'net/b.yaml'));
  await symlink('nowhere', join(clone, 'net/gone.json'));
  await symlink('../README.md', join(clone, 'net/README.md'));
  await symlink('../shared', join(clone, 'net/linked'));
  await symlink('../../shared/b.yaml', join(clone, 'net/sub/c.yml'));
  await symlink('net', join(clone, 'other'));
  await remote.push('links');
}

describe.each(Object.keys(places))('links in %s', (place) => {
  async function open(): Promise<SourceTree> {
    await writeLinks();
    const tree = await places[place]?.();
    if (tree === undefined) throw new Error('no such place');
    return tree;
  }

  it('refuses those that would be manifests, each by its name', async () => {
    const tree = await open();

    expect(await problems(tree)).toEqual({ 'net/b.yaml': `error: ${link}`, 'net/gone.json': `error: ${link}` });
    expect(await problems(tree, { recurse: true })).toEqual({
      'net/b.yaml': `error: ${link}`,
      'net/gone.json': `error: ${link}`,
      'net/sub/c.yml': `error: ${link}`,
      'net/linked': `error: ${linkedFolder}`,
    });
  });

  it('leaves alone what the Application does not select', async () => {
    const tree = await open();

    expect(await problems(tree, { include: 'a.*' })).toEqual({});
    expect(await problems(tree, { recurse: true, exclude: '{b.yaml,*.json,sub/*,linked/*}' })).toEqual({});
    expect(await problems(tree, {}, 'shared')).toEqual({});
  });

  it('refuses a folder that is a link, or in which nothing but links is left', async () => {
    await mkdir(join(clone, 'only'));
    await symlink('../shared', join(clone, 'only/linked'));
    const tree = await open();
    const refused = { 'spec.source.path': 'error: is, or holds, nothing but symbolic links or submodules, which are not followed; commit the files themselves' };

    expect(await problems(tree, {}, 'other')).toEqual(refused);
    expect(await problems(tree, {}, 'only')).toEqual(refused);
  });
});

describe.each(['a work tree', 'a bare repository'])('a submodule in %s', (place) => {
  it('is refused where folders below are read', async () => {
    await remote.write('net/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
    await remote.push('first');
    const commit = (await remote.git('rev-parse', 'HEAD')).trim();
    // what `git submodule add` leaves in the index, and an empty folder where it was never fetched
    await mkdir(join(clone, 'net/sub'));
    await remote.git('update-index', '--add', '--cacheinfo', `160000,${commit},net/sub`);
    await remote.push('submodule');
    const tree = await places[place]?.();
    if (tree === undefined) throw new Error('no such place');

    expect(await problems(tree, { recurse: true })).toEqual({ 'net/sub': `error: ${submodule}` });
    expect(await problems(tree)).toEqual({});
    expect(await problems(tree, { recurse: true, exclude: 'sub' })).toEqual({});
  });
});

it('does not take a folder for a submodule that stands where a committed file stood', async () => {
  await remote.write('net/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
  await remote.write('net/sub', 'a file');
  await remote.push('first');
  await remote.remove('net/sub');
  await mkdir(dirname(join(clone, 'net/sub/c.yaml')), { recursive: true });
  await writeFile(join(clone, 'net/sub/c.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n');

  expect(await problems((await openWorkTree(clone, signal)).tree, { recurse: true })).toEqual({});
});

describe('a pointer of Git LFS', () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`;
  const lfs = 'error: is a pointer of Git LFS, whose content is never fetched; commit the file itself';
  const read = async (files: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> => {
    for (const [name, text] of Object.entries(files)) await remote.write(`net/${name}`, text);
    await remote.push('pointers');
    const tree = await createGitRepository(remote.url, { cache: join(folder, 'git'), protocols: ['file'], clock: systemClock, pollTtl: 0 }).tree('main', signal);
    return problems(tree);
  };

  it('is refused as a manifest', async () => {
    expect(await read({ 'a.yaml': pointer, 'logo.png': pointer })).toEqual({ 'net/a.yaml': lfs });
  });

  it('is refused in a kustomization', async () => {
    expect(await read({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': pointer })).toEqual({ 'net/a.yaml': lfs });
  });

  it('is refused in a chart, unless the chart leaves it out', async () => {
    const chart = { 'Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n', 'templates/logo.png': pointer };
    expect(await read(chart)).toEqual({ 'net/Chart.yaml': `error: templates/logo.png ${lfs.slice('error: '.length)}, or name it in .helmignore` });
    expect(await read({ ...chart, '.helmignore': '*.png\n' })).toEqual({});
  });
});
