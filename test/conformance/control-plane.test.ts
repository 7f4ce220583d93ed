import { readFileSync } from 'node:fs';
import { expect, inject, it } from 'vitest';
import { type ApiAnswer, askApiServer } from '../support/ask-api-server.ts';
import { isEffectiveWrite, readAuditLog } from '../support/parts/audit-log.ts';

const facts = inject('controlPlane');

function call(method: 'GET' | 'POST', path: string, body?: object): Promise<ApiAnswer> {
  return askApiServer(facts, { method, path, body });
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
  await expect.poll(() => call('GET', `${namespace}/deployments/seed`), { timeout: 20_000 }).toMatchObject({ body: { status: { readyReplicas: 2 } } });
});

it('logs every write in its order, with times to the microsecond and without a value', async () => {
  await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'control-plane-audit' } });
  const base = '/api/v1/namespaces/control-plane-audit';
  await call('POST', `${base}/secrets`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'first' }, stringData: { key: 'planted-in-the-audit-log' } });
  await call('POST', `${base}/configmaps?dryRun=All`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'dry' } });
  await call('POST', `${base}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'second' } });

  const entries = readAuditLog(facts.auditLog).filter(({ namespace, user }) => namespace === 'control-plane-audit' && user === 'admin');

  expect(entries.filter(isEffectiveWrite).map(({ verb, resource, name }) => [verb, resource, name])).toEqual([
    ['create', 'secrets', 'first'],
    ['create', 'configmaps', 'second'],
  ]);
  const [secret, configMap] = entries.filter(isEffectiveWrite);
  expect(secret!.received).toBeLessThan(secret!.completed);
  expect(secret!.completed).toBeLessThan(configMap!.received);
  expect(readFileSync(facts.auditLog, 'utf8')).not.toContain('planted');
});
