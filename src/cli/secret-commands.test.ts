import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTargetCluster } from '../app/target-cluster.ts';
import { deploymentType, externalSecretType, namespaceType, secretStoreType, secretType } from '../kube/resource-types.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { createMetrics } from '../lib/metrics.ts';
import { parseYaml } from '../lib/yaml.ts';
import type { Io } from './io.ts';
import { program } from './program.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const planted = 'planted-value';
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-commands-'));
  const cluster = await openTargetCluster({ kind: 'local', folder: join(folder, 'cluster') }, { clock: systemClock, log: createLog({ level: 'silent', destination: 'stdout' }), metrics: createMetrics({ version: 'test', process: false }) });
  const metadata = (name: string, annotations: Readonly<Record<string, string>> = {}): { namespace: string; name: string; annotations: Readonly<Record<string, string>> } => ({ namespace: 'team', name, annotations });
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }, by, never);
  await cluster.create(secretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: metadata('vault'), spec: { provider: { fake: { data: [{ key: 'prod/db', value: planted }] } } } }, by, never);
  const spec = { secretStoreRef: { name: 'vault' }, data: [{ secretKey: 'password', remoteRef: { key: 'prod/db' } }] };
  await cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: metadata('db'), spec }, by, never);
  const forged = JSON.stringify({ password: { kind: 'store', store: 'SecretStore \u001b[2J', key: 'prod/db' } });
  await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: metadata('db', { 'prelude.dev/provenance': forged }), data: { password: Buffer.from(planted).toString('base64') } }, by, never);
  const containers = [{ name: 'app', image: 'x', envFrom: [{ secretRef: { name: 'db' } }] }];
  await cluster.create(deploymentType, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata('app'), spec: { selector: {}, template: { spec: { containers } } } }, by, never);
  await cluster.close();
});

afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const text = { out: '', err: '' };
  const io: Io = { out: { write: (part) => (text.out += part) }, err: { write: (part) => (text.err += part) }, isTerminal: true, columns: 100, env: { NO_COLOR: '1' } };
  const code = await program([...args, '--local', join(folder, 'cluster')], io, never);
  for (const told of [text.out, text.err]) {
    expect(told).not.toContain(planted);
    expect(told).not.toContain(Buffer.from(planted).toString('base64'));
    expect(told).not.toContain('\u001b');
  }
  return { code, ...text };
}

describe('prelude explain secret', () => {
  it('explains within the width of the terminal, which nobody else can command', async () => {
    const { code, out } = await run('explain', 'secret', 'team/db');

    expect(code).toBe(0);
    expect(out).toMatch(/^Secret team\/db {2}1 key/);
    expect(out).toMatch(/^declared by +ExternalSecret team\/db \(creationPolicy Owner\)$/m);
    expect(out).toMatch(/^password +SecretStore \?\[2J +prod\/db/m);
    expect(out).toMatch(/^Deployment +app +all +spec\.template\.spec\.containers\[0\]\.envFrom\[0\]\.secretRef$/m);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('explains the same to programs', async () => {
    const json: unknown = JSON.parse((await run('explain', 'secret', 'team/db', '-o', 'json')).out);

    expect(json).toMatchObject({ namespace: 'team', name: 'db', keys: [{ key: 'password', live: true }], consumers: [{ kind: 'Deployment', name: 'app' }] });
    expect(parseYaml((await run('explain', 'secret', 'team/db', '-o', 'yaml')).out).map(({ value }) => value)).toEqual([json]);
  });

  it('answers 1 where there is nothing to explain', async () => {
    const { code, out } = await run('explain', 'secret', 'team/none');

    expect(code).toBe(1);
    expect(out).toContain('does not exist, and no ExternalSecret declares it');
  });
});

describe('prelude store check', () => {
  it('says that a store works, and what a value looks like', async () => {
    const { code, out } = await run('store', 'check', 'vault', '--namespace', 'team', '--key', 'prod/db');

    expect(code).toBe(0);
    expect(out).toMatch(/^SecretStore team\/vault {2}provider fake$/m);
    expect(out).toMatch(/^credentials +ok {2}accepted$/m);
    expect(out).toMatch(/^value +13 bytes, not a JSON object/m);
  });

  it.each([
    [['store', 'check', 'vault', '--namespace', 'team', '--key', 'none'], /^key +refused {2}the provider has no "none"$/m],
    [['store', 'check', 'none', '--namespace', 'team'], /there is no SecretStore team\/none/],
    [['store', 'check', 'none', '--cluster'], /there is no ClusterSecretStore none/],
  ])('answers %j with exit code 1 and the problem', async (args, problem) => {
    const { code, out } = await run(...args);

    expect(code).toBe(1);
    expect(out).toMatch(problem);
  });

  it('tells programs the problem too', async () => {
    const { out } = await run('store', 'check', 'vault', '--namespace', 'team', '--key', 'none', '-o', 'json');

    expect(JSON.parse(out)).toMatchObject({ sound: false, parts: [{}, {}, {}, { what: 'key', trouble: { kind: 'refused' } }] });
  });
});
