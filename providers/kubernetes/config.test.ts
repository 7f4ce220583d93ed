import { expect, it } from 'vitest';
import { registry, server, withToken } from '../../test/support/kubernetes-scene.ts';

it('a configuration lets a cluster store leave the namespace out of what every namespace has, and of no other authority', () => {
  const providerOf = (kubernetes: object): unknown => registry.configure({ kubernetes }).credentials.at(-1);
  const other = { type: 'ConfigMap', name: 'authority', key: 'ca.crt' };

  expect(providerOf({ auth: { serviceAccount: { name: 'reader' } } })).toEqual({ kind: 'ConfigMap', name: 'kube-root-ca.crt', key: 'ca.crt' });
  expect(providerOf({ ...withToken, server: { url: server.url, caProvider: other } })).toMatchObject({ name: 'authority', pinned: true });
});
