import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { createGitRepository, type GitOptions, type GitRepository } from '../../src/gitops/source/git-repository.ts';
import { isSourceError } from '../../src/gitops/source/source-error.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';
import { createSshKeyPair, type GitSshServer, startGitSshServer } from '../support/git-ssh-server.ts';
import { credentialsOf, repositorySecret } from '../support/repository-secret.ts';

const { signal } = new AbortController();
let remote: GitRemote;
let folder: string;
let server: GitSshServer;
let keys: Awaited<ReturnType<typeof createSshKeyPair>>;
let commit: string;

beforeAll(async () => {
  remote = await createGitRemote();
  folder = await mkdtemp(join(tmpdir(), 'git-ssh-'));
  await remote.write('a.yaml', 'a: 1\n');
  commit = await remote.push('first');
  server = await startGitSshServer(inject('parts').gitSshServer, dirname(fileURLToPath(remote.url)));
  keys = await createSshKeyPair(folder);
});

beforeEach(() => server.authorize(keys.publicKey));

afterAll(async () => {
  await server.close();
  await remote.close();
  await rm(folder, { recursive: true, force: true });
});

function pinned(hostKey = server.hostKey): string {
  return `[127.0.0.1]:${server.port} ${hostKey}\n`;
}

function deployKey(values: Readonly<Record<string, string>> = {}): KubeObject {
  return repositorySecret('testnets', { url: `${server.url}/remote.git`, sshPrivateKey: keys.privateKey, known_hosts: pinned(), ...values });
}

function open(secrets: readonly KubeObject[], { knownHosts = '', url = `${server.url}/remote.git`, ...options }: Partial<GitOptions> & { readonly knownHosts?: string; readonly url?: string } = {}): GitRepository {
  return createGitRepository(url, { cache: join(folder, 'git'), protocols: ['ssh'], clock: systemClock, pollTtl: 0, hosts: { allowLoopback: true }, credentials: credentialsOf(secrets, knownHosts), ...options });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isSourceError(error)) throw new Error('no SourceError was thrown', { cause: error });
  return `${error.kind}: ${error.message}`;
}

describe('a repository over ssh', () => {
  it('is polled and read with a deploy key, and nothing of the key is left', async () => {
    // a folder of its own: others put theirs beside it
    const memoryFolder = await mkdtemp('/dev/shm/git-ssh-test-');
    const repository = open([deployKey()], { memoryFolder });

    expect(await repository.poll('main', signal)).toBe(commit);
    const tree = await repository.tree('main', signal);
    const [file] = await tree.list('', signal);

    expect(Buffer.from(await tree.read(file ?? { path: '', size: 0 }, signal)).toString()).toBe('a: 1\n');
    expect(server.commands).toContain("git-upload-pack '/remote.git'");
    expect(await readdir(memoryFolder)).toEqual([]);
    await rm(memoryFolder, { recursive: true });
  });

  it('takes a key for all of a host, and the host keys of the ConfigMap that all repositories share', async () => {
    const secret = repositorySecret('all', { url: `ssh://git@127.0.0.1:${server.port}`, sshPrivateKey: keys.privateKey.trimEnd().replaceAll('\n', '\r\n') }, 'repo-creds');

    expect(await open([secret], { knownHosts: pinned() }).poll('main', signal)).toBe(commit);
  });

  it('is not asked while nobody has told its host keys, and says how to do it', async () => {
    const secret = repositorySecret('unpinned', { url: `${server.url}/remote.git`, sshPrivateKey: keys.privateKey });

    expect(await refusal(open([secret]).poll('main', signal))).toMatch(new RegExp(`^denied: .*nobody has told the host keys of 127\\.0\\.0\\.1: compare what \`ssh-keyscan -p ${server.port} 127\\.0\\.0\\.1\` prints`));
  });

  it('is not read from a server that shows another key than the pinned one', async () => {
    const other = (await createSshKeyPair(folder)).publicKey.split(' ').slice(0, 2).join(' ');

    expect(await refusal(open([deployKey({ known_hosts: pinned(other) })]).poll('main', signal))).toMatch(/^denied: .*Host key verification failed.*Secret argocd\/testnets/);
    expect(await refusal(open([deployKey({ known_hosts: `${pinned()}@revoked ${pinned()}` })]).poll('main', signal))).toMatch(/^denied: .*nobody has told the host keys/);
  });

  it('is denied without a key, with one that is not let in, and with one that ssh cannot read', async () => {
    const before = server.commands.length;
    const locked = await createSshKeyPair(folder, 'a passphrase');

    expect(await refusal(open([]).poll('main', signal))).toMatch(/^denied: .*ssh needs the sshPrivateKey of a repository Secret; no repository Secret is for this URL/);
    await server.authorize('');
    expect(await refusal(open([deployKey()]).poll('main', signal))).toMatch(/^denied: .*Permission denied.*Secret argocd\/testnets/);
    await server.authorize(`${keys.publicKey}${locked.publicKey}`);
    for (const sshPrivateKey of ['no key at all', locked.privateKey]) {
      const said = await refusal(open([deployKey({ sshPrivateKey })]).poll('main', signal));
      expect(said).toMatch(/^denied: /);
      expect(said).not.toMatch(/dev\/shm|no key at all/);
    }
    expect(server.commands.slice(before)).toEqual([]);
  });

  it('goes on with a key as soon as there is one', async () => {
    const secrets: KubeObject[] = [];
    const repository = open(secrets);
    await expect(repository.poll('main', signal)).rejects.toThrow('sshPrivateKey');

    secrets.push(deployKey());

    expect(await repository.poll('main', signal)).toBe(commit);
  });

  it('that is not there is absent', async () => {
    const secret = repositorySecret('all', { url: server.url, sshPrivateKey: keys.privateKey }, 'repo-creds');

    expect(await refusal(open([secret], { knownHosts: pinned(), url: `${server.url}/nosuch.git` }).poll('main', signal))).toMatch(/^absent: /);
  });

  it('is not looked for on this machine unless that is allowed', async () => {
    const repository = createGitRepository(`${server.url}/remote.git`, { cache: join(folder, 'git'), protocols: ['ssh'], clock: systemClock, credentials: credentialsOf([deployKey()]) });

    expect(await refusal(repository.poll('main', signal))).toMatch(/^invalid: .*127\.0\.0\.1 must not be asked: it is a loopback address$/);
  });
});
