import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { expect, inject, it } from 'vitest';
import { isEffectiveWrite, readAuditLog } from '../support/parts/audit-log.ts';

const { server, ca, adminToken, auditLog } = inject('controlPlane');

function call(method: string, path: string, body?: object): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
    const sent = request(`${server}${path}`, { method, ca, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const pod = { metadata: { labels: { app: 'seed' } }, spec: { containers: [{ name: 'seed', image: 'registry.example/seed:1' }] } };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'seed' },
  spec: { replicas: 2, selector: { matchLabels: { app: 'seed' } }, template: pod },
};

it('schedules pods and makes a workload ready that names no node', async () => {
  const namespace = '/apis/apps/v1/namespaces/control-plane-workload';
  await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'control-plane-workload' } });

  const created = await call('POST', `${namespace}/deployments`, deployment);

  expect(created.status).toBe(201);
  await expect.poll(async () => (await call('GET', `${namespace}/deployments/seed`)).text, { timeout: 20_000 }).toContain('"readyReplicas":2');
});

it('logs every write in its order, with times to the microsecond and without a value', async () => {
  await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'control-plane-audit' } });
  const base = '/api/v1/namespaces/control-plane-audit';
  await call('POST', `${base}/secrets`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'first' }, stringData: { key: 'planted-in-the-audit-log' } });
  await call('POST', `${base}/configmaps?dryRun=All`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'dry' } });
  await call('POST', `${base}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'second' } });

  const entries = readAuditLog(auditLog).filter(({ namespace, user }) => namespace === 'control-plane-audit' && user === 'admin');

  expect(entries.filter(isEffectiveWrite).map(({ verb, resource, name }) => [verb, resource, name])).toEqual([
    ['create', 'secrets', 'first'],
    ['create', 'configmaps', 'second'],
  ]);
  const [secret, configMap] = entries.filter(isEffectiveWrite);
  expect(secret!.received).toBeLessThan(secret!.completed);
  expect(secret!.completed).toBeLessThan(configMap!.received);
  expect(readFileSync(auditLog, 'utf8')).not.toContain('planted');
});
