import { expect, it } from 'vitest';
import { LocalFolder, signal, us } from '../../test/support/local-folder.ts';
import type { LogFields } from '../lib/log.ts';
import { auditWrites } from './audit-writes.ts';
import { causedBy } from './caused-by.ts';
import { deploymentType, eventType, namespaceType, secretType } from './resource-types.ts';

const folder = new LocalFolder();

it('leaves one record of each write, with nothing of what was written', async () => {
  const records: LogFields[] = [];
  const opened = await folder.open();
  await opened.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }, us, signal);
  const cluster = auditWrites(opened, { info: (fields, message) => void records.push({ message, ...fields }) });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'a', name: 's' }, data: { key: Buffer.from('canary').toString('base64') } };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'a', name: 'd' }, spec: {} };

  const created = await cluster.create(secretType, secret, us, signal);
  await expect(cluster.create(secretType, secret, us, signal)).rejects.toThrow();
  await cluster.apply(deploymentType, deployment, { ...us, dryRun: true }, signal);
  const forApplication = causedBy(cluster, { application: 'argocd/devnet', revision: 'abc' });
  const applied = await forApplication.apply(deploymentType, deployment, us, signal);
  await forApplication.delete(deploymentType, deployment.metadata, {}, signal);
  await cluster.delete(deploymentType, deployment.metadata, {}, signal);
  await cluster.apply(eventType, { apiVersion: 'v1', kind: 'Event', metadata: { namespace: 'a', name: 'e' } }, us, signal);

  const at = { namespace: 'a', message: 'audit' };
  const ofDeployment = { ...at, group: 'apps', kind: 'Deployment', name: 'd' };
  const cause = { application: 'argocd/devnet', revision: 'abc' };
  expect(records).toEqual([
    { ...at, verb: 'create', kind: 'Secret', name: 's', manager: 'us', outcome: 'done', uid: created.metadata.uid, resourceVersion: created.metadata.resourceVersion },
    { ...at, verb: 'create', kind: 'Secret', name: 's', manager: 'us', outcome: 'exists' },
    { ...ofDeployment, verb: 'apply', manager: 'us', ...cause, outcome: 'done', uid: applied.metadata.uid, resourceVersion: applied.metadata.resourceVersion },
    { ...ofDeployment, verb: 'delete', ...cause, outcome: 'done' },
    { ...ofDeployment, verb: 'delete', outcome: 'absent' },
  ]);
  expect(JSON.stringify(records)).not.toMatch(/canary|Y2FuYXJ5/);
});
