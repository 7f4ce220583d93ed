import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitRemote, type GitRemote } from '../../test/support/git-remote.ts';
import type { KubeObject } from '../api/object.ts';
import { openTargetCluster } from '../app/target-cluster.ts';
import { rollbackAnnotation } from '../gitops/history/rollback-pin.ts';
import type { Cluster } from '../kube/port.ts';
import { applicationType, configMapType, namespaceType, secretType } from '../kube/resource-types.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { createMetrics } from '../lib/metrics.ts';
import { parseYaml } from '../lib/yaml.ts';
import type { Io } from './io.ts';
import { program } from './program.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const planted = 'planted-value';
const address = 'https://git.example/testnets.git';
let folder: string;
let remote: GitRemote;
let good: string;
let bad: string;

function open(): Promise<Cluster> {
  return openTargetCluster({ kind: 'local', folder: join(folder, 'cluster') }, { clock: systemClock, log: createLog({ level: 'silent', destination: 'stdout' }), metrics: createMetrics({ version: 'test', process: false }) });
}

function deployed(id: number, revision: string, hour: number): object {
  const source = { repoURL: address, path: 'devnet' };
  return { id, revision, source, deployStartedAt: `2026-01-01T0${hour}:00:00Z`, deployedAt: `2026-01-01T0${hour}:00:42Z`, initiatedBy: { automated: true } };
}

function application(namespace: string, name: string, status: object): KubeObject {
  const spec = { source: { repoURL: address, path: 'devnet' }, destination: { name: 'in-cluster', namespace: 'devnet' }, syncPolicy: { automated: {} } };
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace, name }, spec, status };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-applications-'));
  remote = await createGitRemote();
  await remote.write('devnet/all.yaml', `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: absent }\n`);
  good = await remote.push('a good one');
  await remote.write('devnet/more.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: later }\n');
  bad = await remote.push('a bad one \u001b[2J');
  await remote.git('remote', 'add', 'server', address);

  const cluster = await open();
  for (const name of ['argocd', 'team', 'devnet']) await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, by, never);
  await cluster.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'devnet', name: 'settings' }, data: { a: planted } }, by, never);
  await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'devnet', name: 'left' }, data: { a: Buffer.from(planted).toString('base64') } }, by, never);
  const resource = (kind: string, name: string, more: object = {}): object => ({ group: '', version: 'v1', kind, namespace: 'devnet', name, status: 'Synced', ...more });
  const evidence = JSON.stringify({ opened: { 4: '2026-01-01T08:00:10Z' }, secrets: { 'devnet/db@7 ExternalSecret devnet/db': [4], 'devnet/pull@9': [4] } });
  const status = {
    sync: { status: 'OutOfSync', revision: bad, comparedTo: { source: { repoURL: address, path: 'devnet' } } },
    health: { status: 'Degraded', message: 'Deployment seed: it does not come up \u001b[2J' },
    operationState: { operation: { initiatedBy: { username: 'ada' }, info: [{ name: 'prelude.dev/evidence', value: evidence }] }, phase: 'Running', message: 'waiting for Secret devnet/db, key password: SecretStore vault is denied', startedAt: '2026-01-01T09:00:00Z', syncResult: { revision: bad } },
    history: [deployed(3, good, 7), deployed(4, bad, 8)],
    resources: [resource('ConfigMap', 'settings'), resource('ConfigMap', 'absent', { status: 'OutOfSync', health: { status: 'Missing' } }), resource('Secret', 'left', { requiresPruning: true })],
  };
  await cluster.create(applicationType, application('argocd', 'devnet', status), by, never);
  await cluster.create(applicationType, application('team', 'other', {}), by, never);
  await cluster.close();
}, 60_000);

afterAll(async () => {
  await remote.close();
  rmSync(folder, { recursive: true });
});

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const text = { out: '', err: '' };
  const env = { NO_COLOR: '1', USER: 'grace', PRELUDE_CACHE_DIR: join(folder, 'cache') };
  const io: Io = { out: { write: (part) => (text.out += part) }, err: { write: (part) => (text.err += part) }, isTerminal: true, columns: 100, env };
  const code = await program([...args, '--local', join(folder, 'cluster')], io, never);
  for (const told of [text.out, text.err]) {
    expect(told).not.toContain(planted);
    expect(told).not.toContain(Buffer.from(planted).toString('base64'));
    expect(told).not.toContain('\u001b');
  }
  return { code, ...text };
}

