import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitRemote, type GitRemote } from '../../../test/support/git-remote.ts';
import { readRepository } from '../../cli/read-repository.ts';
import { isRefused } from '../../gitops/plan/planned-application.ts';
import { promoteTestnet, setTestnetImage, type ChangeOptions } from './change-testnet.ts';
import { readValues, splitImage } from './image-places.ts';
import { newTestnet } from './new-testnet.ts';
import { promoteImages } from './promote-images.ts';
import { parseWantedImage, setImage } from './set-image.ts';

const never = new AbortController().signal;

const application = (name: string, version: string): string => `# ${name}
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name} }
spec:
  sources:
    - repoURL: https://charts.example
      chart: redis
      targetRevision: ${version} # proved
    - repoURL: .
      targetRevision: HEAD
      path: charts/testnet
      helm: { valueFiles: [/testnets/${name}/values.yaml] }
`;
const devnet = `image: { tag: "2.1.0" }
archive:
  image:
    tag: "1.10"
sidecarImage: registry.example/sidecar:7
`;
const berlin = `# what berlin has
faucet:
  image:
    tag: 1.4.1 # stays
archive:
  # the archive node
  image:
    repository: own/archive
    tag: '1.9'   # older
sidecarImage: registry.example/sidecar:6
`;

describe('promoteImages', () => {
  it('copies tags, and leaves all else byte for byte', () => {
    const { text, changes, notes } = promoteImages(devnet, berlin);

    expect(text).toBe(`${berlin.replace("tag: '1.9'", "tag: '1.10'").replace('registry.example/sidecar:6', '"registry.example/sidecar:7"')}image:\n  tag: 2.1.0\n`);
    expect(changes).toEqual(["image: the chart's own -> 2.1.0", 'archive.image: 1.9 -> 1.10', 'sidecarImage: 6 -> 7']);
    expect(notes).toEqual(['faucet.image stays at 1.4.1: the other testnet says none']);
  });

  it.each([
    ['image: mirror.example/node:1', 'image: registry.example/node:2', 'image stays at mirror.example/node:1: the other testnet has it from registry.example/node'],
    ['image: { repository: own/node, tag: "1" }', 'image: { repository: node, tag: "2" }', 'image stays at own/node:1: the other testnet has it from node'],
    ['image: node@sha256:00', 'image: node:2', 'image stays at node@sha256:00: a digest is not changed'],
    ['image: node:1@sha256:00', 'image: node:2', 'image stays at node:1@sha256:00: a digest is not changed'],
    ['image: { tag: "1", digest: "sha256:00" }', 'image: { tag: "2" }', 'image stays at 1@sha256:00: a digest is not changed'],
    ['image: { tag: "1" }', 'image: { tag: "2", digest: "sha256:00" }', 'image stays at 1: the other testnet names a digest, which is not copied'],
    ['image: node:1', 'image: node@sha256:00', 'image stays at node:1: the other testnet names a digest, which is not copied'],
  ])('leaves %j where the other has %j, and says so', (ours, theirs, note) => {
    expect(promoteImages(`${theirs}\n`, `${ours}\n`)).toEqual({ text: `${ours}\n`, changes: [], notes: [note] });
  });

  it('has nothing to do the second time', () => {
    const { text } = promoteImages(devnet, berlin);

    expect(promoteImages(devnet, text)).toMatchObject({ text, changes: [] });
  });
});

