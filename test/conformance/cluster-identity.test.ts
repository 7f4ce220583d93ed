import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { isKubeError } from '../../src/kube/kube-error.ts';
import { openCluster, type OpenClusterOptions } from '../../src/kube/open-cluster.ts';
import type { Cluster } from '../../src/kube/port.ts';
import { configMapType, secretType } from '../../src/kube/resource-types.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { readAuditLog } from '../support/parts/audit-log.ts';
import { type ControlPlane, startControlPlane } from '../support/parts/control-plane.ts';

const { signal } = new AbortController();
let plane: ControlPlane;
let folder: string;
let proxy: FaultProxy;
const opened: Cluster[] = [];

beforeAll(async () => {
  plane = await startControlPlane(inject('parts'));
});
afterAll(() => plane.stop());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-identity-'));
  proxy = await startFaultProxy(plane.server);
});
afterEach(async () => {
  for (const cluster of opened.splice(0)) await cluster.close();
  await proxy.close();
  rmSync(folder, { recursive: true });
});

/** Real time for timers; credentials grow old a thousand times faster. */
const hastyClock: Clock = { ...systemClock, monotonic: () => performance.now() * 1000 };

/** Writes a kubeconfig for the proxy whose user entry is `user`. */
function writeConfig(user: object): string {
  const path = join(folder, 'config');
  const cluster = { server: proxy.url, 'certificate-authority': join(folder, 'ca.crt') };
  writeFileSync(join(folder, 'ca.crt'), plane.ca);
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'test', user }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    }),
  );
  return path;
}

async function open(kubeconfig: string, options: OpenClusterOptions = {}): Promise<Cluster> {
  const cluster = await openCluster({ ...options, kubeconfig });
  opened.push(cluster);
  return cluster;
}

function get(cluster: Cluster, name: string): Promise<unknown> {
  return cluster.get(configMapType, { namespace: 'default', name }, signal);
}

/** Who asked for the ConfigMap of that name, by the API server's own log. */
async function whoAskedFor(name: string): Promise<readonly string[]> {
  const users = (): readonly string[] => readAuditLog(plane.auditLog).filter((entry) => entry.name === name).map(({ user }) => user);
  await expect.poll(users).not.toEqual([]);
  return users();
}

describe('a client certificate', () => {
  it('that is renewed on disk is used from then on, over new connections', async () => {
    const [certFile, keyFile] = [join(folder, 'client.crt'), join(folder, 'client.key')];
    const put = (commonName: string): void => {
      const { cert, key } = plane.issue({ commonName, organizations: ['system:masters'] });
      writeFileSync(certFile, cert);
      writeFileSync(keyFile, key);
    };
    put('first');
    const cluster = await open(writeConfig({ 'client-certificate': certFile, 'client-key': keyFile }), { clock: hastyClock });
    await get(cluster, 'cert-1');
    const connections = proxy.accepted();

    put('second');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await get(cluster, 'cert-2');

    expect(await whoAskedFor('cert-1')).toEqual(['first']);
    expect(await whoAskedFor('cert-2')).toEqual(['second']);
    expect(proxy.accepted()).toBe(connections + 1);
  });

  it('that stays the same needs no new connection, however often it is read', async () => {
    const { cert, key } = plane.issue({ commonName: 'steady', organizations: ['system:masters'] });
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const cluster = await open(writeConfig({ 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }), { clock: hastyClock });

    for (let round = 0; round < 20; round += 1) await get(cluster, 'steady');

    expect(proxy.accepted()).toBeLessThanOrEqual(2);
  });
});

describe('a token', () => {
  it('that the server no longer takes is read again from the kubeconfig, and the request repeated, a write too', async () => {
    const cluster = await open(writeConfig({ token: 'was-valid-once' }), { clock: hastyClock });
    writeConfig({ token: plane.adminToken });
    await new Promise((resolve) => setTimeout(resolve, 50));

    const created = await cluster.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'token', namespace: 'default' } }, { fieldManager: 'test' }, signal);

    expect(created.metadata.name).toBe('token');
  });

  it('that is refused and is still the same makes no second request', async () => {
    const codes: string[] = [];
    const cluster = await open(writeConfig({ token: 'never-valid' }), { clock: hastyClock, onRequest: ({ code }) => codes.push(code) });

    await expect(get(cluster, 'refused')).rejects.toMatchObject({ name: 'KubeError', kind: 'denied' });
    expect(codes).toEqual(['401']);
  });
});

