import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CliResult, runCli, startCli } from '../support/cli-process.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';

const root = dirname(dirname(import.meta.dirname));
const sample = join(root, 'test/sample');
const plain = join(root, 'test/plain-testnet');

/** What the sample's testnets consist of: both have the chart's parts, and each has what its own values ask for. */
const testnets = [
  { name: 'devnet', secrets: ['block-producer-1-keys', 'block-producer-2-keys', 'faucet-discord'], workloads: ['ConfigMap faucet', 'Deployment block-producer-1', 'Deployment block-producer-2', 'Deployment faucet'] },
  { name: 'testnet-berlin', secrets: ['whale-1-keys', 'whale-2-keys'], workloads: ['Deployment whale-1', 'Deployment whale-2'] },
].map(({ name, secrets, workloads }) => ({
  name,
  /** Those that an ExternalSecret or a SealedSecret makes. */
  made: ['archive-database', 'genesis-ledger', 'registry-credentials', 'seed-keys', ...secrets],
  /** Those that are written as they are: by the chart, with values from others, and what SOPS has encrypted. */
  written: ['node-key-password', 'seed-libp2p', 'uploader-cloud-key'],
  workloads: [
    ...['ConfigMap postgres', 'ConfigMap testnet-config', 'Service archive', 'Service postgres', 'Service seed', 'Deployment seed', 'Deployment snark-worker', 'StatefulSet archive', 'StatefulSet postgres', 'CronJob uploader'],
    ...workloads,
  ],
}));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-up-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Files below a folder, by path, with what tells whether one was written. */
function filesIn(place: string): ReadonlyMap<string, { readonly text: string; readonly modified: number }> {
  // what the folder counts its writes with is no object
  const paths = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((path) => !path.startsWith('.cluster') && statSync(join(place, path)).isFile());
  return new Map(paths.map((path) => [path, { text: readFileSync(join(place, path), 'utf8'), modified: statSync(join(place, path)).mtimeMs }]));
}

/** Where the first line of a testnet that ends with the text stands in the output. */
function lineOf({ stdout }: CliResult, testnet: string, text: RegExp): number {
  const line = stdout.split('\n').findIndex((one) => one.includes(`+ ${testnet} `) && text.test(one));
  if (line < 0) throw new Error(`no line of ${testnet} says ${text}:\n${stdout}`);
  return line;
}