describe('splitImage', () => {
  it.each([
    ['a', { repository: 'a' }],
    ['a:1', { repository: 'a', tag: '1' }],
    ['registry:5000/a/b', { repository: 'registry:5000/a/b' }],
    ['registry:5000/a/b:1.2', { repository: 'registry:5000/a/b', tag: '1.2' }],
    ['a@sha256:00', { repository: 'a', digest: 'sha256:00' }],
    ['r:5000/a:1@sha256:00', { repository: 'r:5000/a', tag: '1', digest: 'sha256:00' }],
  ])('reads %s', (text, parts) => {
    expect(splitImage(text)).toEqual(parts);
  });

  it('is not set beside a digest, which would win: one in the values is told of, and one of the chart is taken back', () => {
    const wanted = parseWantedImage('faucet=testnet/faucet:2');
    const pinned = 'faucet:\n  image: { repository: testnet/faucet, tag: "1", digest: "sha256:00" }\n';

    expect(() => setImage(pinned, undefined, wanted)).toThrow('faucet.image is pinned to sha256:00, which decides what runs whatever the tag says; take the digest out of the values first');
    const { text } = setImage('faucet: {}\n', pinned, wanted);
    expect(readValues(text)).toEqual({ faucet: { image: { tag: '2', digest: '' } } });
    expect(setImage(text, pinned, wanted)).toEqual({ text, changes: [], notes: ['faucet.image is testnet/faucet:2 already'] });
    expect(readValues(setImage('faucet:\n  image: testnet/faucet:1@sha256:00\n', undefined, wanted).text)).toEqual({ faucet: { image: 'testnet/faucet:2' } });
  });

  it.each(['faucet', 'faucet=', '=a:1', 'faucet=a', 'faucet=a@sha256:00', 'faucet=a:1@sha256:00', 'fau cet=a:1', 'faucet=a:1 2'])('does not take %j for an image to be set', (text) => {
    expect(() => parseWantedImage(text)).toThrow('write NAME=IMAGE:TAG');
  });
});

describe('a change of a testnet', { timeout: 60_000 }, () => {
  let remote: GitRemote;
  let options: ChangeOptions;

  beforeEach(async () => {
    remote = await createGitRemote();
    for (const [name, values, version] of [['devnet', devnet, '1.3.0'], ['berlin', berlin, '1.2.0']] as const) {
      await remote.write(`testnets/${name}/values.yaml`, values);
      await remote.write(`testnets/${name}/application.yaml`, application(name, version));
    }
    await remote.write('charts/testnet/values.yaml', 'uploader:\n  image: { repository: testnet/uploader, tag: 0.9.0 }\n');
    await remote.push('testnets');
    await remote.git('config', 'user.name', 'Ada');
    await remote.git('config', 'user.email', 'ada@testnet.example');
    options = { path: remote.folder, testnets: 'testnets', dryRun: false };
  });
  afterEach(() => remote.close());

  it('is a commit by the person on a branch of its own, and touches nothing else', async () => {
    await remote.write('testnets/berlin/values.yaml', 'not committed\n');
    const { commit, changes } = await promoteTestnet('devnet', 'berlin', options, never);

    expect(changes).toContain('chart redis: 1.2.0 -> 1.3.0');
    expect(commit).toMatchObject({ branch: 'promote-devnet-to-berlin' });
    expect(await remote.git('log', '-1', '--format=%an <%ae>|%s|%P', commit?.branch ?? '')).toBe(`Ada <ada@testnet.example>|Promote devnet to berlin|${await remote.git('rev-parse', 'HEAD')}`);
    expect(await remote.git('show', `${commit?.branch ?? ''}:testnets/berlin/application.yaml`)).toBe(application('berlin', '1.3.0').trim());
    expect(await remote.git('diff', '--name-only', 'HEAD', commit?.branch ?? '')).toBe('testnets/berlin/application.yaml\ntestnets/berlin/values.yaml');
    expect(await remote.git('status', '--porcelain')).toBe('M testnets/berlin/values.yaml');
    await expect(promoteTestnet('devnet', 'berlin', options, never)).rejects.toThrow('is it there already? Name another one with --branch');
  });

  it('leaves the mode of a file as it was', async () => {
    await remote.git('update-index', '--chmod=+x', 'testnets/berlin/values.yaml');
    await remote.git('commit', '-q', '-m', 'a mode');
    const { commit } = await promoteTestnet('devnet', 'berlin', options, never);

    expect(await remote.git('ls-tree', commit?.branch ?? '', 'testnets/berlin/')).toMatch(/^100644 blob \w+\ttestnets\/berlin\/application\.yaml\n100755 blob \w+\ttestnets\/berlin\/values\.yaml$/);
  });

  it('is only shown by a dry run, and pushed where that is asked for', async () => {
    const dry = await setTestnetImage('berlin', 'faucet=testnet/faucet:1.5.0', { ...options, dryRun: true }, never);
    expect(dry.diff).toContain('--- a/testnets/berlin/values.yaml\n+++ b/testnets/berlin/values.yaml\n@@');
    expect(dry.diff).toContain('-    tag: 1.4.1 # stays\n+    ');
    expect(await remote.git('branch', '--list', 'set-*')).toBe('');

    const { commit } = await setTestnetImage('berlin', 'uploader=testnet/uploader:1.0.0', { ...options, push: 'origin' }, never);
    expect(await remote.git('ls-remote', 'origin', 'refs/heads/set-berlin-uploader-1-0-0')).toContain(commit?.id);
    expect(await remote.git('show', `${commit?.branch ?? ''}:testnets/berlin/values.yaml`)).toContain('uploader:\n  image:\n    tag: 1.0.0');
  });

  it('is refused where it makes no sense, and says what would', async () => {
    await expect(setTestnetImage('berlin', 'bogus=a:1', options, never)).rejects.toThrow('there is no image bogus; there are: faucet.image, archive.image, sidecarImage, uploader.image');
    await expect(promoteTestnet('devnet', 'nowhere', options, never)).rejects.toThrow('has no testnets/nowhere/values.yaml');
    await expect(promoteTestnet('devnet', 'devnet', options, never)).rejects.toThrow('name two');
    await expect(promoteTestnet('devnet', '../x', options, never)).rejects.toThrow('cannot be the name of a testnet');
    await expect(promoteTestnet('devnet', 'berlin', { ...options, branch: '-x' }, never)).rejects.toThrow('cannot be the name of a branch');
    expect(await setTestnetImage('berlin', 'faucet.image=testnet/faucet:1.4.1', { ...options, dryRun: true }, never)).toMatchObject({ changes: [expect.stringContaining('testnet/faucet:1.4.1')] });
  });
});

