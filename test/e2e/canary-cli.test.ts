import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCanaries } from '../support/canary.ts';
import { type CliResult, runCli } from '../support/cli-process.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';

const canaries = createCanaries();
const plant = (name: string, middle?: string): string => canaries.plant(name, middle).text;
const base64 = (name: string): string => canaries.plant(name).bytes.toString('base64');
const sample = join(dirname(dirname(import.meta.dirname)), 'test/sample');

/** The sample's store, with a canary for every value. */
function store(): string {
  const values: Readonly<Record<string, string>> = {
    'testnets/devnet/block-producer-1': JSON.stringify({ key: plant('block producer 1'), pub: plant('public key 1') }),
    'testnets/devnet/block-producer-2': JSON.stringify({ key: plant('block producer 2'), pub: plant('public key 2') }),
    'testnets/devnet/seed': JSON.stringify({ libp2p: plant('seed'), password: plant('seed password') }),
    'testnets/shared/archive-postgres': JSON.stringify({ username: plant('archive user'), password: plant('archive password') }),
    'testnets/shared/registry': JSON.stringify({ auths: { 'registry.example': { username: plant('registry user'), password: plant('registry password') } } }),
    'testnets/shared/faucet-discord': plant('faucet'),
  };
  const data = Object.entries(values).map(([key, value]) => ({ key, value }));
  return JSON.stringify({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name: 'testnet-secrets' }, spec: { provider: { fake: { data } } } });
}

const manifests = 'testnets/devnet/manifests';

/** What is wrong with a repository, in the one file that holds a value. All of it is refused, and none of it may be quoted. */
const wrong: readonly (readonly [what: string, file: string, text: () => string])[] = [
  ['a Secret in Git', `${manifests}/a.yaml`, () => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n  a: ${base64('data in Git')}\nstringData:\n  b: ${JSON.stringify(plant('stringData in Git'))}\n`],
  ['a Secret whose data is no base64', `${manifests}/b.yaml`, () => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: b\ndata:\n  a: ${JSON.stringify(plant('no base64'))}\n`],
  ['a Secret whose data is a text', `${manifests}/c.yaml`, () => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: c\ndata: ${JSON.stringify(plant('data as a text'))}\n`],
  ['a quote that is not closed', `${manifests}/d.yaml`, () => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: d\nstringData:\n  a: "${plant('no quote', '-')}\n  b: c\n`],
  ['an indentation that is wrong', `${manifests}/e.yaml`, () => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: e\nstringData:\n  a: ${plant('bad indent', '-')}\n b: [${plant('bracket', '-')}\n`],
  ['a key that stands twice', `${manifests}/f.yaml`, () => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: f\nstringData:\n  a: ${plant('first', '-')}\n  a: ${plant('second', '-')}\n`],
  ['a value where a field should be', `${manifests}/g.yaml`, () => `apiVersion: v1\nkind: Secret\n${plant('no field', '-')}\nmetadata:\n  name: g\n`],
  ['a value where a kind should be', `${manifests}/h.yaml`, () => `apiVersion: v1\nkind: {${plant('kind', '-')}: 1}\nmetadata:\n  name: h\n`],
  ['a store with a field that nobody knows', 'stores/manifests/i.yaml', () => `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata:\n  name: i\nspec:\n  provider:\n    fake:\n      data:\n        - key: a\n          valueMap: {a: ${plant('value map', '-')}}\n`],
  ['a store whose value is an object', 'stores/manifests/j.yaml', () => `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata:\n  name: j\nspec:\n  provider:\n    fake:\n      data:\n        - key: a\n          value: {a: ${plant('object', '-')}}\n`],
  ['a store with its key pasted where a reference should be', 'stores/manifests/k.yaml', () => `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata:\n  name: k\nspec:\n  provider:\n    aws:\n      service: SecretsManager\n      region: eu-central-1\n      auth:\n        secretRef:\n          accessKeyIDSecretRef: ${plant('pasted id', '-')}\n          secretAccessKeySecretRef: ${plant('pasted key', '-')}\n`],
  ['an Application with a password in its address', 'stores/other.yaml', () => `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: other\n  namespace: argocd\nspec:\n  project: default\n  source:\n    repoURL: https://user:${plant('password', '-')}@127.0.0.1:9/repository.git\n    path: .\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: devnet\n`],
];

describe('no value that stands in a repository', () => {
  let remote: GitRemote;
  let folder: string;

  beforeAll(async () => {
    remote = await createGitRemote();
    await remote.copy(sample);
    await remote.write('stores/manifests/testnet-secrets.yaml', store());
    await remote.push('A devnet');
    folder = mkdtempSync(join(tmpdir(), 'prelude-canary-'));
    for (const name of ['tmp', 'home', 'repositories']) mkdirSync(join(folder, name));
  });

  afterAll(async () => {
    await remote.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: readonly string[]): Promise<CliResult> => runCli(args, { env: { TMPDIR: join(folder, 'tmp'), HOME: join(folder, 'home') } });
  const printers = (place: string): readonly (readonly string[])[] => [
    ...['text', 'json', 'yaml'].map((output) => ['plan', place, '--output', output]),
    ...['json', 'yaml'].map((output) => ['render', place, '--output', output]),
  ];

  it('is printed by plan or render', async () => {
    for (const args of printers(remote.folder)) {
      const { code, stdout, stderr } = await run(...args);

      expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('block-producer-1-keys');
      expect(canaries.search(args.join(' '), stdout)).toEqual([]);
    }
  });

  it('is printed by up, or stands in its folder but in Secrets and the store', async () => {
    for (const [name, target] of [['path', remote.folder], ['url', remote.url]] as const) {
      const local = join(folder, name);
      for (const pass of ['first', 'second']) {
        const result = await run('up', target, '--local', local);
        expect(result, pass).toMatchObject({ code: 0, stderr: '' });
        expect(canaries.search('output', result.stdout)).toEqual([]);
      }

      const seen = new Set<string>();
      for (const path of readdirSync(local, { recursive: true, encoding: 'utf8' })) {
        if (!statSync(join(local, path)).isFile()) continue;
        const found = canaries.search(path, readFileSync(join(local, path)));
        if (/^devnet\/Secret\/|^_cluster\/ClusterSecretStore\./.test(path)) for (const { canary } of found) seen.add(canary);
        else expect(found).toEqual([]);
      }
      // the search does see what is there
      for (const canary of ['block producer 1', 'public key 2', 'seed', 'archive password', 'registry password', 'faucet']) expect(seen, canary).toContain(canary);
    }
  });

  it.each(wrong)('is quoted when there is %s', async (what, file, text) => {
    const repository = join(folder, 'repositories', String(wrong.findIndex(([one]) => one === what)));
    cpSync(sample, repository, { recursive: true });
    writeFileSync(join(repository, file), text());
    const local = join(folder, 'refused');

    for (const args of [...printers(repository), ['up', repository, '--local', local]]) {
      const { code, stdout, stderr } = await run(...args);

      expect({ args: args.join(' '), code, told: stdout + stderr }).toMatchObject({ code: 1, told: expect.stringContaining(file) });
      expect(canaries.search(args.join(' '), stdout + stderr)).toEqual([]);
    }
    expect(readdirSync(folder)).not.toContain('refused');
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  }, 60_000);
});