describe('prelude up PATH --local DIR', () => {
  const local = (): string => join(folder, 'cluster');

  it('does it again whenever a file is saved, with --watch, until somebody has had enough', async () => {
    const repository = join(folder, 'repository');
    cpSync(plain, repository, { recursive: true });
    const watching = startCli(['up', repository, '--local', local(), '--watch'], { cwd: root });
    const said = (text: string, times: number): Promise<void> => expect.poll(() => watching.output().split(text).length - 1, { timeout: 30_000 }).toBe(times);
    await said('; Ctrl-C ends', 1);
    writeFileSync(join(repository, 'testnets/devnet/manifests/workloads/settings.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {network: saved}\n');
    await said('; Ctrl-C ends', 2);

    expect(watching.output()).toContain(`${repository} has changed`);
    expect(readFileSync(join(local(), 'devnet/ConfigMap/settings.yaml'), 'utf8')).toContain('network: saved\n');
    watching.signal('SIGINT');
    expect((await watching.ended).code).toBe(0);
  });

  it('does the first command of the README: every Secret is there before the first workload', async () => {
    const result = await runCli(['up', 'test/sample', '--local', local()], { cwd: root });

    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout.trimEnd().split('\n').at(-1)).toBe('up: every Secret was there before the first workload was recorded');
    for (const { name, made, written, workloads } of testnets) {
      const secrets = [...made.map((secret) => lineOf(result, name, new RegExp(` Secret ${secret} ready with`))), ...written.map((secret) => lineOf(result, name, new RegExp(` Secret ${secret} created$`)))];
      const released = [lineOf(result, name, / Job genesis hook started$/), ...workloads.map((workload) => lineOf(result, name, new RegExp(` ${workload} created$`)))];
      expect(Math.max(...secrets), name).toBeLessThan(Math.min(...released));
    }

    // the folder counts its writes, so the order can be read from it, too
    const orders = (namespace: string, kinds: RegExp): readonly number[] =>
      [...filesIn(join(local(), namespace))].filter(([path]) => kinds.test(path)).map(([, { text }]) => Number(/^ {2}resourceVersion: "(\d+)"$/m.exec(text)?.[1]));
    const isSecret = /^Secret\//;
    const isWorkload = /^(ConfigMap|Service|Deployment\.apps|StatefulSet\.apps|CronJob\.batch)\//;
    // in each namespace one more brings the keys of SOPS
    const counts = testnets.map(({ made, written, workloads }) => [made.length + written.length + 1, workloads.length]);
    const namespaces = [...testnets.map(({ name }) => name), 'monitoring'];
    expect(namespaces.map((namespace) => [orders(namespace, isSecret).length, orders(namespace, isWorkload).length])).toEqual([...counts, [3, 2]]);
    for (const namespace of namespaces) expect(Math.max(...orders(namespace, isSecret)), namespace).toBeLessThan(Math.min(...orders(namespace, isWorkload)));
  });

  it('opens what is sealed and what SOPS has encrypted, with keys that came on the way', async () => {
    const result = await runCli(['up', 'test/sample', '--local', local()], { cwd: root });

    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(dataOf('monitoring', 'grafana-admin')).toBe('demo-grafana-admin-password');
    expect(dataOf('monitoring', 'alertmanager-config')).toContain('https://hooks.example/demo-token-of-on-call');
    expect(dataOf('devnet', 'archive-database')).toBe('demo-archive-password-of-devnet');
    expect(dataOf('testnet-berlin', 'uploader-cloud-key')).toContain('demo-cloud-key-of-berlin');
    expect(result.stdout).not.toMatch(/demo-|AGE-SECRET-KEY|PRIVATE KEY/);
  });

  it('hands the chart of each testnet the values that only a Secret has, and shows none', async () => {
    const result = await runCli(['up', 'test/sample', '--local', local()], { cwd: root });

    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(testnets.map(({ name }) => [dataOf(name, 'seed-libp2p'), dataOf(name, 'node-key-password')])).toEqual([
      ['demo-libp2p-private-key,demo-libp2p-public-key,12D3KooWdemo1', 'demo-key-password-of-devnet'],
      ['demo-libp2p-private-key,demo-libp2p-public-key,12D3KooWdemo2', 'demo-key-password-of-berlin'],
    ]);
    for (const [path, { text }] of filesIn(local())) if (!/^[\w-]+\/Secret\/|^_cluster\/ClusterSecretStore/.test(path)) expect(text, path).not.toMatch(/demo-(libp2p|key-password)/);
  });

  /** The first key of a Secret in the folder. */
  function dataOf(namespace: string, name: string): string {
    const [, data = ''] = readFileSync(join(local(), namespace, 'Secret', `${name}.yaml`), 'utf8').split(/^data:$/m);
    return Buffer.from(/^ {2}[\w.-]+: (\S+)$/m.exec(data)?.[1] ?? '', 'base64').toString();
  }

  it('opens what prelude seal --local has sealed for the folder, which has a key from then on', async () => {
    const repository = join(folder, 'repository');
    cpSync(sample, repository, { recursive: true });
    rmSync(join(repository, 'keys/manifests/sealing-key.yaml'));
    // they hold what is sealed for the key that is gone
    rmSync(join(repository, 'testnets'), { recursive: true });
    const manifest = join(repository, 'monitoring/manifests/secrets/grafana.yaml');
    const template = readFileSync(manifest, 'utf8');
    const plain = 'apiVersion: v1\nkind: Secret\nmetadata: {name: grafana-admin, namespace: monitoring}\nstringData: {password: mine, username: admin}\n';
    writeFileSync(manifest, plain);

    const refused = await runCli(['plan', repository]);
    const sealed = await runCli(['seal', '--local', local(), '--in-place', manifest]);
    const again = await runCli(['keys', 'list', '--local', local()]);
    const result = await runCli(['up', repository, '--local', local()]);

    expect(refused).toMatchObject({ code: 1, stdout: expect.stringMatching(/grafana\.yaml:\d+: error: stringData: a Secret with values in Git/) });
    expect(sealed).toMatchObject({ code: 0, stdout: `${manifest}\n` });
    expect(readFileSync(manifest, 'utf8')).toContain('kind: SealedSecret');
    expect(readFileSync(manifest, 'utf8')).not.toBe(template);
    expect(again.stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(local(), 'monitoring/Secret/grafana-admin.yaml'), 'utf8')).toContain(`password: ${Buffer.from('mine').toString('base64')}`);
  });

  it('keeps what it writes to its user, and out of Git', async () => {
    await runCli(['up', 'test/sample', '--local', local()], { cwd: root });

    for (const [path] of filesIn(local())) expect(statSync(join(local(), path)).mode & 0o777, path).toBe(0o600);
    for (const place of ['', 'devnet', 'devnet/Secret', '_cluster']) expect(statSync(join(local(), place)).mode & 0o777, place).toBe(0o700);
    expect(readFileSync(join(local(), '.gitignore'), 'utf8')).toMatch(/^\*$/m);
  });

  it('writes nothing when nothing has changed', async () => {
    await runCli(['up', 'test/sample', '--local', local()], { cwd: root });
    const before = filesIn(local());

    const result = await runCli(['up', 'test/sample', '--local', local()], { cwd: root });

    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).not.toMatch(/ (created|configured|updated)$/m);
    expect(filesIn(local())).toEqual(before);
  });

  it('refuses a missing need with its place, and writes nothing at all', async () => {
    const repository = join(folder, 'repository');
    cpSync(sample, repository, { recursive: true });
    const values = join(repository, 'testnets/devnet/values.yaml');
    writeFileSync(values, readFileSync(values, 'utf8').replace('snarkWorkers:', '  - name: block-producer-3\nsnarkWorkers:'));

    const result = await runCli(['up', repository, '--local', local()]);

    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^charts\/testnet\/templates\/block-producers\.yaml:\d+: error: .*Deployment block-producer-3 needs key "key" of Secret block-producer-3-keys: nothing in Git makes/m);
    expect(result.stderr).toMatch(/^refused: nothing was written/m);
    expect(result.stdout).toBe('');
    expect(existsSync(local())).toBe(false);
  });

  it('names a folder that is not there, and a bad option, with 1 and with 2', async () => {
    const absent = await runCli(['up', join(folder, 'nowhere'), '--local', local()]);
    const bad = await runCli(['up', sample, '--local', local(), '--timeout', 'soon']);
    const both = await runCli(['up', sample, '--local', local(), '--context', 'kind']);

    expect(absent).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(join(folder, 'nowhere')) });
    expect(bad).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('write a duration such as 90s or 10m') });
    expect(both).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('choose one') });
    for (const { stderr } of [absent, bad, both]) expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('prelude up URL --local DIR', () => {
  let remote: GitRemote;
  let commits: Readonly<Record<'first' | 'second' | 'third', string>>;

  beforeAll(async () => {
    remote = await createGitRemote();
    await remote.copy(plain);
    const settings = (network: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  network: ${network}\n`;
    const commit = async (network: string): Promise<string> => {
      await remote.write('testnets/devnet/manifests/workloads/settings.yaml', settings(network));
      return remote.push(`Network ${network}`);
    };
    commits = { first: await commit('first'), second: await commit('second'), third: await commit('third') };
    await remote.git('tag', '--annotate', '--message', 'A release', 'v1.0.0', commits.second);
    await remote.git('push', 'origin', 'v1.0.0', `${commits.first}:refs/heads/release`);
  });

  afterAll(() => remote.close());

  it.each(['first by branch', 'second by tag', 'first by commit', 'third by default', 'second by ?ref='] as const)('brings up the %s', async (title) => {
    const [name = '', , how = ''] = title.split(' ');
    const commit = Reflect.get(commits, name) as string;
    const revisions: Readonly<Record<string, readonly string[]>> = {
      branch: [remote.url, '--revision', 'release'],
      tag: [remote.url, '--revision', 'v1.0.0'],
      commit: [remote.url, '--revision', commit],
      default: [remote.url],
      '?ref=': [`${remote.url}?ref=v1.0.0`],
    };

    const result = await runCli(['up', ...(revisions[how] ?? []), '--local', join(folder, 'cluster')]);

    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(folder, 'cluster/devnet/ConfigMap/settings.yaml'), 'utf8')).toContain(`network: ${name}\n`);
    expect(result.stdout).toMatch(new RegExp(`argocd/devnet +${commit.slice(0, 12)} `));
    expect(readdirSync(join(folder, 'cluster/devnet/Secret'))).toHaveLength(6);
  });

  it.each([
    ['a revision that is not there', (url: string) => [url, '--revision', 'v2.0.0'], /v2\.0\.0/],
    ['a repository that is not there', (url: string) => [`${url}-of-nobody`], /remote\.git-of-nobody/],
    ['a revision of a folder', () => [sample, '--revision', 'main'], /a revision needs a Git URL/],
  ])('says so of %s, and writes nothing', async (_title, args, message) => {
    const result = await runCli(['up', ...args(remote.url), '--local', join(folder, 'cluster')]);

    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(join(folder, 'cluster'))).toBe(false);
  });
});
