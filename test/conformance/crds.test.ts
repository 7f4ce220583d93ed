import { readdirSync } from 'node:fs';
import { beforeAll, expect, inject, test, vi } from 'vitest';
import { z } from 'zod';
import type { KubeObject } from '../../src/api/object.ts';
import { askApiServer, type ApiAnswer, type ApiQuestion } from '../support/ask-api-server.ts';
import { readCrdFile, readExample } from '../support/crd-examples.ts';
import { customResourceDefinitions } from '../support/crds.ts';

const controlPlane = inject('controlPlane');
const namespace = 'crd-conformance';
const names = [...customResourceDefinitions().keys()];
const examples = readdirSync(new URL('../../crds/examples/', import.meta.url));

const shape = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.unknown().optional(),
  status: z.looseObject({}).optional(),
  message: z.string().optional(),
});

function ask(question: ApiQuestion): Promise<ApiAnswer> {
  return askApiServer(controlPlane, question);
}

async function apply(path: string, object: KubeObject): Promise<z.infer<typeof shape>> {
  const { status, body } = await ask({ method: 'PATCH', path: `${path}/${object.metadata.name}?fieldManager=test&fieldValidation=Strict`, body: object, contentType: 'application/apply-patch+yaml' });
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return shape.parse(body);
}

const definition = z.object({ spec: z.object({ scope: z.string(), names: z.object({ kind: z.string(), plural: z.string() }) }) });
const definitions = names.map((name) => definition.parse(readCrdFile(name)).spec);

function pathOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const { scope, names: { plural } } = definitions.find((one) => one.names.kind === kind)!;
  return `/apis/${apiVersion}${scope === 'Namespaced' ? `/namespaces/${namespace}` : ''}/${plural}`;
}

function externalSecret(name: string, spec: object): KubeObject {
  return { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name }, spec };
}

