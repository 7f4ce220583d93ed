import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { program } from '../../src/cli/program.ts';
import { createCanaries } from '../support/canary.ts';
import { type CliResult, runCli } from '../support/cli-process.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';
import { encryptForSample, sample, sampleTestnets } from '../support/sample-secrets.ts';

const canaries = createCanaries();
const plant = (name: string, middle?: string): string => canaries.plant(name, middle).text;
const base64 = (name: string): string => canaries.plant(name).bytes.toString('base64');
const plainTestnet = join(dirname(import.meta.dirname), 'plain-testnet');

/** The sample's store, with a canary for every value. */
function store(): string {
  const seed = (name: string): string => JSON.stringify({ libp2p: plant(`${name} seed`, ',{x=1},'), password: plant(`${name} seed password`) });
  const values: Readonly<Record<string, string>> = {
    'testnets/devnet/block-producer-1': JSON.stringify({ key: plant('block producer 1'), pub: plant('public key 1') }),
    'testnets/devnet/block-producer-2': JSON.stringify({ key: plant('block producer 2'), pub: plant('public key 2') }),
    'testnets/devnet/seed': seed('devnet'),
    'testnets/testnet-berlin/seed': seed('testnet-berlin'),
    'testnets/testnet-berlin/whale-1': JSON.stringify({ key: plant('whale 1'), pub: plant('public key of whale 1') }),
    'testnets/testnet-berlin/whale-2': JSON.stringify({ key: plant('whale 2'), pub: plant('public key of whale 2') }),
    'testnets/shared/genesis-ledger': JSON.stringify({ token: plant('genesis') }),
    'testnets/shared/registry': JSON.stringify({ auths: { 'registry.example': { username: plant('registry user'), password: plant('registry password') } } }),
    'testnets/shared/faucet-discord': plant('faucet'),
  };
  const data = Object.entries(values).map(([key, value]) => ({ key, value }));
  return JSON.stringify({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name: 'testnet-secrets' }, spec: { provider: { fake: { data } } } });
}

/** Files of the folder, and a value that each must hold. */
const holders = [
  ['devnet/Secret/block-producer-1-keys.yaml', 'block producer 1'],
  ['devnet/Secret/registry-credentials.yaml', 'registry password'],
  ['devnet/Secret/faucet-discord.yaml', 'faucet'],
  ['testnet-berlin/Secret/genesis-ledger.yaml', 'genesis'],
  ...sampleTestnets.flatMap((name) => [
    [`${name}/Secret/seed-libp2p.yaml`, `${name} seed`],
    [`${name}/Secret/node-key-password.yaml`, `${name} seed password`],
    [`${name}/Secret/archive-database.yaml`, `${name} database`],
    [`${name}/Secret/uploader-cloud-key.yaml`, `${name} cloud key`],
  ] as const),
] as const;

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
    for (const name of sampleTestnets) {
      const files = await encryptForSample(name, { databasePassword: plant(`${name} database`), cloudKey: plant(`${name} cloud key`) });
      for (const [path, text] of Object.entries(files)) await remote.write(path, text);
    }
    await remote.push('Two testnets');
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
      expect(stdout).toContain('node-key-password');
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

      const seen = new Map<string, Set<string>>();
      for (const path of readdirSync(local, { recursive: true, encoding: 'utf8' })) {
        if (!statSync(join(local, path)).isFile()) continue;
        const found = canaries.search(path, readFileSync(join(local, path)));
        if (/^(devnet|testnet-berlin)\/Secret\/|^_cluster\/ClusterSecretStore\./.test(path)) seen.set(path, new Set(found.map(({ canary }) => canary)));
        else expect(found).toEqual([]);
      }
      // the search does see what is there, in what the store, the chart, a SealedSecret and SOPS have made
      for (const [secret, canary] of holders) expect([...(seen.get(secret) ?? [])], secret).toContain(canary);
    }
  });

  it.each(wrong)('is quoted when there is %s', async (what, file, text) => {
    const repository = copyOfPlain(String(wrong.findIndex(([one]) => one === what)));
    writeFileSync(join(repository, file), text());

    await expectRefusals(repository, [file], inProcess);
  });

  it('is quoted when there is all of that at once, by a process of its own', async () => {
    const repository = copyOfPlain('all');
    for (const [, file, text] of wrong) writeFileSync(join(repository, file), text());

    await expectRefusals(repository, wrong.map(([, file]) => file), run);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  });

  function copyOfPlain(name: string): string {
    const repository = join(folder, 'repositories', name);
    cpSync(plainTestnet, repository, { recursive: true });
    return repository;
  }

  /** Each command names the files, and none of what stands in them. */
  async function expectRefusals(repository: string, files: readonly string[], call: (...args: readonly string[]) => Promise<Told>): Promise<void> {
    for (const args of [...printers(repository), ['up', repository, '--local', join(folder, 'refused')]]) {
      const { code, stdout, stderr } = await call(...args);
      const told = stdout + stderr;

      expect(code, args.join(' ')).toBe(1);
      for (const file of files) expect(told, args.join(' ')).toContain(file);
      expect(canaries.search(args.join(' '), told)).toEqual([]);
    }
    expect(readdirSync(folder)).not.toContain('refused');
  }
});

type Told = Pick<CliResult, 'code' | 'stdout' | 'stderr'>;

/** The same commands without a process for each. */
async function inProcess(...args: readonly string[]): Promise<Told> {
  const text = { stdout: '', stderr: '' };
  const io: Io = { out: { write: (part) => (text.stdout += part) }, err: { write: (part) => (text.stderr += part) }, isTerminal: false, columns: 100, env: {} };
  return { code: await program(args, io, new AbortController().signal), ...text };
}