describe('prelude status', { timeout: 60_000 }, () => {
  it('lists Applications in lines that fit the terminal, with what each waits for', async () => {
    const { code, out } = await run('status');

    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^argocd/devnet +OutOfSync +Degraded +${bad.slice(0, 8)} +\\d+d +waiting for Secret devnet/db`, 'm'));
    expect(out).toMatch(/^team\/other +Unknown +Unknown .*no controller has looked at it yet/m);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('lists those of one namespace, for programs too', async () => {
    const { out } = await run('status', '--namespace', 'argocd', '-o', 'json');

    expect(JSON.parse(out)).toMatchObject({ applications: [{ namespace: 'argocd', name: 'devnet', sync: 'OutOfSync', health: 'Degraded', revision: bad, phase: 'Running', syncedAt: '2026-01-01T08:00:42Z' }] });
    expect((await run('status', '--namespace', 'nowhere')).out).toBe('There are no Applications.\n');
  });

  it('shows the objects of one, with file and line at its commit, from the checkout', async () => {
    const { code, out } = await run('status', 'devnet', '--source', remote.folder);

    expect(code).toBe(0);
    expect(out).toMatch(/^Application argocd\/devnet {2}OutOfSync, Degraded$/m);
    expect(out).toMatch(new RegExp(`^commit +${bad.slice(0, 8)} by Operator <operator@testnet.example>, 20.*: a bad one\\s+\\[2J$`, 'm'));
    expect(out).toMatch(/^ConfigMap +settings +Synced +present +devnet\/all\.yaml:1$/m);
    expect(out).toMatch(/^ConfigMap +absent +OutOfSync +Missing +devnet\/all\.yaml:5$/m);
    expect(out).toMatch(/^ConfigMap +later +OutOfSync +absent +devnet\/more\.yaml:1$/m);
    expect(out).toMatch(/^Secret +left +Synced +present +no longer in Git$/m);
  });

  it('tells programs desired and actual state of each object, with commit, author and source', async () => {
    const { out } = await run('status', 'argocd/devnet', '--source', remote.folder, '-o', 'json');

    const report = JSON.parse(out);
    expect(report.objects[0]).toMatchObject({
      kind: 'ConfigMap',
      name: 'settings',
      desired: { source: { repository: address, revision: bad, file: 'devnet/all.yaml', line: 1 }, commit: { id: bad, author: 'Operator', email: 'operator@testnet.example' }, wave: 0 },
      actual: { state: 'present', sync: 'Synced', resourceVersion: expect.any(String) },
    });
    expect(report.objects[1].actual).toEqual({ state: 'absent', sync: 'OutOfSync', health: 'Missing' });
    expect(report).toMatchObject({ operation: { phase: 'Running', retries: 0 }, unknown: [] });
  });

  it('shows what the cluster has where Git cannot be read', async () => {
    const { code, out } = await run('status', 'devnet', '--source', join(folder, 'nowhere'), '--repo', `${address}=${join(folder, 'nowhere')}`);

    expect(code).toBe(0);
    expect(out).toMatch(/^ConfigMap +settings +Synced +present +not known$/m);
    expect(out).toMatch(/^not known: what Git says: .*is not a folder/m);
  });
});

describe('prelude history', { timeout: 60_000 }, () => {
  it('lists what was brought in and what is under way, the newest first', async () => {
    const { code, out } = await run('history', 'devnet');

    const [, ...lines] = out.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines[0]).toMatch(new RegExp(`^ +${bad.slice(0, 8)} +2026-01-01T09:00:00Z +ada +running: waiting for Secret`));
    expect(lines[1]).toMatch(new RegExp(`^4 +${bad.slice(0, 8)} +2026-01-01T08:00:42Z +automated +42s +2 current +synced \\(current\\)$`));
    expect(lines[2]).toMatch(new RegExp(`^3 +${good.slice(0, 8)} .*synced$`));
    expect(parseYaml((await run('history', 'devnet', '-o', 'yaml')).out)[0]?.value).toMatchObject({ application: 'argocd/devnet', revisions: [{ result: 'running' }, { id: 4, took: 42_000 }, { id: 3 }] });
  });

  it('says how many Secrets a revision waited for, and to programs which', async () => {
    const evidence = { openedAt: '2026-01-01T08:00:10Z', secrets: [{ secret: 'devnet/db', by: 'ExternalSecret devnet/db', resourceVersion: '7' }, { secret: 'devnet/pull', resourceVersion: '9' }] };

    expect((await run('history', 'devnet')).out).toMatch(/^ID .*SECRETS +RESULT\n +\w+ .*\n4 .* 42s +2 current +synced/);
    expect(parseYaml((await run('history', 'devnet', '-o', 'json')).out)[0]?.value).toMatchObject({ revisions: [{ result: 'running' }, { id: 4, evidence }, { id: 3 }] });
  });

  it('finds an Application of another namespace by its name, and says where there is none', async () => {
    expect((await run('history', 'other')).out).toBe('Nothing has been brought in yet.\n');
    expect(await run('history', 'nobody')).toMatchObject({ code: 1, err: 'prelude: there is no Application nobody; prelude status lists those there are\n' });
    expect(await run('history', 'team/devnet')).toMatchObject({ code: 1, err: 'prelude: there is no Application team/devnet\n' });
    expect(await run('history', 'a/b/c')).toMatchObject({ code: 2 });
  });
});

describe('prelude rollback', { timeout: 60_000 }, () => {
  const pin = async (): Promise<string | undefined> => {
    const cluster = await open();
    const found = await cluster.get(applicationType, { namespace: 'argocd', name: 'devnet' }, never);
    await cluster.close();
    return found?.metadata.annotations?.[rollbackAnnotation];
  };

  it('goes to the revision before, and says what that means', async () => {
    const { code, out } = await run('rollback', 'devnet');

    expect(code).toBe(0);
    expect(JSON.parse((await pin()) ?? '')).toEqual({ revision: good, replaces: bad, by: 'grace' });
    expect(out).toContain(`goes back to ${good.slice(0, 8)} (id 3, deployed 2026-01-01T07:00:42Z) instead of ${bad.slice(0, 8)}.`);
    expect(out).toContain('Automation stays on');
    expect(out.replaceAll('\n', ' ')).toContain("Values of Secrets are the provider's present ones, unless a manifest of that revision pins a version");
    expect((await run('status', 'devnet', '--source', remote.folder, '-o', 'json')).out).toContain(`"rollback": {\n    "revision": "${good}"`);
  });

  it('takes the pin away, and says where there is none', async () => {
    await run('rollback', 'devnet', good);
    expect((await run('rollback', 'devnet', '--release')).out).toContain(`follows its branch again; it was pinned to ${good.slice(0, 8)}`);
    expect(await pin()).toBeUndefined();
    expect((await run('rollback', 'devnet', '--release')).out).toContain('is not rolled back; nothing was changed');
  });

  it.each([
    ['an id', () => '3', () => good],
    ['the beginning of a commit', () => good.slice(0, 7), () => good],
    ['a commit that was never in', () => 'c'.repeat(40), () => 'c'.repeat(40)],
  ])('goes to %s', async (_title, wanted, expected) => {
    expect((await run('rollback', 'devnet', wanted(), '-o', 'json')).code).toBe(0);
    expect(JSON.parse((await pin()) ?? '')).toMatchObject({ revision: expected() });
  });

  it.each([
    ['what is in already', () => bad, /is at [0-9a-f]{40} already/],
    ['a branch', () => 'main', /main is neither an id nor the beginning of a revision in the history/],
    ['an id that is not there', () => '99', /99 is neither an id/],
  ])('refuses %s', async (_title, wanted, message) => {
    const before = await pin();
    expect(await run('rollback', 'devnet', wanted())).toMatchObject({ code: 1, err: expect.stringMatching(message) });
    expect(await pin()).toBe(before);
  });

  it('wants to know one thing at a time', async () => {
    expect(await run('rollback', 'devnet', '3', '--release')).toMatchObject({ code: 2, err: expect.stringContaining('leave one out') });
  });
});
