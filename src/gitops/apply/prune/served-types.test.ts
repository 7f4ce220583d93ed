import { expect, it } from 'vitest';
import { answer, useScriptedClusters } from '../../../../test/support/scripted-api-server.ts';
import { servedTypes } from './served-types.ts';

const { signal } = new AbortController();
const start = useScriptedClusters();
const recorded = { group: 'acme.example', version: 'v1beta1', kind: 'Widget', namespace: 'devnet', name: 'one' };

/** An API server with one group: its versions, each with whether the server behind it answers and with the kinds that it holds. */
async function serving(...versions: readonly (readonly [version: string, freshness: 'Current' | 'Stale', kinds: readonly string[]])[]): Promise<ReturnType<typeof servedTypes>> {
  const group = {
    metadata: { name: 'acme.example' },
    versions: versions.map(([version, freshness, kinds]) => ({ version, freshness, resources: kinds.map((kind) => ({ resource: `${kind.toLowerCase()}s`, responseKind: { kind }, scope: 'Namespaced' })) })),
  };
  const { cluster } = await start((request, response) => answer(response, 200, { kind: 'APIGroupDiscoveryList', items: request.url === '/apis' ? [group] : [] }));
  return servedTypes(cluster);
}

it('finds a recorded kind in another version where its own is not served any more', async () => {
  const typeOf = await serving(['v1', 'Current', ['Gadget']], ['v2', 'Current', ['Widget']]);

  expect(await typeOf(recorded, signal)).toMatchObject({ version: 'v2', plural: 'widgets' });
});

it('finds nothing where no version holds the kind', async () => {
  const typeOf = await serving(['v1', 'Current', ['Gadget']]);

  expect(await typeOf(recorded, signal)).toBeUndefined();
});

it('does not take a kind for gone while a version of its group cannot be read', async () => {
  const typeOf = await serving(['v1', 'Stale', []]);

  await expect(typeOf(recorded, signal)).rejects.toMatchObject({ name: 'KubeError', kind: 'unavailable' });
});

it('finds a kind in the version that can be read, though another cannot', async () => {
  const typeOf = await serving(['v1', 'Stale', []], ['v1beta1', 'Stale', []], ['v2', 'Current', ['Widget']]);

  expect(await typeOf(recorded, signal)).toMatchObject({ version: 'v2' });
});