describe('an exec plugin', () => {
  /** A plugin that counts its calls in `calls` and then does what the script says. */
  function plugin(script: string): object {
    const path = join(folder, 'plugin.sh');
    writeFileSync(path, `#!/bin/sh\necho called >> ${join(folder, 'calls')}\n${script}\n`);
    chmodSync(path, 0o700);
    return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: path, interactiveMode: 'Never' } };
  }
  const calls = (): number => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').split('\n').length - 1 : 0);
  const credential = (token: string): string => JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } });

  it('is run once for many requests', async () => {
    const cluster = await open(writeConfig(plugin(`echo '${credential(plane.adminToken)}'`)));

    await Promise.all(Array.from({ length: 30 }, () => get(cluster, 'exec-1')));
    await get(cluster, 'exec-1');

    expect(calls()).toBe(1);
    expect(new Set(await whoAskedFor('exec-1'))).toEqual(new Set(['admin']));
  });

  it('that fails is quoted with what it says itself', async () => {
    const cluster = await open(writeConfig(plugin('echo "log in to the cloud first" >&2; exit 1')));

    await expect(get(cluster, 'exec-2')).rejects.toThrow('log in to the cloud first');
  });

  it('that prints nonsense is not quoted: there may be a token in it', async () => {
    const cluster = await open(writeConfig(plugin('echo "{planted-token"')));

    const error: unknown = await get(cluster, 'exec-3').catch((reason: unknown) => reason);

    expect(isKubeError(error)).toBe(true);
    expect(`${(error as Error).message} ${(error as Error).stack}`).not.toContain('planted');
  });

  it('that hangs does not hang a request whose caller gives up', async () => {
    const cluster = await open(writeConfig(plugin('exec sleep 5')));
    const reason = new Error('enough');
    const stop = new AbortController();
    const call = cluster.get(configMapType, { namespace: 'default', name: 'exec-4' }, stop.signal);
    await expect.poll(calls).toBe(1);

    stop.abort(reason);

    await expect(call).rejects.toBe(reason);
  });
});

describe('a kubeconfig', () => {
  it.each([
    ['that is not there', undefined, 'ENOENT'],
    ['that is no YAML', 'users: [{token: planted-token', 'YAML'],
    ['without a context', '{"apiVersion":"v1","kind":"Config","clusters":[],"users":[],"contexts":[]}', 'context'],
  ])('%s is an error that says so and quotes nothing of it', async (_title, text, word) => {
    const path = join(folder, 'broken');
    if (text !== undefined) writeFileSync(path, text);

    const error: unknown = await openCluster({ kubeconfig: path }).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ name: 'KubeError', kind: 'invalid' });
    expect((error as Error).message).toContain(word);
    expect(String((error as Error).stack)).not.toContain('planted');
  });

  it('with another context than the one asked for names those it has', async () => {
    await expect(openCluster({ kubeconfig: plane.kubeconfig, context: 'elsewhere' })).rejects.toThrow(/elsewhere.*admin/);
  });
});

describe('writes as somebody else', () => {
  const rbac = (kind: string, plural: string) => ({ group: 'rbac.authorization.k8s.io', version: 'v1', kind, plural, namespaced: true, statusSubresource: false });
  const test = { fieldManager: 'test' };
  const deployer = { ...test, user: 'system:serviceaccount:default:deployer' };
  const config = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name }, data: { a: '1' } });
  const secret = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name } });

  it('have the rights of that service account, and no others', async () => {
    const cluster = await open(plane.kubeconfig);
    const api = { apiVersion: 'rbac.authorization.k8s.io/v1' };
    await cluster.apply(rbac('Role', 'roles'), { ...api, kind: 'Role', metadata: { namespace: 'default', name: 'deployer' }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'patch', 'delete'] }] }, test, signal);
    const subjects = [{ kind: 'ServiceAccount', namespace: 'default', name: 'deployer' }];
    await cluster.apply(rbac('RoleBinding', 'rolebindings'), { ...api, kind: 'RoleBinding', metadata: { namespace: 'default', name: 'deployer' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' }, subjects }, test, signal);

    expect(await cluster.apply(configMapType, config('by-deployer'), deployer, signal)).toMatchObject({ metadata: { name: 'by-deployer' } });
    await expect(cluster.apply(secretType, secret('by-deployer'), deployer, signal)).rejects.toMatchObject({ kind: 'denied' });
    await expect(cluster.create(configMapType, { ...config('elsewhere'), metadata: { namespace: 'kube-system', name: 'elsewhere' } }, deployer, signal)).rejects.toMatchObject({ kind: 'denied' });
    await expect(cluster.delete(secretType, { namespace: 'default', name: 'by-deployer' }, deployer, signal)).rejects.toMatchObject({ kind: 'denied' });
    expect(await cluster.delete(configMapType, { namespace: 'default', name: 'by-deployer' }, deployer, signal)).toBe(true);
    // whoever has asked before is still himself
    expect(await cluster.apply(secretType, secret('by-admin'), test, signal)).toBeDefined();
  });

  it.each(['', ' ', 'a\r\nImpersonate-Group: system:masters', 'a,b'])('are refused for nobody (%j)', async (user) => {
    const cluster = await open(plane.kubeconfig);
    await expect(cluster.create(configMapType, config('by-nobody'), { ...test, user }, signal)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(cluster.delete(configMapType, { namespace: 'default', name: 'by-nobody' }, { user }, signal)).rejects.toMatchObject({ kind: 'invalid' });
  });
});
