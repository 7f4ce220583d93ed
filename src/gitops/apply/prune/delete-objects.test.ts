import { expect, it } from 'vitest';
import { LocalFolder, signal, us } from '../../../../test/support/local-folder.ts';
import { KubeError } from '../../../kube/kube-error.ts';
import type { Cluster } from '../../../kube/port.ts';
import { configMapType, externalSecretType, namespaceType, secretType } from '../../../kube/resource-types.ts';
import { deleteObjects } from './delete-objects.ts';

const folder = new LocalFolder();

it.each([
  ['a Secret that the controller may not delete stays, and what comes after it goes', 'Secret', ['keep', 'delete'], false, 'Secret devnet/one stays: the controller may not delete it (cannot delete); delete it by hand'],
  ['a Secret that the account of a project may not delete is a failure, as any other object', 'Secret', ['failed'], true, 'cannot delete'],
  ['any other object that may not be deleted is a failure, and what comes after it waits', 'ConfigMap', ['failed'], false, 'cannot delete'],
])('%s', async (_title, denied, expected, isConfined, message) => {
  const cluster = await folder.open();
  const other = denied === 'Secret' ? 'ConfigMap' : 'Secret';
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'devnet' } }, us, signal);
  for (const [kind, type] of [['Secret', secretType], ['ConfigMap', configMapType]] as const) {
    await cluster.create(type, { apiVersion: 'v1', kind, metadata: { namespace: 'devnet', name: 'one' } }, us, signal);
  }
  const confined: Cluster = {
    ...cluster,
    get: (...args) => cluster.get(...args),
    discover: (...args) => cluster.discover(...args),
    delete: (type, ...rest) => (type.kind === denied ? Promise.reject(new KubeError('denied', 'cannot delete')) : cluster.delete(type, ...rest)),
  };
  const refs = [denied, other].map((kind) => ({ group: '', version: 'v1', kind, namespace: 'devnet', name: 'one' }));

  const decide: Parameters<typeof deleteObjects>[0]['decide'] = (_ref, live) => (live === undefined ? { kind: 'gone', message: 'gone' } : { kind: 'delete', uid: live.uid });
  const { judged } = await deleteObjects({ cluster: confined, propagation: 'Background', dryRun: false, decide, isConfined: () => isConfined }, refs, signal);

  expect(judged.map(({ decision }) => decision.kind)).toEqual(expected);
  expect(judged[0]?.decision).toMatchObject({ message });
  expect(await cluster.get(denied === 'Secret' ? secretType : configMapType, { namespace: 'devnet', name: 'one' }, signal)).toBeDefined();
});

it('finds an object whose recorded version is not served any more, and takes for gone only what is served in none, asking anew once', async () => {
  const cluster = await folder.open();
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'devnet' } }, us, signal);
  await cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace: 'devnet', name: 'one' }, spec: {} }, us, signal);
  let fresh = 0;
  const counted: Cluster = {
    ...cluster,
    get: (...args) => cluster.get(...args),
    delete: (...args) => cluster.delete(...args),
    discover: (until, options) => {
      if (options?.fresh === true) fresh += 1;
      return cluster.discover(until, options);
    },
  };
  const refs = [['v1alpha1', 'ExternalSecret'], ['v1', 'Gone'], ['v1', 'GoneToo']].map(([version = '', kind = '']) => ({ group: 'external-secrets.io', version, kind, namespace: 'devnet', name: 'one' }));

  const { judged } = await deleteObjects({ cluster: counted, propagation: 'Background', dryRun: false, decide: (_ref, live) => (live === undefined ? { kind: 'gone', message: 'gone' } : { kind: 'delete', uid: live.uid }) }, refs, signal);

  expect(judged.map(({ decision }) => decision.kind)).toEqual(['delete', 'gone', 'gone']);
  expect(await cluster.get(externalSecretType, { namespace: 'devnet', name: 'one' }, signal)).toBeUndefined();
  expect(fresh).toBe(1);
});
