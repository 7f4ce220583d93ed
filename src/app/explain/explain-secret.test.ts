import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import type { KubeObject } from '../../api/object.ts';
import { KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationType, deploymentType, externalSecretType, namespaceType, podType, secretType, serviceAccountType } from '../../kube/resource-types.ts';
import { createdBy, ownerReference } from '../../secret/desired-secret.ts';
import { secretFieldManager } from '../../secret/field-manager.ts';
import { encodeProvenance, type Provenance } from '../../secret/provenance.ts';
import { explainSecret } from './explain-secret.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const clock = createFakeClock(Date.UTC(2026, 0, 1, 12, 30));
const planted = 'planted-value';

let world: { readonly cluster: Cluster; readonly close: () => Promise<void> };
let cluster: Cluster;

beforeEach(async () => {
  world = await openLocalWorld();
  cluster = world.cluster;
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }, by, never);
});

afterEach(() => world.close());

const spec = {
  secretStoreRef: { name: 'vault' },
  refreshInterval: '1h',
  data: [
    { secretKey: 'user', remoteRef: { key: 'prod/db', property: 'user' } },
    { secretKey: 'password', remoteRef: { key: 'prod/db', property: 'password' } },
  ],
};

async function declare(extra: { readonly spec?: object; readonly annotations?: Readonly<Record<string, string>> } = {}): Promise<KubeObject> {
  const metadata = { namespace: 'team', name: 'db', ...(extra.annotations === undefined ? {} : { annotations: extra.annotations }) };
  const made = await cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata, spec: { ...spec, ...extra.spec } }, by, never);
  const ready = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced', lastTransitionTime: '2026-01-01T10:00:00Z' };
  return cluster.patchStatus(externalSecretType, { namespace: 'team', name: 'db' }, { refreshTime: '2026-01-01T12:00:00Z', conditions: [ready] }, { fieldManager: 'prelude', resourceVersion: made.metadata.resourceVersion ?? '' }, never);
}

async function makeSecret(owner: KubeObject, provenance?: Provenance): Promise<void> {
  const metadata = {
    namespace: 'team',
    name: 'db',
    labels: { 'reconcile.external-secrets.io/managed': 'true', 'reconcile.external-secrets.io/created-by': createdBy(owner) },
    ...(provenance === undefined ? {} : { annotations: { 'prelude.dev/provenance': encodeProvenance(provenance) ?? '' } }),
    ownerReferences: [ownerReference(owner)],
  };
  const data = { user: Buffer.from(planted).toString('base64'), password: Buffer.from(planted).toString('base64') };
  await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata, data }, { fieldManager: secretFieldManager('db') }, never);
}

/** A cluster that hands out no Secret whole. */
function withoutValues(): Cluster {
  return {
    ...cluster,
    discover: (until, options) => cluster.discover(until, options),
    get: (type, key, signal, options = {}) => {
      if (type.kind === 'Secret' && options.metadataOnly !== true) throw new Error('the values of a Secret were asked for');
      return cluster.get(type, key, signal, options);
    },
    pages: (type, selection, signal) => {
      if (type.kind === 'Secret') throw new Error('Secrets were listed');
      return cluster.pages(type, selection, signal);
    },
  };
}

function explain(name = 'db'): ReturnType<typeof explainSecret> {
  return explainSecret(withoutValues(), { namespace: 'team', name }, clock, never);
}

