import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';
import { providers } from '../../providers/index.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { isKubeError } from '../../src/kube/kube-error.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import type { Cluster, Discovery } from '../../src/kube/port.ts';
import { customResourceDefinitionType, namespaceType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { customResourceDefinitions } from '../support/crds.ts';
import { isEffectiveWrite, readAuditLog } from '../support/parts/audit-log.ts';
import { type ControlPlane, startControlPlane } from '../support/parts/control-plane.ts';
import { readSnippets } from '../support/snippets.ts';
import { snippetExemptions } from '../support/snippet-exemptions.ts';
import { byName } from '../support/takeover/upstream-state.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const known: ReadonlySet<string> = new Set(providers.map(({ id }) => id));

/** A Secret that the documentation shows as what comes of an ExternalSecret. */
const results: ReadonlySet<string> = new Set(['fake-provider-secret.yaml']);
/** In this order, so that what is referred to is there first. */
const order = ['Secret', 'ConfigMap', 'ServiceAccount', 'SecretStore', 'ClusterSecretStore', 'ClusterGenerator', 'ACRAccessToken', 'ECRAuthorizationToken', 'Fake', 'GCRAccessToken', 'GithubAccessToken', 'Password', 'SSHKey', 'STSSessionToken', 'UUID', 'VaultDynamicSecret', 'Webhook', 'ExternalSecret', 'PushSecret', 'ClusterExternalSecret', 'ClusterPushSecret'];
const withStatus = ['SecretStore', 'ClusterSecretStore', 'ExternalSecret', 'PushSecret', 'ClusterExternalSecret', 'ClusterPushSecret'];

/** Stores that pages of the documentation leave to the reader, with what their examples read. */
const standIns: readonly { readonly namespace: string; readonly name: string; readonly data: Readonly<Record<string, string>> }[] = [
  { namespace: 'datafrom', name: 'backend', data: { 'my-secrets-dev': '{"user":"ada"}', 'my-secrets-prod': '{"user":"grace"}' } },
  { namespace: 'getallsecrets', name: 'secretstore-sample', data: { 'some-key': 'found', 'another-one': 'not found' } },
];

/** What runs here, by `kind namespace/name`, with what its Secret then holds: exact texts, or what a text looks like. */
const text = (pattern: RegExp): unknown => expect.stringMatching(pattern);
const password = { password: text(/^[A-Za-z0-9\-_$@]{42}$/) };
const sshKey = (kind: string): object => ({ privateKey: text(/^-----BEGIN OPENSSH PRIVATE KEY-----/), publicKey: text(new RegExp(`^${kind} \\S+ \\w+@example\\.com\\n?$`)) });
const made: Readonly<Record<string, { readonly secret: string; readonly data: object }>> = {
  'fake/example': { secret: 'secret-to-be-created', data: { foo_bar: 'HELLO1', john: 'doe' } },
  'datafrom/example': { secret: 'secret-to-be-created', data: { 'dev-user': 'ada', 'prod-user': 'grace' } },
  'getallsecrets/find-by-tags': { secret: 'secret-to-be-created', data: { 'some-key': 'found' } },
  'generator/fake': { secret: 'fake', data: { foo: 'bar', baz: 'bang' } },
  'generator/cluster-secret': { secret: 'cluster-secret', data: password },
  'generator/password': { secret: 'password-secret', data: password },
  'generator/uuid': { secret: 'uuid-secret', data: { uuid: text(/^[0-9a-f-]{36}$/) } },
  'generator/example-ssh-key': { secret: 'ssh-key-secret', data: sshKey('ssh-ed25519') },
  'generator/example-rsa-key': { secret: 'ssh-rsa-secret', data: sshKey('ssh-rsa') },
};

/** An object as it stands in the cluster. */
interface Placed {
  readonly file: string;
  readonly object: KubeObject;
}

let plane: ControlPlane;
let cluster: Cluster;
let controller: ControllerProcess;
let placed: readonly Placed[];
/** `file kind`: what the API server does not take; what is there for the sake of others (Secrets that are no base64) apart. */
let refused: readonly string[];

beforeAll(async () => {
  plane = await startControlPlane(inject('parts'));
  cluster = await openCluster({ kubeconfig: plane.kubeconfig });
  const discovery = await installDefinitions();
  const prepared = prepare(discovery);
  for (const name of new Set(prepared.map(({ file }) => groupOf(file)))) await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, by, never);
  const outcomes: { readonly one: Placed; readonly taken: boolean }[] = [];
  for (const one of prepared) outcomes.push({ one, taken: await create(one, discovery) });
  for (const { namespace, name, data } of standIns) {
    const provider = { fake: { data: Object.entries(data).map(([key, value]) => ({ key, value })) } };
    await cluster.create(secretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace, name }, spec: { provider } }, by, never);
  }
  placed = outcomes.filter(({ taken }) => taken).map(({ one }) => one);
  refused = outcomes.filter(({ one, taken }) => !taken && one.object.apiVersion !== 'v1').map(({ one }) => `${one.file} ${one.object.kind}`);
  controller = await startController({ kubeconfig: plane.kubeconfig, args: ['--controllers', 'secrets'] });
}, 180_000);

