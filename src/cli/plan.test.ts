import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseYaml } from '../lib/yaml.ts';
import { printYaml } from '../lib/yaml-print.ts';
import type { Io } from './io.ts';
import { plan, type PlanOptions } from './plan.ts';
import { render } from './render.ts';

const { signal } = new AbortController();
const canary = 'canary-7f3a';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plan-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Recorded extends Io {
  readonly text: () => string;
  readonly errors: () => string;
}

function recorder(options: Partial<Io> = {}): Recorded {
  const out: string[] = [];
  const err: string[] = [];
  return {
    out: { write: (text) => out.push(text) },
    err: { write: (text) => err.push(text) },
    isTerminal: false,
    columns: 80,
    env: {},
    ...options,
    text: () => out.join(''),
    errors: () => err.join(''),
  };
}

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

function options(path: string, output: PlanOptions['output'] = 'text'): PlanOptions {
  return { path, repositories: [], output };
}

/** A repository with something to hide in every place that can hold it. */
async function writeSecrets(): Promise<void> {
  const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'net' }, spec: { source: { repoURL: '.', path: 'net' }, destination: { name: 'in-cluster', namespace: 'net' } } };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': canary } }, data: { k: Buffer.from(canary).toString('base64') }, stringData: { l: canary } };
  const store = { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { name: 'store' }, spec: { provider: { fake: { data: [{ key: 'a', value: canary }, { key: 'b', valueMap: { c: canary } }] } } } };
  const broken = `apiVersion: v1\nkind: Secret\nmetadata: {name: t}\nstringData:\n  k: "${canary}\n`;
  await write({ 'app.yaml': printYaml(application), 'net/a.yaml': `${printYaml(secret)}---\n${printYaml(store)}`, 'net/b.yaml': broken });
}

describe('prelude plan', () => {
  it('prints the plan of the sample repository', async () => {
    const io = recorder();

    const code = await plan(options('test/sample'), io, signal);

    expect(io.text()).toBe(await readFile('test/golden/sample-plan.txt', 'utf8'));
    expect(io.errors()).toBe('');
    expect(code).toBe(0);
  });

  it('fits a terminal and paints on one only', async () => {
    const terminal = recorder({ isTerminal: true });
    const plain = recorder({ isTerminal: true, env: { NO_COLOR: '1' } });

    await plan(options('test/plain-testnet'), terminal, signal);
    await plan(options('test/plain-testnet'), plain, signal);

    expect(terminal.text()).toContain('\u001b[');
    expect(plain.text()).toBe(stripVTControlCharacters(terminal.text()));
    const tables = plain.text().split('\n').filter((line) => /^(PHASE|SECRET|secrets|waves)/.test(line));
    expect(tables.length).toBeGreaterThan(10);
    for (const line of tables) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('refuses with exit code 1 and says where', async () => {
    await write({
      'app.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: net}\nspec:\n  source: {repoURL: ., path: net}\n  destination: {name: in-cluster, namespace: net}\n',
      'net/pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: bot}\nspec:\n  containers:\n    - name: c\n      envFrom:\n        - secretRef: {name: token}\n',
    });
    const io = recorder();

    expect(await plan(options(folder), io, signal)).toBe(1);
    expect(io.text()).toContain('token   all  Pod bot    missing  nothing in Git makes Secret net/token');
    expect(io.text()).toContain('net/pod.yaml:8: error: spec.containers[0].envFrom[0].secretRef: Pod bot needs Secret token: nothing in Git makes Secret net/token');
    expect(io.text()).toMatch(/refused: 1 error\n$/);
  });

  it('says the same for programs, in JSON and in YAML', async () => {
    const [json, yaml] = [recorder(), recorder()];

    expect(await plan(options('test/sample', 'json'), json, signal)).toBe(0);
    expect(await plan(options('test/sample', 'yaml'), yaml, signal)).toBe(0);

    const document = JSON.parse(json.text()) as unknown;
    expect(parseYaml(yaml.text())[0]?.value).toEqual(document);
    expect(document).toMatchObject({
      refused: false,
      problems: [],
      applications: [
        { name: 'stores', planned: true },
        { name: 'keys', planned: true },
        { name: 'devnet', planned: true, revision: 'worktree', destination: { namespace: 'devnet', createNamespace: true }, needs: expect.arrayContaining([expect.objectContaining({ secret: 'faucet-discord', key: 'token' })]) as unknown },
        { name: 'monitoring', planned: true, needs: expect.arrayContaining([expect.objectContaining({ secret: 'grafana-admin', key: 'username' })]) as unknown },
        { name: 'testnet-berlin', planned: true, needs: expect.arrayContaining([expect.objectContaining({ secret: 'seed-keys', key: 'libp2p' })]) as unknown },
      ],
    });
  });

  it('shows no value in any format', async () => {
    await writeSecrets();
    const base64 = Buffer.from(canary).toString('base64');
    for (const output of ['text', 'json', 'yaml'] as const) {
      const [planned, rendered] = [recorder(), recorder()];

      expect(await plan(options(folder, output), planned, signal)).toBe(1);
      expect(await render({ ...options(folder), output: output === 'json' ? 'json' : 'yaml' }, rendered, signal)).toBe(1);

      for (const io of [planned, rendered]) for (const text of [io.text(), io.errors()]) expect(text).not.toMatch(new RegExp(`${canary}|${base64}`));
    }
  });

  it('says so where there is no such folder', async () => {
    const io = recorder();

    expect(await plan(options(join(folder, 'nosuch')), io, signal)).toBe(1);
    expect(io.errors()).toMatch(/^prelude: .*nosuch is not a folder\n$/);
  });

  it('reads a repository from where --repo says', async () => {
    await write({
      'here/app.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: net}\nspec:\n  source: {repoURL: "https://git.example/net.git", path: net}\n  destination: {name: in-cluster, namespace: net}\n',
      'there/net/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n',
    });
    const [without, mapped] = [recorder(), recorder()];

    expect(await plan(options(join(folder, 'here')), without, signal)).toBe(1);
    expect(await plan({ ...options(join(folder, 'here')), repositories: [{ url: 'git@git.example:net', path: join(folder, 'there') }] }, mapped, signal)).toBe(0);
    expect(without.text()).toContain('app.yaml:5: error: spec.source.repoURL: not planned: https://git.example/net.git is another repository');
  });
});

describe('prelude render', () => {
  it('prints every object with where it stands, in its namespace, in the order of the plan', async () => {
    const io = recorder();

    expect(await render({ path: 'test/sample', repositories: [], output: 'yaml' }, io, signal)).toBe(0);

    const objects = parseYaml(io.text()).map(({ value }) => value as { kind: string; metadata: { name: string; namespace?: string } });
    expect(objects).toHaveLength(59);
    expect(objects.slice(0, 3).map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual(['ClusterSecretStore undefined/testnet-secrets', 'ClusterSecretStore undefined/sample-only-keys', 'ExternalSecret prelude/sealing-key']);
    expect(io.text()).toContain('---\n# monitoring/manifests/workloads/grafana.yaml:1\napiVersion: apps/v1\nkind: Deployment\n');
  });

  it('prints a List for programs', async () => {
    const io = recorder();

    await render({ path: 'test/plain-testnet', repositories: [], output: 'json' }, io, signal);

    expect(JSON.parse(io.text())).toMatchObject({ apiVersion: 'v1', kind: 'List', items: { length: 16 } });
  });
});
