import { expect, inject, it } from 'vitest';
import { configMapType } from '../../src/kube/resource-types.ts';
import { collect } from '../contract/cluster/clause.ts';
import { readAuditLog } from '../support/parts/audit-log.ts';
import { useRealCluster } from '../support/real-cluster.ts';

const facts = inject('controlPlane');
const real = useRealCluster(facts);
const { signal } = new AbortController();

it('a list of 24 MB comes in pages that fit, each object once', async () => {
  const [cluster, namespace] = [await real.admin(), await real.namespace()];
  const names = Array.from({ length: 60 }, (_, index) => `large-${index}`);
  const data = { text: 'x'.repeat(400_000) };
  for (const name of names) await cluster.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { of: 'test' } }, data }, { fieldManager: 'test' }, signal);

  const pages = await collect(cluster.pages(configMapType, { namespace, labelSelector: 'of=test' }, signal));

  expect(pages.flatMap(({ items }) => items.map(({ metadata }) => metadata.name)).toSorted()).toEqual(names.toSorted());
  expect(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size).toBe(1);
  const lists = readAuditLog(facts.auditLog).filter((entry) => entry.verb === 'list' && entry.uri.includes(`/namespaces/${namespace}/configmaps`));
  // two attempts that were too large at most, then eight objects a page
  expect(lists.length).toBeLessThanOrEqual(2 + Math.ceil(names.length / 8));
});
