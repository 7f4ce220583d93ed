import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type CliResult, runCli } from '../support/cli-process.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';
import { type GitSshServer, startGitSshServer } from '../support/git-ssh-server.ts';
import { type ControlPlane, startControlPlane } from '../support/parts/control-plane.ts';
import { at, createRawApi, type RawApi } from '../support/raw-api.ts';

const secretPath = '/api/v1/namespaces/prelude/secrets/repo-remote';
const applicationPath = '/apis/argoproj.io/v1alpha1/namespaces/prelude/applications/remote';

describe('prelude bootstrap, when something is in the way', { timeout: 240_000 }, () => {
  let folder: string;
  let remote: GitRemote;
  let server: GitSshServer;
  let plane: ControlPlane;
  let api: RawApi;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prelude-bootstrap-'));
    [remote, plane] = await Promise.all([createGitRemote(), startControlPlane(inject('parts'))]);
    server = await startGitSshServer(inject('parts').gitSshServer, dirname(fileURLToPath(remote.url)));
    api = createRawApi(plane);
    await remote.write('clusters/main/about.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: about}\n');
    await remote.push('A cluster');
    await writeFile(join(folder, 'known_hosts'), `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
  });

  afterAll(async () => {
    await api.close();
    await Promise.all([plane.stop(), server.close(), remote.close(), rm(folder, { recursive: true, force: true })]);
  });

  const bootstrap = (...more: readonly string[]): Promise<CliResult> => runCli(['bootstrap', `${server.url}/remote.git`, '--path', 'clusters/main', '--revision', 'main', '--timeout', '4s', '--kubeconfig', plane.kubeconfig, ...more]);
  const withHost = (...more: readonly string[]): Promise<CliResult> => bootstrap('--known-hosts', join(folder, 'known_hosts'), '--skip-controller', ...more);
  const keyIn = ({ stdout }: CliResult): string => /^ {2}(ssh-ed25519 .*)$/m.exec(stdout)?.[1] ?? 'no key';

  it('writes nothing while nobody has told the keys of the server', async () => {
    const { code, stdout, stderr } = await bootstrap();

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`nobody has told the host keys of 127\\.0\\.0\\.1: compare what \`ssh-keyscan -p ${server.port} 127\\.0\\.0\\.1\` prints .*--known-hosts$`, 'm'));
    expect((await api.call('GET', '/api/v1/namespaces/prelude')).status).toBe(404);
    expect(at((await api.call('GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions')).body, 'items')).toEqual([]);
  });

  it('gives up when nobody registers the key in time, and goes on with the same key', async () => {
    const first = await withHost();
    const made = (await api.call('GET', secretPath)).body;
    const second = await withHost();

    for (const { code, stderr } of [first, second]) {
      expect(code, stderr).toBe(1);
      expect(stderr).toMatch(/gave up after 4 s: .*Permission denied.*the same command goes on from here/);
    }
    expect(keyIn(first)).toMatch(/^ssh-ed25519 \S+ prelude-remote$/);
    expect(keyIn(second)).toBe(keyIn(first));
    expect((await api.call('GET', secretPath)).body).toEqual(made);
    expect(at(made, 'metadata', 'labels')).toEqual({ 'argocd.argoproj.io/secret-type': 'repository' });
    expect(Object.keys(Object(at(made, 'data'))).toSorted()).toEqual(['known_hosts', 'sshPrivateKey', 'type', 'url']);
    expect((await api.call('GET', applicationPath)).status).toBe(404);
    await server.authorize(`${keyIn(first)}\n`);
  });

  it('says that the folder is not there, or the revision, and writes no Application for it', async () => {
    expect((await withHost('--path', 'nowhere')).stderr).toMatch(/has no files in nowhere at main \([0-9a-f]{12}\): commit a first manifest there/);
    expect(await withHost('--revision', 'nosuch')).toMatchObject({ code: 1, stderr: expect.stringContaining('nosuch') });
    expect((await api.call('GET', applicationPath)).status).toBe(404);
  });

  it('says that no controller looks at the Application', async () => {
    const { code, stdout, stderr } = await withHost();

    expect(code).toBe(1);
    expect(stdout).toContain('Application prelude/remote created');
    expect(stderr).toContain('gave up after 4 s: no controller has looked at it yet');
    expect(at((await api.call('GET', applicationPath)).body, 'spec', 'source')).toEqual({ repoURL: `${server.url}/remote.git`, targetRevision: 'main', path: 'clusters/main' });
  });

  it('takes nothing from somebody else who keeps the controller', async () => {
    await api.call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prelude' } });
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'prelude', name: 'prelude', labels: { 'app.kubernetes.io/managed-by': 'theirs' } } };
    expect((await api.call('PATCH', '/api/v1/namespaces/prelude/serviceaccounts/prelude?fieldManager=helm&force=true', account, 'application/apply-patch+yaml')).status).toBe(201);

    const { code, stderr } = await bootstrap('--known-hosts', join(folder, 'known_hosts'));

    expect(code).toBe(1);
    expect(stderr).toMatch(/ServiceAccount prelude\/prelude is kept by somebody else, and differs: .*--skip-controller/);
    expect(at((await api.call('GET', '/api/v1/namespaces/prelude/serviceaccounts/prelude')).body, 'metadata', 'labels', 'app.kubernetes.io/managed-by')).toBe('theirs');
  });
});
