import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../../test/support/local-world.ts';
import { recordCalls, type RecordingCluster } from '../../../../test/support/recording-cluster.ts';
import type { KubeObject } from '../../../api/object.ts';
import { KubeError } from '../../../kube/kube-error.ts';
import { configMapType, customResourceDefinitionType, namespaceType, secretType } from '../../../kube/resource-types.ts';
import type { LookupAnswer } from '../helm/engine/render-request.ts';
import { openClusterView, readCapabilities } from './open-cluster-view.ts';
import { answersTo } from './consulted.ts';

const { signal } = new AbortController();
const options = { fieldManager: 'test' };
let cluster: RecordingCluster;
let close: () => Promise<void>;

beforeEach(async () => {
  const world = await openLocalWorld();
  ({ close } = world);
  cluster = recordCalls(world.cluster);
  for (const name of ['devnet', 'other']) await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, options, signal);
});
afterEach(() => close());

const configMap = (namespace: string, name: string, data: Readonly<Record<string, string>> = {}): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data });

function ask(kind: string, namespace: string, name: string, apiVersion = 'v1', view = openClusterView(cluster, 'devnet')): Promise<LookupAnswer> {
  return view.lookup({ apiVersion, kind, namespace, name }, signal);
}

describe('what a chart looks up', () => {
  it('is read from the destination namespace: an object, or a list of them', async () => {
    await cluster.create(configMapType, configMap('devnet', 'a', { x: '1' }), options, signal);
    await cluster.create(configMapType, configMap('other', 'b'), options, signal);

    expect(await ask('ConfigMap', 'devnet', 'a')).toMatchObject({ isSecret: false, found: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } } });
    expect(await ask('ConfigMap', 'devnet', '')).toMatchObject({ found: { kind: 'ConfigMapList', items: [{ metadata: { name: 'a' } }] } });
  });

  it('has whole numbers as Go has them, and nobody who manages its fields', async () => {
    const service: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'devnet', name: 'n', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'x', own: 'y' } }, port: 8080, share: 0.5 };
    await cluster.create(configMapType, service, options, signal);
    const { found } = await ask('ConfigMap', 'devnet', 'n');

    expect(found).toMatchObject({ port: 8080n, share: 0.5, metadata: { annotations: { own: 'y' } } });
    expect(JSON.stringify(found, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))).not.toMatch(/managedFields|last-applied/);
  });

  it.each([
    ['is not there', 'ConfigMap', 'devnet', 'none', 'v1'],
    ['is of a kind that the cluster does not serve', 'Widget', 'devnet', 'w', 'acme.example/v1'],
    ['has a namespace, and is asked for without', 'ConfigMap', '', 'a', 'v1'],
  ])('is nothing where it %s, as in Helm', async (_what, kind, namespace, name, apiVersion) => {
    expect(await ask(kind, namespace, name, apiVersion)).toEqual({ found: {}, isSecret: false });
  });

  it.each([
    ['ConfigMap', 'other', 'b', 'v1', "lookup of ConfigMap other/b is refused: a chart may look up only what is in its Application's destination namespace, devnet"],
    ['Secret', '', '', 'v1', "lookup of all objects of kind Secret is refused: a chart may look up only what is in its Application's destination namespace, devnet"],
    ['Namespace', '', 'other', 'v1', "lookup of Namespace other is refused: of Namespaces a chart may look up only its Application's destination, devnet"],
    ['Namespace', '', '', 'v1', "lookup of all objects of kind Namespace is refused: of Namespaces a chart may look up only its Application's destination, devnet"],
    ['Node', '', '', 'v1', 'lookup of all objects of kind Node is refused: a chart may not look up this kind, which belongs to no namespace'],
    ['ClusterRole', '', 'admin', 'rbac.authorization.k8s.io/v1', 'lookup of ClusterRole (rbac.authorization.k8s.io/v1) admin is refused: a chart may not look up this kind, which belongs to no namespace'],
  ])('is refused where a chart has no business: %s %s/%s', async (kind, namespace, name, apiVersion, message) => {
    await expect(ask(kind, namespace, name, apiVersion)).rejects.toThrow(message);
    expect(cluster.calls.filter(({ verb }) => verb === 'get')).toEqual([]);
  });

  it.each([['Namespace', 'devnet', 'v1'], ['StorageClass', '', 'storage.k8s.io/v1'], ['CustomResourceDefinition', '', 'apiextensions.k8s.io/v1']])('may be %s %s, which says what the cluster offers', async (kind, name, apiVersion) => {
    expect((await ask(kind, '', name, apiVersion)).found).toMatchObject(name === '' ? { kind: `${kind}List`, items: [] } : { kind, metadata: { name } });
  });

  it('is bounded: no list of more than 500 objects, and no more than 8 MiB in one render', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await cluster.create(configMapType, configMap('devnet', name, { x: 'x'.repeat(1_000_000) }), options, signal);
    const view = openClusterView(cluster, 'devnet');
    await ask('ConfigMap', 'devnet', '', 'v1', view);
    for (const name of ['a', 'b', 'c']) await ask('ConfigMap', 'devnet', name, 'v1', view);

    await expect(ask('ConfigMap', 'devnet', 'd', 'v1', view)).rejects.toThrow(/^lookup of ConfigMap devnet\/d, with what was looked up before, is more than 8388608 bytes/);
    for (let index = 0; index < 501; index += 1) await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'devnet', name: `s${index}` } }, options, signal);
    await expect(ask('Secret', 'devnet', '')).rejects.toThrow('lookup of all objects of kind Secret in devnet finds more than 500');
  });

  it('is read no further than it may be: what is left of a long list stays where it is', async () => {
    const state = { pages: 0 };
    const long = {
      ...cluster,
      pages: async function* () {
        for (; state.pages < 400; state.pages += 1) yield { items: [configMap('devnet', `c${state.pages}`, { x: 'x'.repeat(1_000_000) })], resourceVersion: '1' };
      },
    };
    const view = openClusterView(long, 'devnet');

    await expect(ask('ConfigMap', 'devnet', '', 'v1', view)).rejects.toThrow(/^lookup of all objects of kind ConfigMap in devnet, with what was looked up before, is more than 8388608 bytes/);
    expect(state.pages).toBeLessThan(10);
    expect(view.consulted().lookups).toMatchObject([{ query: { kind: 'ConfigMap' } }]);
  });

  it('is an error that names it where the controller may not read it', async () => {
    const confined = { ...cluster, get: () => Promise.reject(new KubeError('denied', 'secrets is forbidden')) };

    await expect(openClusterView(confined, 'devnet').lookup({ apiVersion: 'v1', kind: 'Secret', namespace: 'devnet', name: 'seed' }, signal)).rejects.toThrow('lookup of Secret devnet/seed is denied to the controller: secrets is forbidden');
  });

  it('is read once in a render, and written down without its content', async () => {
    await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'devnet', name: 'seed' }, data: { pair: 'Q0FOQVJZ' } }, options, signal);
    const view = openClusterView(cluster, 'devnet');
    const [first, second] = [await ask('Secret', 'devnet', 'seed', 'v1', view), await ask('Secret', 'devnet', 'seed', 'v1', view)];

    expect(first).toBe(second);
    expect(first.isSecret).toBe(true);
    expect(cluster.calls.filter(({ verb }) => verb === 'get')).toHaveLength(1);
    expect(view.consulted().lookups).toMatchObject([{ query: { name: 'seed' }, version: expect.stringMatching(/^seed \S+ \d+$/) }]);
    expect(JSON.stringify(view.consulted())).not.toContain('Q0FOQVJZ');
  });
});

