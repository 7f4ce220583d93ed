import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GitHttpsServer, startGitHttpsServer } from '../../../test/support/git-https-server.ts';
import { createGitRemote, type GitRemote } from '../../../test/support/git-remote.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { at } from '../../../test/support/raw-api.ts';
import { recordCalls, type RecordingCluster } from '../../../test/support/recording-cluster.ts';
import type { World } from '../../../test/support/secret-stage.ts';
import { applicationType, clusterRoleBindingType, clusterRoleType, configMapType, deploymentType, namespaceType, sealedSecretType, secretType } from '../../kube/resource-types.ts';
import type { KubeObject } from '../../api/object.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { BootstrapOptions, BroughtCredential } from './bootstrap-options.ts';
import { runBootstrap } from './run-bootstrap.ts';

const { signal } = new AbortController();
const by = { fieldManager: 'test' };
const sshURL = 'git@git.example:acme/testnets.git';
const applicationKey = { namespace: 'prelude', name: 'main' };
const secretKey = { namespace: 'prelude', name: 'repo-main' };

let folder: string;
let remote: GitRemote;
let server: GitHttpsServer;
let world: World;
let cluster: RecordingCluster;
let told: string[];

beforeAll(async () => {
  [folder, remote] = await Promise.all([mkdtemp(join(tmpdir(), 'prelude-bootstrap-')), createGitRemote()]);
  await remote.write('about.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: about}\n');
  await remote.write('clusters/main/about.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: about}\n');
  await remote.push('A cluster');
  server = await startGitHttpsServer(dirname(fileURLToPath(remote.url)), (request, response) => {
    if (['the-first-token', 'the-second-token'].some((token) => request.headers.authorization === `Basic ${Buffer.from(`bot:${token}`).toString('base64')}`)) return undefined;
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return true;
  });
  await writeFile(join(folder, 'ca.pem'), server.ca);
  vi.stubEnv('GIT_SSL_CAINFO', join(folder, 'ca.pem'));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([server.close(), remote.close(), rm(folder, { recursive: true, force: true })]);
});

beforeEach(async () => {
  world = await openLocalWorld();
  told = [];
  cluster = recordCalls(withController(world.cluster));
  await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prelude' } }, by, signal);
});

afterEach(() => world.close());

/** The cluster with a controller that finds every Application well, and opens SealedSecrets to a Secret that says nothing of host keys. */
function withController(local: World['cluster']): World['cluster'] {
  return {
    ...recordCalls(local),
    apply: async (type, object, options, until) => {
      const applied = await local.apply(type, object, options, until);
      const source = at(object, 'spec', 'source');
      if (type.kind === 'Application') await local.patchStatus(type, applicationKey, { sync: { status: 'Synced', revision: 'a'.repeat(40), comparedTo: { source } }, health: { status: 'Healthy' }, operationState: { phase: 'Succeeded', operation: {}, startedAt: '2026-01-01T00:00:00Z' } }, by, until);
      if (type.kind === 'SealedSecret') await local.create(secretType, repositorySecret(sshURL, { sshPrivateKey: 'an-opened-key' }), by, until);
      return applied;
    },
  };
}

function repositorySecret(url: string, values: Readonly<Record<string, string>>, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  const data = Object.fromEntries(Object.entries({ type: 'git', url, ...values }).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { ...secretKey, labels: { 'argocd.argoproj.io/secret-type': 'repository' }, ...metadata }, type: 'Opaque', data };
}

/** What a run ends with, which is an error. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => 'it was not refused',
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : String(error);
}

const login = (token: string): BroughtCredential => ({ kind: 'login', username: SecretBytes.fromUtf8('bot'), password: SecretBytes.fromUtf8(token) });
const httpsURL = (): string => `${server.url}/remote.git`;

function run(repository: Partial<BootstrapOptions['repository']> = {}, rest: Partial<BootstrapOptions> = {}): Promise<unknown> {
  const options = { repository: { url: httpsURL(), revision: 'main', path: '.', credential: login('the-first-token'), ...repository }, namespace: 'prelude', name: 'main', controller: { isInstalled: false }, timeout: 30_000, ...rest };
  const tell = (message: string): void => void told.push(message);
  return runBootstrap(cluster, options, { environment: { PRELUDE_CACHE_DIR: folder }, clock: systemClock, log: silentLog, progress: { done: tell, read: tell, waiting: tell, register: () => {} } }, signal);
}

/** Without a credential, and with the host keys of the server. */
function runOverSsh(rest: Partial<BootstrapOptions> = {}): Promise<unknown> {
  return run({}, { ...rest, repository: { url: sshURL, revision: 'main', path: '.', knownHosts: 'git.example ssh-ed25519 AAAA' } });
}