describe('newTestnet', { timeout: 60_000 }, () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'prelude-new-')), 'sample');
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const options = { name: 'testnet-oslo', path: folder, testnets: 'testnets', chart: 'charts/testnet', store: 'testnet-secrets' };

  it('writes a testnet that can be released, and never over one that is there', async () => {
    cpSync('test/sample', folder, { recursive: true });
    const { files, remoteKeys } = await newTestnet(options, never);

    expect(files).toContain('testnets/testnet-oslo/secrets/seed-keys.yaml');
    expect(remoteKeys).toContain('testnets/testnet-oslo/seed (libp2p)');
    const plan = await readRepository({ path: folder, repositories: [] }, never);
    const oslo = plan.applications.find(({ application: { metadata } }) => metadata.name === 'testnet-oslo');
    expect(oslo?.kind === 'planned' ? oslo.plan.problems : oslo?.problem).toEqual([]);
    expect(isRefused(plan)).toBe(false);

    const before = readFileSync(join(folder, 'testnets/testnet-oslo/values.yaml'), 'utf8');
    await expect(newTestnet(options, never)).rejects.toThrow('testnets/testnet-oslo is there already');
    expect(readFileSync(join(folder, 'testnets/testnet-oslo/values.yaml'), 'utf8')).toBe(before);
  });

  it.each([
    ['https://ada:a-canary@git.example/acme/nets.git', 'https://git.example/acme/nets.git'],
    ['http://a-canary@git.example/acme/nets.git', '.'],
    ['ssh://ada:a-canary@git.example/acme/nets.git', '.'],
    ['git@git.example:acme/nets.git', 'git@git.example:acme/nets.git'],
    ['ssh://ada@git.example/acme/nets.git', 'ssh://ada@git.example/acme/nets.git'],
  ])('names the remote %s as %s: what lets somebody in does not come into a file', async (url, named) => {
    const remote = await createGitRemote();
    await remote.write('README.md', 'nets');
    await remote.push('nets');
    await remote.git('remote', 'set-url', 'origin', url);
    await newTestnet({ ...options, path: remote.folder }, never);
    const text = readFileSync(join(remote.folder, 'testnets/testnet-oslo/application.yaml'), 'utf8');
    await remote.close();

    expect(text).toMatch(new RegExp(`repoURL: ['"]?${named.replaceAll('.', '\\.')}['"]?\n`));
    expect(text).not.toContain('a-canary');
  });

  it.each([{ name: 'Oslo' }, { name: '../oslo' }, { name: 'a'.repeat(54) }, { testnets: '../elsewhere' }, { chart: '/etc' }])('refuses %j', async (more) => {
    cpSync('test/sample/stores', join(folder, 'stores'), { recursive: true });

    await expect(newTestnet({ ...options, ...more }, never)).rejects.toThrow(/cannot be the name|are folders of the repository/);
    expect(existsSync(join(folder, 'testnets'))).toBe(false);
  });
});