beforeAll(async () => {
  await ask({ method: 'POST', path: '/api/v1/namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } });
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const name of names) await apply(path, readCrdFile(name));
  await vi.waitFor(async () => {
    const { body } = await ask({ method: 'GET', path });
    for (const name of names) expect(conditionsOf(body, readCrdFile(name).metadata.name)).toContain('Established=True');
  }, { timeout: 20_000 });
});

/** `Type=Status` of each condition of a CustomResourceDefinition in a list. */
function conditionsOf(list: unknown, name: string): readonly string[] {
  const condition = z.object({ type: z.string(), status: z.string() });
  const item = z.object({ metadata: z.object({ name: z.string() }), status: z.object({ conditions: z.array(condition).default([]) }) });
  const found = z.object({ items: z.array(item) }).parse(list).items.find(({ metadata }) => metadata.name === name);
  return (found?.status.conditions ?? []).map(({ type, status }) => `${type}=${status}`).toSorted();
}

test.each(names)('%s is a structural schema and has no conflict of names', async (file) => {
  const { body } = await ask({ method: 'GET', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions' });

  // NonStructuralSchema would stand here too
  expect(conditionsOf(body, readCrdFile(file).metadata.name)).toEqual(['Established=True', 'NamesAccepted=True']);
});

test.each(examples)('examples/%s is accepted as it stands: nothing is added, nothing dropped', async (file) => {
  const example = readExample(file);

  const stored = await apply(pathOf(example), example);

  expect(stored.spec).toEqual(example['spec']);
  // without it, kstatus would take what nobody has looked at yet for done
  const startsUnseen = example.apiVersion.startsWith('external-secrets.io/') || example.kind === 'SealedSecret';
  expect(stored.status).toEqual(startsUnseen ? { observedGeneration: -1 } : undefined);
});

test.each([
  ['ExternalSecret', ['Name', 'StoreType', 'Store', 'Refresh Interval', 'Status', 'Ready', 'Last Sync'], ['archive-database', 'ClusterSecretStore', 'testnets', '15m']],
  ['SecretStore', ['Name', 'AGE', 'Status', 'Capabilities', 'Ready'], ['samples']],
  ['ClusterSecretStore', ['Name', 'AGE', 'Status', 'Capabilities', 'Ready'], ['testnets']],
  ['Application', ['Name', 'Sync Status', 'Health Status', 'Revision', 'Project'], ['devnet']],
])('%s is printed with the columns that people know', async (kind, columns, firstCells) => {
  const example = examples.map(readExample).find((object) => object.kind === kind)!;
  await apply(pathOf(example), example);

  const { body } = await ask({ method: 'GET', path: `${pathOf(example)}/${example.metadata.name}`, accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });

  const table = z.object({ columnDefinitions: z.array(z.object({ name: z.string() })), rows: z.array(z.object({ cells: z.array(z.unknown()) })) }).parse(body);
  expect(table.columnDefinitions.map(({ name }) => name)).toEqual(columns);
  expect(table.rows[0]?.cells.slice(0, firstCells.length)).toEqual(firstCells);
});

test("another's provider is kept as it is, a known one is validated", async () => {
  const store = (name: string, provider: object): KubeObject => ({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { name }, spec: { provider } });
  const theirs = { acme: { any: ['thing', { at: 'all' }] } };

  expect((await apply(pathOf(store('theirs', theirs)), store('theirs', theirs))).spec).toEqual({ provider: theirs });
  const broken = await ask({ method: 'POST', path: pathOf(store('x', {})), body: store('broken', { fake: { data: [{ key: 7, value: 'x' }] } }) });
  expect(broken.status).toBe(422);
  expect(JSON.stringify(broken.body)).toContain('spec.provider.fake.data[0].key');
  expect((await ask({ method: 'POST', path: pathOf(store('x', {})), body: store('two', { fake: { data: [] }, aws: {} }) })).status).toBe(422);
});

test('a field that is not supported yet is kept, so that the controller can refuse it by name', async () => {
  const spec = {
    secretStoreRef: { name: 'samples' },
    syncWindows: { kind: 'allow', windows: [{ schedule: '0 * * * *', duration: '1h' }] },
    target: { creationPolicy: 'Merge', manifest: { apiVersion: 'v1', kind: 'ConfigMap' } },
    dataFrom: [{ find: { name: { regexp: '.*' } }, rewrite: [{ merge: { into: 'a', strategy: 'JSON' } }] }, { sourceRef: { generatorRef: { kind: 'Password', name: 'x' } } }],
  };
  const object = externalSecret('later', spec);

  expect((await apply(pathOf(object), object)).spec).toEqual(spec);
});

test.each([
  ['an unknown policy', { target: { creationPolicy: 'Always' } }, 'spec.target.creationPolicy'],
  ['a name that no Secret can have', { target: { name: 'Not_A_Name' } }, 'spec.target.name'],
  ['a key that no Secret can have', { data: [{ secretKey: 'a b', remoteRef: { key: 'k' } }] }, 'spec.data[0].secretKey'],
  ['a reference without a key', { data: [{ secretKey: 'a', remoteRef: {} }] }, 'spec.data[0].remoteRef.key'],
])('%s is refused by the API server already', async (_what, spec, path) => {
  const answer = await ask({ method: 'POST', path: pathOf(externalSecret('x', {})), body: externalSecret('refused', { secretStoreRef: { name: 'samples' }, ...spec }) });

  expect(answer.status).toBe(422);
  expect(JSON.stringify(answer.body)).toContain(path);
});

test('ExternalSecrets are selected by store, target and interval', async () => {
  const example = readExample('externalsecret.yaml');
  await apply(pathOf(example), example);
  const selector = encodeURIComponent('spec.secretStoreRef.name=testnets,spec.secretStoreRef.kind=ClusterSecretStore,spec.target.name=archive-database,spec.refreshInterval=15m');

  const { body } = await ask({ method: 'GET', path: `${pathOf(example)}?fieldSelector=${selector}` });

  expect(z.object({ items: z.array(shape) }).parse(body).items.map(({ metadata }) => metadata.name)).toEqual(['archive-database']);
});

test('every field of the statuses we write is kept', async () => {
  const object = externalSecret('with-status', { secretStoreRef: { name: 'samples' }, data: [{ secretKey: 'a', remoteRef: { key: 'k' } }] });
  await apply(pathOf(object), object);
  const status = {
    observedGeneration: 1,
    refreshTime: '2026-11-21T06:00:00Z',
    syncedResourceVersion: '1-abc',
    binding: { name: 'with-status' },
    conditions: [{ type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced', lastTransitionTime: '2026-11-21T06:00:00Z', observedGeneration: 1 }],
  };

  const { body } = await ask({ method: 'PATCH', path: `${pathOf(object)}/with-status/status`, body: { status }, contentType: 'application/merge-patch+json' });

  expect(shape.parse(body).status).toEqual(status);
});