const writes = (): readonly string[] => cluster.calls.filter(({ verb, resource }) => !verb.startsWith('get') && resource !== 'customresourcedefinitions').map(({ verb, resource, key }) => `${verb} ${resource} ${key}`);
const passwordIn = async (): Promise<string> => Buffer.from(String(at(await world.cluster.get(secretType, secretKey, signal), 'data', 'password')), 'base64').toString();

describe('a bootstrap', { timeout: 60_000 }, () => {
  it.each(['.', './clusters/main', 'clusters/main/'])('reads the folder %j as the controller reads it, and writes it as it was given', async (path) => {
    await run({ path });

    expect(told.join('\n')).toContain(`${httpsURL()} main is `);
    expect(at(await world.cluster.get(applicationType, applicationKey, signal), 'spec', 'source', 'path')).toBe(path);
  });

  it.each(['/clusters/main', '../elsewhere'])('refuses the folder %j, which is none of the repository, and writes nothing', async (path) => {
    expect(await refusal(run({ path }))).toMatch(/--path .*relative to the root of the repository/);
    expect(writes()).toEqual([]);
  });

  it('leaves an Application of its name alone that follows another repository, and writes nothing', async () => {
    const theirs = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: applicationKey, spec: { project: 'default', source: { repoURL: 'https://git.example/other/testnets.git', path: '.' }, destination: { namespace: 'x' } } };
    await world.cluster.create(applicationType, theirs, by, signal);

    expect(await refusal(run())).toMatch(/Application prelude\/main .*https:\/\/git\.example\/other\/testnets\.git.*--name/);
    expect(writes()).toEqual([]);
    expect(at(await world.cluster.get(applicationType, applicationKey, signal), 'spec', 'source', 'repoURL')).toBe(theirs.spec.source.repoURL);
  });

  it('takes no field of its Application from somebody else who keeps it', async () => {
    const kept = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: applicationKey, spec: { source: { repoURL: httpsURL(), targetRevision: 'release' } } };
    await world.cluster.apply(applicationType, kept, { fieldManager: 'kubectl' }, signal);

    expect(await refusal(run())).toMatch(/Application prelude\/main is kept by somebody else, and differs: .*kubectl/);
    expect(at(await world.cluster.get(applicationType, applicationKey, signal), 'spec', 'source', 'targetRevision')).toBe('release');
  });

  it('says that a Secret of its name is for another repository, and writes nothing', async () => {
    await world.cluster.create(secretType, repositorySecret('git@git.example:other/testnets.git', { sshPrivateKey: 'theirs' }), by, signal);

    expect(await refusal(runOverSsh())).toMatch(/Secret prelude\/repo-main is there already, and is not for this repository: .*--name/);
    expect(writes()).toEqual([]);
  });

  it('tries a credential before it replaces the one that works, and keeps what else the Secret says', async () => {
    await world.cluster.create(secretType, repositorySecret(httpsURL(), { username: 'bot', password: 'the-first-token' }, { annotations: { note: 'ours' } }), by, signal);

    const refused = await refusal(run({ credential: login('a-wrong-token') }));
    expect(refused).toMatch(/the credential is that of the command line/);
    expect(refused).not.toContain('a-wrong-token');
    expect(await passwordIn()).toBe('the-first-token');

    await run({ credential: login('the-second-token') });
    expect(await passwordIn()).toBe('the-second-token');
    expect((await world.cluster.get(secretType, secretKey, signal))?.metadata).toMatchObject({ labels: { 'argocd.argoproj.io/secret-type': 'repository' }, annotations: { note: 'ours' } });
  });

  it('seals a credential anew into a file that holds the one before, and leaves it alone when nothing changes', async () => {
    const path = join(folder, 'deploy-key.yaml');
    await run({}, { sealTo: { path } });
    const first = await readFile(path, 'utf8');
    await run({}, { sealTo: { path, text: first } });
    expect(await readFile(path, 'utf8')).toBe(first);

    await run({ credential: login('the-second-token') }, { sealTo: { path, text: first } });

    const second = await readFile(path, 'utf8');
    expect(second).toContain('name: repo-main');
    expect(second).not.toBe(first);
    expect(await passwordIn()).toBe('the-second-token');
  });

  it('refuses a sealed file when there is no key that opens it, before the controller makes one of its own', async () => {
    expect(await refusal(runOverSsh({ controller: { isInstalled: true }, sealTo: sealedFile() }))).toMatch(/namespace prelude has no sealing key, so nothing opens key\.yaml: .*--keys-backup/);
    expect(writes().filter((write) => !write.includes('namespaces'))).toEqual([]);
  });

  it('looks for sealing keys where the values of a controller that is left alone say', async () => {
    expect(await refusal(runOverSsh({ controller: { isInstalled: false, values: 'sealedSecrets: {enabled: true, keyNamespace: kube-system}\n' }, sealTo: sealedFile() }))).toMatch(/namespace kube-system has no sealing key/);
  });

  it('says at once where the host keys belong when a sealed file brings none', async () => {
    const key = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'prelude', name: 'key-1', labels: { 'sealedsecrets.bitnami.com/sealed-secrets-key': 'active' } }, data: {} };
    await world.cluster.create(secretType, key, by, signal);

    expect(await refusal(runOverSsh({ sealTo: sealedFile() }))).toMatch(/host keys of git\.example: .*ssh_known_hosts of ConfigMap prelude\/argocd-ssh-known-hosts-cm.*Secret prelude\/repo-main comes from key\.yaml/);
    expect(await world.cluster.get(sealedSecretType, secretKey, signal)).toBeDefined();
  });

  it('refuses host keys that are others than those which a sealed file is read with', async () => {
    const key = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'prelude', name: 'key-1', labels: { 'sealedsecrets.bitnami.com/sealed-secrets-key': 'active' } }, data: {} };
    await world.cluster.create(secretType, key, by, signal);
    await world.cluster.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'prelude', name: 'argocd-ssh-known-hosts-cm' }, data: { ssh_known_hosts: 'git.example ssh-ed25519 BBBB' } }, by, signal);

    expect(await refusal(runOverSsh({ sealTo: sealedFile() }))).toMatch(/its known_hosts are others than those of --known-hosts/);
  });
});

