import { expect, it } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { namespaceType } from '../../kube/resource-types.ts';
import { releaseNamespaces } from './release-namespaces.ts';

const never = new AbortController().signal;

it('takes the finalizers of External Secrets off Namespaces, and those of nobody else, and does nothing the second time', async () => {
  const { cluster, close } = await openLocalWorld();
  const made: Readonly<Record<string, readonly string[]>> = { a: ['externalsecrets.external-secrets.io/ces-one', 'acme.example/mine', 'externalsecrets.external-secrets.io/ces-two'], b: ['acme.example/mine'], c: [] };
  for (const [name, finalizers] of Object.entries(made)) await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, finalizers } }, { fieldManager: 'test' }, never);
  const told: string[] = [];
  const options = { cluster, fieldManager: 'test', progress: (line: string) => void told.push(line) };

  await releaseNamespaces(options, never);
  await releaseNamespaces(options, never);

  const left = await Promise.all(Object.keys(made).map(async (name) => (await cluster.get(namespaceType, { name }, never))?.metadata.finalizers ?? []));
  expect(left).toEqual([['acme.example/mine'], ['acme.example/mine'], []]);
  expect(told).toEqual(['took the finalizers of External Secrets off Namespace a']);
  await close();
});
