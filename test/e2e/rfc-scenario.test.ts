import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { deploymentType, namespaceType, secretType, serviceType } from '../../src/kube/resource-types.ts';
import { runCli, startCli } from '../support/cli-process.ts';
import type { ControllerProcess } from '../support/controller-process.ts';
import { type CountingAws, startCountingAws } from '../support/counting-aws.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';
import { createSshKeyPair, type GitSshServer, startGitSshServer } from '../support/git-ssh-server.ts';
import { type AuditEntry, isEffectiveWrite, readAuditLog } from '../support/parts/audit-log.ts';
import { at } from '../support/raw-api.ts';
import { type RfcCluster, startRfcCluster } from '../support/rfc-cluster.ts';
import { clusterPath, devnetApplication, plainSecrets, platformCredential, platformFiles, remoteValues, storeCredentials, testnetChart } from '../support/rfc-repository.ts';
import { printed, type SealingPrograms, sealingPrograms } from '../support/sealed-programs.ts';

const never = new AbortController().signal;
const account = 'system:serviceaccount:prelude:prelude';

describe('a testnet, from an empty cluster to the loss of that cluster', { timeout: 400_000 }, () => {
  let folder: string;
  let remote: GitRemote;
  let server: GitSshServer;
  let aws: CountingAws;
  let cluster: RfcCluster;
  let controller: ControllerProcess | undefined;
  let kubeseal: SealingPrograms;
  let repoURL: string;
  let deployKey: string;
  let platformCommit: string;

  const file = (name: string): string => join(folder, name);
  /** Eight processes of one program: what V8 has compiled for one serves the others. */
  const compiled = (): Readonly<Record<string, string>> => ({ NODE_COMPILE_CACHE: file('compiled') });
  const platformURL = (): string => `${server.url}/platform.git`;
  const env = (): Readonly<Record<string, string>> => ({ ...compiled(), AWS_SECRETSMANAGER_ENDPOINT: aws.url, AWS_SSM_ENDPOINT: aws.url });
  const bootstrap = (...more: readonly string[]): readonly string[] => ['bootstrap', repoURL, '--path', clusterPath, '--revision', 'main', '--name', 'main', '--image', 'registry.example/prelude:0.1.0', '--known-hosts', file('known_hosts'), '--seal-to', file('deploy-key.yaml'), '--timeout', '5m', '--kubeconfig', cluster.plane.kubeconfig, ...more];
  const replicas = async (name: string): Promise<unknown> => at(await cluster.get(deploymentType, 'devnet', name), 'spec', 'replicas');
  const write = async (message: string, files: Readonly<Record<string, string>>): Promise<string> => {
    for (const [path, text] of Object.entries(files)) await remote.write(path, text);
    return remote.push(message);
  };
  const devnet = (choices: Partial<Parameters<typeof devnetApplication>[1]> = {}): Readonly<Record<string, string>> => ({ [`${clusterPath}/devnet.yaml`]: devnetApplication(repoURL, { snarkWorkers: 1, faucetTag: '1.4.1', ...choices }) });
  const writesIn = (namespace: string): readonly AuditEntry[] => readAuditLog(cluster.plane.auditLog).filter((entry) => entry.namespace === namespace && isEffectiveWrite(entry));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prelude-rfc-'));
    [remote, aws, cluster] = await Promise.all([createGitRemote(), startCountingAws(remoteValues), startRfcCluster(inject('parts'))]);
    server = await startGitSshServer(inject('parts').gitSshServer, dirname(fileURLToPath(remote.url)));
    repoURL = `${server.url}/remote.git`;
    kubeseal = sealingPrograms(inject('parts').sealedSecrets.kubeseal);
    await writeFile(file('known_hosts'), `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
    await write('A cluster', { [`${clusterPath}/about.yaml`]: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: about}\ndata: {owner: platform}\n' });
  });

  afterAll(async () => {
    await controller?.kill();
    await cluster[Symbol.asyncDispose]();
    await Promise.all([server.close(), aws.close(), remote.close(), rm(folder, { recursive: true, force: true })]);
    kubeseal.close();
  });

  it('begins with a bootstrap, whose deploy key is registered by hand and known to nobody but the cluster', async () => {
    const running = startCli(bootstrap(), { env: compiled() });
    const printedKey = /^ {2}(ssh-ed25519 \S+ prelude-main)$/m;
    await expect.poll(running.output, { timeout: 150_000 }).toMatch(printedKey);
    await expect.poll(running.output, { timeout: 90_000 }).toMatch(/waiting: .*Permission denied/);
    deployKey = printedKey.exec(running.output())?.[1] ?? '';
    await server.authorize(`${deployKey}\n`);
    controller = await cluster.startDeployed(env());

    const result = await running.ended;

    expect(result, result.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/Application prelude\/main Synced, Healthy at [0-9a-f]{12}\n$/);
    const secret = await cluster.get(secretType, 'prelude', 'repo-main');
    const privateKey = Buffer.from(String(at(secret, 'data', 'sshPrivateKey')), 'base64').toString();
    expect(privateKey).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
    for (const text of [result.stdout, await readFile(file('deploy-key.yaml'), 'utf8')]) expect(text).not.toContain(privateKey.split('\n')[3]);
  });

  it('is bootstrapped only once: the same command changes nothing, and keeps the key', async () => {
    const written = writesIn('prelude').filter(({ user }) => user === 'admin').length;
    const sealed = await readFile(file('deploy-key.yaml'), 'utf8');
    const before = await cluster.secrets('prelude');

    const result = await runCli(bootstrap(), { env: compiled() });

    expect(result, result.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).not.toMatch(/created|configured|applied|written|Register/);
    expect(await cluster.secrets('prelude')).toEqual(before);
    expect(await readFile(file('deploy-key.yaml'), 'utf8')).toBe(sealed);
    expect(writesIn('prelude').filter(({ user }) => user === 'admin').slice(written).filter(({ verb }) => verb !== 'patch')).toEqual([]);
  });

  it('OpenGitOps 1, declarative: what is committed is what the system is to be, and its Secrets are there before what reads them', async () => {
    const platform = await createSshKeyPair(folder);
    await server.authorize(`${deployKey}\n${platform.publicKey}`);
    await writeFile(file('sealing.pem'), await sealingCertificate());
    const secrets = {
      ...plainSecrets,
      'stores/aws-credentials.yaml': storeCredentials(aws.accessKeyId),
      [`${clusterPath}/repo-platform.yaml`]: platformCredential({ url: platformURL(), sshPrivateKey: platform.privateKey, known_hosts: await readFile(file('known_hosts'), 'utf8') }),
    };
    const sealed = await Promise.all(Object.entries(secrets).map(async ([path, secret]) => [path, await printed(kubeseal.theirs(['--cert', file('sealing.pem'), '--format', 'yaml'], { stdin: JSON.stringify(secret) }))] as const));
    await cp(testnetChart, join(remote.folder, 'helm/devnet'), { recursive: true });
    const commit = (platformCommit = await write('A devnet', { ...platformFiles(platformURL()), ...Object.fromEntries(sealed), [`${clusterPath}/deploy-key.yaml`]: await readFile(file('deploy-key.yaml'), 'utf8'), ...devnet() }));
    const bare = join(dirname(fileURLToPath(remote.url)), 'platform.git');
    await remote.git('init', '--bare', '--quiet', bare);
    await remote.git('push', '--quiet', bare, 'HEAD:main');

    for (const name of ['main', 'stores', 'devnet']) await cluster.untilHealthy(name, commit);

    const writes = writesIn('devnet').filter(({ user }) => user === account);
    const workloads = writes.filter(({ resource }) => ['deployments', 'statefulsets', 'jobs', 'services', 'cronjobs'].includes(resource));
    expect(workloads.length).toBeGreaterThan(10);
    expect(Math.min(...workloads.map(({ received }) => received))).toBeGreaterThan(Math.max(...writes.filter(({ resource }) => resource === 'secrets').map(({ completed }) => completed)));
    expect([...(await cluster.secrets('devnet')).keys()].toSorted()).toEqual(['archive-database', 'block-producer-1-keys', 'block-producer-2-keys', 'faucet-discord', 'genesis-ledger', 'node-key-password', 'registry-credentials', 'seed-keys', 'seed-libp2p', 'uploader-cloud-key']);
    // the credentials of both repositories are what Git says by now: the first has been taken over, the second came from the first
    for (const name of ['repo-main', 'repo-platform']) expect(at(await cluster.get(secretType, 'prelude', name), 'metadata', 'ownerReferences', 0, 'kind')).toBe('SealedSecret');
  });

  it('OpenGitOps 3, pulled automatically: a commit alone scales the testnet; the cluster asks for it, and nobody calls the cluster', async () => {
    const commit = await write('Three workers', devnet({ snarkWorkers: 3 }));

    await expect.poll(() => replicas('snark-worker'), { timeout: 150_000 }).toBe(3);
    await cluster.untilHealthy('devnet', commit);
    const users = new Set(writesIn('devnet').map(({ user }) => user));
    expect([...users].filter((user) => user !== account && !/^system:(kube-|serviceaccount:kube-system:|apiserver)/.test(user) && user !== 'admin')).toEqual([]);
    // kwok and the controllers of Kubernetes use the admin's token here; of those who release, there is one
    expect(new Set(writesIn('devnet').filter(({ resource, verb }) => ['services', 'configmaps', 'cronjobs'].includes(resource) && verb !== 'delete').map(({ user }) => user))).toContain(account);
  });

  it('OpenGitOps 4, continuously reconciled: what is changed or deleted by hand comes back, the whole namespace too', async () => {
    const before = await cluster.secrets('devnet');
    const scaled = await cluster.api.call('PATCH', '/apis/apps/v1/namespaces/devnet/deployments/snark-worker', { spec: { replicas: 0 } }, 'application/merge-patch+json');
    const edited = await cluster.api.call('PATCH', '/api/v1/namespaces/devnet/secrets/seed-keys', { data: { password: Buffer.from('by hand').toString('base64') } }, 'application/merge-patch+json');
    expect([scaled.status, edited.status]).toEqual([200, 200]);
    expect(await cluster.admin.delete(serviceType, { namespace: 'devnet', name: 'seed' }, {}, never)).toBe(true);
    expect(await cluster.admin.delete(secretType, { namespace: 'devnet', name: 'archive-database' }, {}, never)).toBe(true);

    await expect.poll(() => replicas('snark-worker'), { timeout: 150_000 }).toBe(3);
    await expect.poll(() => cluster.get(serviceType, 'devnet', 'seed'), { timeout: 150_000 }).toBeDefined();
    await expect.poll(() => cluster.secrets('devnet'), { timeout: 150_000 }).toEqual(before);

    const { uid = '' } = (await cluster.admin.get(namespaceType, { name: 'devnet' }, never))?.metadata ?? {};
    await cluster.admin.delete(namespaceType, { name: 'devnet' }, {}, never);
    const isAnother = async (): Promise<boolean> => ![uid, ''].includes((await cluster.admin.get(namespaceType, { name: 'devnet' }, never))?.metadata.uid ?? '');
    await expect.poll(isAnother, { timeout: 180_000 }).toBe(true);
    await cluster.untilHealthy('devnet');
    expect(await cluster.secrets('devnet')).toEqual(before);
    expect(await replicas('snark-worker')).toBe(3);
  });

  it('OpenGitOps 2, versioned and immutable: an image that does not run is degraded, and a commit from before is gone back to', async () => {
    const good = await remote.git('rev-parse', 'HEAD');
    await cluster.untilHealthy('main', good);
    const bad = await write('A bad image', devnet({ snarkWorkers: 3, faucetTag: 'nosuch' }));
    const judged = async (): Promise<unknown> => [(await cluster.status('devnet')).sync?.revision, (await cluster.status('devnet')).health?.status];
    await expect.poll(judged, { timeout: 180_000 }).toEqual([bad, 'Degraded']);
    const faucet = async (): Promise<unknown> => at(await cluster.get(deploymentType, 'devnet', 'faucet'), 'spec', 'template', 'spec', 'containers', 0, 'image');
    expect(await faucet()).toBe('registry.example/testnet/faucet:nosuch');

    const result = await runCli(['rollback', 'prelude/main', '--kubeconfig', cluster.plane.kubeconfig], { env: compiled() });

    expect(result, result.stderr).toMatchObject({ code: 0 });
    await expect.poll(faucet, { timeout: 150_000 }).toBe('registry.example/testnet/faucet:1.4.1');
    await cluster.untilHealthy('devnet');
    expect((await cluster.status('main')).sync?.revision).toBe(good);
    const fixed = await write('A good image', devnet({ snarkWorkers: 3, faucetTag: '1.4.2' }));
    for (const name of ['main', 'devnet']) await cluster.untilHealthy(name, fixed);
    const commits = (await remote.git('rev-list', 'HEAD')).split('\n');
    const history = ((await cluster.status('main')).history ?? []).flatMap(({ revision }) => revision ?? []);
    expect(history.slice(-4)).toEqual([good, bad, good, fixed]);
    expect(history.filter((revision) => !commits.includes(revision))).toEqual([]);
  });

  it('survives the loss of the whole cluster: Git and a backup of the sealing keys bring back the same Secrets', async () => {
    await writeFile(file('passphrase'), 'correct horse battery staple\n');
    const backup = ['--passphrase-file', file('passphrase')];
    const saved = await runCli(['keys', 'backup', ...backup, '--output-file', file('keys.age'), '--kubeconfig', cluster.plane.kubeconfig], { env: compiled() });
    expect(saved.code, saved.stderr).toBe(0);
    const before = await Promise.all([cluster.secrets('devnet'), credentials()]);
    await controller?.kill();
    await cluster[Symbol.asyncDispose]();
    cluster = await startRfcCluster(inject('parts'));

    const sealTo = ['--seal-to', join(remote.folder, clusterPath, 'deploy-key.yaml')];
    const running = startCli(bootstrap('--keys-backup', file('keys.age'), ...backup, ...sealTo), { env: compiled() });
    controller = await cluster.startDeployed(env());
    const result = await running.ended;

    expect(result, result.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^Sealing key prelude\/sealed-secrets-key\w+ restored$/m);
    expect(result.stdout).not.toContain('Register');
    for (const name of ['main', 'stores', 'devnet']) await cluster.untilHealthy(name, name === 'stores' ? platformCommit : await remote.git('rev-parse', 'HEAD'));
    expect(await Promise.all([cluster.secrets('devnet'), credentials()])).toEqual(before);
    expect(await replicas('snark-worker')).toBe(3);
  });

  /** What the namespace of the controller holds of the repositories, the stores and the keys. */
  async function credentials(): Promise<ReadonlyMap<string, unknown>> {
    return new Map([...(await cluster.secrets('prelude'))].filter(([name]) => /^(repo-|aws-credentials$|sealed-secrets-key)/.test(name)));
  }

  async function sealingCertificate(): Promise<string> {
    const { body } = await cluster.api.call('GET', '/api/v1/namespaces/prelude/secrets?labelSelector=sealedsecrets.bitnami.com/sealed-secrets-key');
    return Buffer.from(String(at(body, 'items', 0, 'data', 'tls.crt')), 'base64').toString();
  }
});