afterAll(async () => {
  await controller.stop();
  await cluster.close();
  await plane.stop();
});

async function installDefinitions(): Promise<Discovery> {
  for (const crd of customResourceDefinitions().values()) await cluster.apply(customResourceDefinitionType, crd as KubeObject, by, never);
  return vi.waitFor(
    async () => {
      const discovery = await cluster.discover(never, { fresh: true });
      for (const kind of withStatus) expect(discovery.find(versionOf(kind), kind), kind).toBeDefined();
      expect(discovery.find('generators.external-secrets.io/v1alpha1', 'Webhook')).toBeDefined();
      return discovery;
    },
    { timeout: 30_000, interval: 200 },
  );
}

function versionOf(kind: string): string {
  return kind.endsWith('PushSecret') ? 'external-secrets.io/v1alpha1' : 'external-secrets.io/v1';
}

function groupOf(file: string): string {
  return file.split(/[-/.]/)[0] ?? '';
}

/** All objects that are for us, in namespaces by what their files are about; those with a name that is taken get another. */
function prepare(discovery: Discovery): readonly Placed[] {
  const names = new Map<string, number>();
  return readSnippets(inject('parts').upstream.snippets)
    .filter(({ file }) => !results.has(file))
    .flatMap(({ file, objects }) => objects.map((object) => ({ file, object })))
    .filter(({ object }) => order.includes(object.kind) && (object.apiVersion === 'v1' || object.apiVersion.includes('external-secrets.io')))
    .toSorted((a, b) => order.indexOf(a.object.kind) - order.indexOf(b.object.kind))
    .map(({ file, object }) => {
      const { metadata, status: _status, ...rest } = object;
      // v1beta1 has the same fields, and is upgraded on its way out of Git
      const apiVersion = object.apiVersion === 'external-secrets.io/v1beta1' && object.kind !== 'PushSecret' ? 'external-secrets.io/v1' : object.apiVersion;
      const namespaced = discovery.find(apiVersion, object.kind)?.namespaced !== false;
      const place = namespaced ? { namespace: groupOf(file) } : {};
      const key = `${object.kind} ${place.namespace ?? ''}/${metadata.name}`;
      const count = (names.get(key) ?? 0) + 1;
      names.set(key, count);
      const { namespace: _namespace, ...others } = metadata;
      return { file, object: { ...rest, apiVersion, metadata: { ...others, ...place, name: count === 1 ? metadata.name : `${metadata.name}-${count}` } } };
    });
}

async function create({ object }: Placed, discovery: Discovery): Promise<boolean> {
  const type = discovery.find(object.apiVersion, object.kind);
  if (type === undefined) return false;
  try {
    await cluster.create(type, object, by, never);
    return true;
  } catch (error) {
    if (isKubeError(error) && error.kind === 'invalid') return false;
    throw error;
  }
}

const statusSchema = z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string().optional(), message: z.string().default('') })).default([]) });

/** An object of a kind that has a condition, with what it says. */
interface Judged extends Placed {
  readonly key: string;
  readonly conditions: z.infer<typeof statusSchema>['conditions'];
}

/** Stores of another controller's class are not ours to judge. */
function isForeign({ spec }: KubeObject): boolean {
  return (z.object({ controller: z.string().default('') }).safeParse(spec).data?.controller ?? '') !== '';
}

async function judge(): Promise<readonly Judged[]> {
  const discovery = await cluster.discover(never);
  const ours = placed.filter(({ object }) => withStatus.includes(object.kind) && !isForeign(object));
  return Promise.all(
    ours.map(async ({ file, object }) => {
      const type = discovery.find(object.apiVersion, object.kind);
      const { namespace = '', name } = object.metadata;
      const live = type === undefined ? undefined : await cluster.get(type, namespace === '' ? { name } : { namespace, name }, never);
      return { file, object, key: `${object.kind} ${namespace}/${name}`, conditions: statusSchema.parse(live?.['status'] ?? {}).conditions };
    }),
  );
}

/** Names of what an object refers to, any of which may be what it waits for. */
function referred(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, child]) => (['name', 'key', 'kind'].includes(field) && typeof child === 'string' ? [child] : referred(child)));
}

const line = ({ key, conditions }: Judged): string => `${key}: ${conditions.map(({ type, status, message }) => `${type}=${status} ${message}`).join(' | ')}`;