function sealedFile(): { readonly path: string; readonly text: string } {
  return { path: 'key.yaml', text: 'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: repo-main, namespace: prelude}\nspec: {encryptedData: {url: AgA=}}\n' };
}

describe('a bootstrap beside other controllers', { timeout: 60_000 }, () => {
  beforeEach(async () => {
    const rbac = 'rbac.authorization.k8s.io/v1';
    await world.cluster.create(clusterRoleType, { apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'unsealer' }, rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'update'] }] }, by, signal);
    await world.cluster.create(clusterRoleBindingType, { apiVersion: rbac, kind: 'ClusterRoleBinding', metadata: { name: 'unsealer' }, roleRef: { kind: 'ClusterRole', name: 'unsealer' }, subjects: [{ kind: 'ServiceAccount', namespace: 'kube-system', name: 'ss' }] }, by, signal);
    const containers = [{ name: 'controller', image: 'docker.io/bitnami/sealed-secrets-controller:0.40.0', args: [] }];
    await world.cluster.create(deploymentType, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'kube-system', name: 'ss' }, spec: { replicas: 1, template: { spec: { serviceAccountName: 'ss', containers } } } }, by, signal);
  });

  it('installs none, and says what its own flags can do about it', async () => {
    const why = await refusal(run({}, { controller: { isInstalled: true } }));

    expect(why).toMatch(/Deployment kube-system\/ss\. .*sealedSecrets\.enabled: false in --values/);
    expect(why).not.toMatch(/--controllers|--seal-beside-upstream/);
    expect(writes()).toEqual([]);
  });

  it('goes on where it installs none', async () => {
    await run();

    expect(told).toContain('Application prelude/main created');
  });

  it.each([
    ['--seal-to', { sealTo: { path: '/nonexistent/key.yaml' } }],
    ['--keys-backup', { keysBackup: { file: Buffer.from(''), where: 'keys.age', secrets: { identities: [] } } }],
  ])('makes no sealing key for %s that no controller has', async (flag, asked) => {
    const off = { isInstalled: false, values: 'sealedSecrets: {enabled: false}\n' };

    expect(await refusal(run({}, { ...asked, controller: off }))).toMatch(new RegExp(`^${flag} .*sealedSecrets\\.enabled.*sealedSecrets\\.keyNamespace`));
    expect(writes()).toEqual([]);
  });
});