describe('explainSecret', () => {
  it('tells key by key where a Secret came from, as the last write left it', async () => {
    await makeSecret(
      await declare(),
      new Map([
        ['user', { kind: 'store', store: 'SecretStore team/vault', key: 'prod/db', property: 'user', version: '7' }],
        ['password', { kind: 'generator', generator: 'Password team/pw', key: 'password' }],
      ]),
    );

    const { keys, declarations, secret, otherMaker } = await explain();

    expect(secret?.keys).toEqual(['password', 'user']);
    expect(keys).toEqual([
      { key: 'password', live: true, readAt: '2026-01-01T12:00:00Z', origin: { kind: 'generator', generator: 'Password team/pw', key: 'password' } },
      { key: 'user', live: true, readAt: '2026-01-01T12:00:00Z', origin: { kind: 'store', store: 'SecretStore team/vault', key: 'prod/db', property: 'user', version: '7' } },
    ]);
    expect(declarations).toMatchObject([{ name: 'db', owns: true, refresh: { last: '2026-01-01T12:00:00Z', next: '2026-01-01T13:00:00Z' }, condition: { status: 'True' } }]);
    expect(otherMaker).toBeUndefined();
  });

  it('goes by the declaration where another controller wrote the Secret', async () => {
    await makeSecret(await declare());

    expect((await explain()).keys.map(({ origin }) => origin)).toEqual([
      { kind: 'store', store: 'SecretStore team/vault', key: 'prod/db', property: 'password' },
      { kind: 'store', store: 'SecretStore team/vault', key: 'prod/db', property: 'user' },
    ]);
  });

  it('explains what is declared and not there yet', async () => {
    await declare({ spec: { target: { name: 'other' } } });

    const explanation = await explain('other');

    expect(explanation.secret).toBeUndefined();
    expect(explanation.declarations).toMatchObject([{ name: 'db', owns: false }]);
    expect(explanation.keys.map(({ key, live }) => [key, live])).toEqual([['password', false], ['user', false]]);
  });

  it('names the commit through the Application that tracks the declaration', async () => {
    const revision = '3f786850e387550fdab836ed7e6dc881de23001b';
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } }, by, never);
    const source = { repoURL: 'https://git.example/testnets.git', path: 'team' };
    const status = { sync: { status: 'Synced', revision, comparedTo: { source } }, history: [{ id: 0, revision, deployedAt: '2026-01-01T09:00:00Z' }] };
    await cluster.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name: 'team' }, spec: { source }, status }, by, never);
    await declare({ annotations: { 'argocd.argoproj.io/tracking-id': 'team:external-secrets.io/ExternalSecret:team/db' } });

    expect((await explain()).declarations[0]?.git).toEqual({ application: 'argocd/team', repository: source.repoURL, path: 'team', revision, deployedAt: '2026-01-01T09:00:00Z', state: 'Synced' });
  });

  it('lists who needs it, once for each controller of pods, and nobody of another namespace', async () => {
    await declare();
    const pod = { containers: [{ name: 'app', image: 'x', env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'user' } } }] }] };
    await cluster.create(deploymentType, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'team', name: 'app' }, spec: { selector: {}, template: { spec: pod } } }, by, never);
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'app-1', uid: 'u', controller: true };
    await cluster.create(podType, { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'team', name: 'app-1-x', ownerReferences: [owner] }, spec: pod }, by, never);
    await cluster.create(podType, { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'team', name: 'tool' }, spec: { containers: [{ name: 'tool', image: 'x', envFrom: [{ secretRef: { name: 'db' } }] }] } }, by, never);
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } }, by, never);
    await cluster.create(podType, { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'elsewhere', name: 'foreign' }, spec: pod }, by, never);
    await cluster.create(serviceAccountType, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'team', name: 'default' } }, by, never);

    expect((await explain()).consumers).toEqual([
      { kind: 'Deployment', name: 'app', key: 'user', path: 'spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef' },
      { kind: 'Pod', name: 'tool', path: 'spec.containers[0].envFrom[0].secretRef' },
    ]);
  });

  it('names what makes it as it runs', async () => {
    const pod = { containers: [{ name: 'app', image: 'x' }] };
    const provides = (name: string, secrets: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'team', name, annotations: { 'prelude.dev/provides': secrets } }, spec: { selector: {}, template: { spec: pod } } });
    await cluster.create(deploymentType, provides('maker', 'made/key'), by, never);
    await cluster.create(deploymentType, provides('other', 'something'), by, never);

    expect((await explain('made')).runtimeMakers).toEqual(['Deployment team/maker']);
    expect((await explain()).runtimeMakers).toEqual([]);
  });

  it('says who made a Secret that nothing declares', async () => {
    await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'team', name: 'hand' }, data: { a: 'YQ==' } }, { fieldManager: 'kubectl-create' }, never);

    expect(await explain('hand')).toMatchObject({ otherMaker: 'whoever writes as kubectl-create', declarations: [], keys: [{ key: 'a', origin: { kind: 'unknown' } }] });
  });

  it('has nothing to say of what is neither there nor declared', async () => {
    expect(await explain('none')).toEqual({ namespace: 'team', name: 'none', declarations: [], runtimeMakers: [], keys: [], consumers: [], pushedBy: [], unknown: [] });
  });

  it('says what it may not see, and explains the rest', async () => {
    await makeSecret(await declare());
    const blind: Cluster = {
      ...withoutValues(),
      pages: (type, selection, signal) => {
        if (type.kind === 'Job' || type.kind === 'PushSecret') throw new KubeError('denied', `list ${type.plural}: forbidden`);
        return cluster.pages(type, selection, signal);
      },
    };

    const { unknown, declarations } = await explainSecret(blind, { namespace: 'team', name: 'db' }, clock, never);

    expect(unknown).toEqual(['objects of kind PushSecret: list pushsecrets: forbidden', 'consumers of kind Job: list jobs: forbidden']);
    expect(declarations).toHaveLength(1);
  });
});