describe("The manifests of External Secrets' documentation, in a cluster", () => {
  it('are taken by the API server, except those that are not understood either', () => {
    expect(refused.filter((one) => !snippetExemptions.some(({ file, kind }) => one === `${file} ${kind}`))).toEqual([]);
    expect(placed.length).toBeGreaterThan(180);
  });

  it('each get one condition: Ready where all that they need runs here, and else what they lack', { timeout: 180_000 }, async () => {
    await vi.waitFor(async () => expect((await judge()).filter(({ conditions }) => conditions.length !== 1).map(line)).toEqual([]), { timeout: 120_000, interval: 1_000 });
    await vi.waitFor(async () => expect((await judge()).filter(({ conditions }) => conditions[0]?.status === 'True').map(({ key }) => key).toSorted()).toEqual(['ClusterSecretStore /fake', ...Object.keys(made).map((key) => `ExternalSecret ${key}`)].toSorted()), { timeout: 60_000, interval: 1_000 });

    const waiting = (await judge()).filter(({ conditions }) => conditions[0]?.status !== 'True');
    expect(waiting.filter(({ conditions }) => conditions[0]?.type !== 'Ready').map(line)).toEqual([]);
    const unnamed = waiting.filter(({ object, conditions }) => !referred(object['spec']).some((name) => conditions[0]?.message.includes(name)) && !/^invalid \w+: spec\.|spec\.provider\.\w+|cannot be reached|names no credentials/.test(conditions[0]?.message ?? ''));
    expect(unnamed.map(line)).toEqual([]);
  });

  it('say of a store whose provider is not there which one that is', async () => {
    const stores = (await judge()).filter(({ object }) => object.kind.endsWith('SecretStore'));
    const unknown = stores.flatMap((one) => {
      const [id = ''] = Object.keys(z.object({ provider: z.looseObject({}) }).parse(one.object['spec']).provider);
      return known.has(id) ? [] : [{ id, message: one.conditions[0]?.message ?? '' }];
    });

    expect(unknown.length).toBeGreaterThan(10);
    expect(unknown.filter(({ id, message }) => !message.includes(`spec.provider.${id}: the provider is not known`))).toEqual([]);
  });

  it('say of a generator of a kind that is not run that it is not run, rather than that it is not there', async () => {
    const [one] = (await judge()).filter(({ key }) => key === 'ExternalSecret generator/cloudsmith-credentials');

    expect(one?.conditions[0]?.message).toMatch(/CloudsmithAccessToken "my-cloudsmith-token" cannot be run: this version of Prelude runs generators of kind ACRAccessToken,/);
  });

  it('make the Secrets that the documentation shows, and no others', async () => {
    const found = new Map<string, object>();
    for await (const { items } of cluster.pages(secretType, { labelSelector: 'reconcile.external-secrets.io/managed=true' }, never)) {
      for (const { metadata, data } of items) {
        const texts = Object.entries(z.record(z.string(), z.string()).parse(data)).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
        found.set(`${metadata.namespace}/${metadata.name}`, Object.fromEntries(texts));
      }
    }

    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(Object.entries(made).map(([key, { secret, data }]) => [`${key.split('/')[0]}/${secret}`, data])));
  });

  it('leave stores of another class alone', async () => {
    const foreign = placed.filter(({ object }) => isForeign(object) && object.kind === 'SecretStore');
    expect(foreign.length).toBeGreaterThan(0);
    for (const { object } of foreign) {
      const stores = await byName(cluster, (await cluster.discover(never)).find(object.apiVersion, 'SecretStore') ?? secretType, object.metadata.namespace ?? '');
      expect(stores.get(object.metadata.name)?.['status'] ?? {}).not.toHaveProperty('conditions');
    }
  });

  it('are not tried over and over, and nothing is written of what stays the same', { timeout: 60_000 }, async () => {
    const [written, reconciled] = [readAuditLog(plane.auditLog).length, await reconciles()];
    await new Promise((resolve) => setTimeout(resolve, 10_000));

    const since = readAuditLog(plane.auditLog).slice(written).filter((entry) => isEffectiveWrite(entry) && entry.userAgent.includes('prelude') && entry.resource !== 'events');
    expect(since.map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace ?? ''}/${name ?? ''}`)).toEqual([]);
    // what fails is tried again after a second, two, four: three times in ten seconds at the very most
    expect((await reconciles()) - reconciled).toBeLessThan(placed.length * 3);
    expect(await reconciles()).toBeLessThan(placed.length * 20);
  });
});

async function reconciles(): Promise<number> {
  const exposed = await (await fetch(`${controller.url}/metrics`)).text();
  return [...exposed.matchAll(/^prelude_reconcile_total\{[^}]*\} (?<count>\d+)/gm)].reduce((sum, { groups }) => sum + Number(groups?.['count']), 0);
}