describe('what a chart is told of the capabilities', () => {
  const definition: KubeObject = {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.acme.example' },
    spec: { group: 'acme.example', scope: 'Namespaced', names: { kind: 'Widget', plural: 'widgets' }, versions: [{ name: 'v1', served: true, storage: true }] },
  };

  it('is what the cluster serves: versions, and kinds', async () => {
    await cluster.create(customResourceDefinitionType, definition, options, signal);
    const { kubeVersion, apiVersions } = await readCapabilities(cluster, signal);

    expect(kubeVersion).toMatch(/^v1\.\d+\.\d+$/);
    expect(apiVersions).toEqual(expect.arrayContaining(['v1', 'v1/Secret', 'apps/v1', 'apps/v1/Deployment', 'acme.example/v1', 'acme.example/v1/Widget']));
  });

  it('is another answer only to those who have asked about what has changed', async () => {
    const view = openClusterView(cluster, 'devnet');
    const before = await view.capabilities(signal);
    await ask('Widget', 'devnet', 'w', 'acme.example/v1', view);
    const { questions, answers } = view.consulted();
    await cluster.create(customResourceDefinitionType, definition, options, signal);
    const after = await readCapabilities(cluster, signal);

    expect(questions).toEqual({ version: false, has: ['acme.example/v1/Widget'], all: false });
    expect(answersTo(questions, before)).toBe(answers);
    expect(answersTo(questions, after)).not.toBe(answers);
    expect(answersTo({ version: true, has: ['apps/v1', 'batch/v9'], all: false }, after)).toBe(answersTo({ version: true, has: ['apps/v1', 'batch/v9'], all: false }, before));
    expect(answersTo({ version: false, has: [], all: true }, after)).not.toBe(answersTo({ version: false, has: [], all: true }, before));
  });
});
