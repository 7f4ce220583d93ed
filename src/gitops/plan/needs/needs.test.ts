import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../api/object.ts';
import { knownCustomNeeds } from './custom-needs.ts';
import { readNeeds } from './needs.ts';

type Json = Readonly<Record<string, unknown>>;

function object(apiVersion: string, kind: string, body: Json, namespace = 'devnet'): KubeObject {
  return { apiVersion, kind, metadata: { name: 'one', namespace }, ...body };
}

function needs(...objects: readonly KubeObject[]) {
  return readNeeds(
    objects.map((one) => ({ object: one, origin: { file: 'a.yaml', line: 1 }, taint: [] })),
    knownCustomNeeds,
  );
}

/** `namespace/secret/key path`, one per consumer; `?` marks a need that only warns. */
function listed(...objects: readonly KubeObject[]): readonly string[] {
  return needs(...objects).flatMap(({ namespace, secret, key, consumers, lenient }) => consumers.map(({ path }) => `${namespace}/${secret}/${key ?? '*'}${lenient ? '?' : ''} ${path}`));
}

const pod: Json = { containers: [{ name: 'c', env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }] };

describe('readNeeds', () => {
  it.each([
    ['v1', 'Pod', { spec: pod }, 'spec'],
    ['v1', 'PodTemplate', { template: { spec: pod } }, 'template.spec'],
    ['v1', 'ReplicationController', { spec: { template: { spec: pod } } }, 'spec.template.spec'],
    ['apps/v1', 'ReplicaSet', { spec: { template: { spec: pod } } }, 'spec.template.spec'],
    ['apps/v1', 'Deployment', { spec: { template: { spec: pod } } }, 'spec.template.spec'],
    ['apps/v1', 'StatefulSet', { spec: { template: { spec: pod } } }, 'spec.template.spec'],
    ['apps/v1', 'DaemonSet', { spec: { template: { spec: pod } } }, 'spec.template.spec'],
    ['batch/v1', 'Job', { spec: { template: { spec: pod } } }, 'spec.template.spec'],
    ['batch/v1', 'CronJob', { spec: { jobTemplate: { spec: { template: { spec: pod } } } } }, 'spec.jobTemplate.spec.template.spec'],
    ['argoproj.io/v1alpha1', 'Rollout', { spec: { template: { spec: pod } } }, 'spec.template.spec'],
    ['serving.knative.dev/v1', 'Service', { spec: { template: { spec: pod } } }, 'spec.template.spec'],
  ])('reads the pods of %s %s', (apiVersion, kind, body, path) => {
    expect(listed(object(apiVersion, kind, body))).toEqual([`devnet/s/k ${path}.containers[0].env[0].valueFrom.secretKeyRef`]);
  });

  it('does not take a custom resource of the same name for a built-in kind', () => {
    expect(listed(object('example.org/v1', 'Deployment', { spec: { template: { spec: pod } } }), object('example.org/v1', 'Service', { spec: { template: { spec: pod } } }))).toEqual([]);
  });

  it('reads every field of a pod that names a Secret', () => {
    const spec = {
      initContainers: [{ env: [{ valueFrom: { secretKeyRef: { name: 'init', key: 'a' } } }] }],
      containers: [{ env: [{ value: 'x' }, { valueFrom: { fieldRef: {} } }], envFrom: [{ configMapRef: { name: 'no' } }, { secretRef: { name: 'whole' } }] }],
      ephemeralContainers: [{ envFrom: [{ secretRef: { name: 'debug' } }] }],
      volumes: [
        { secret: { secretName: 'plain' } },
        { secret: { secretName: 'items', items: [{ key: 'a', path: 'x' }, { key: 'b', path: 'y' }] } },
        { projected: { sources: [{ configMap: { name: 'no' } }, { secret: { name: 'projected', items: [{ key: 'c', path: 'z' }] } }] } },
        { csi: { driver: 'd', nodePublishSecretRef: { name: 'csi' } } },
        { azureFile: { secretName: 'azure' } },
        { rbd: { secretRef: { name: 'rbd' } } },
      ],
      imagePullSecrets: [{ name: 'pull' }],
    };

    expect(listed(object('v1', 'Pod', { spec }))).toEqual([
      'devnet/azure/* spec.volumes[4].azureFile',
      'devnet/csi/* spec.volumes[3].csi.nodePublishSecretRef',
      'devnet/debug/* spec.ephemeralContainers[0].envFrom[0].secretRef',
      'devnet/init/a spec.initContainers[0].env[0].valueFrom.secretKeyRef',
      'devnet/items/a spec.volumes[1].secret.items[0]',
      'devnet/items/b spec.volumes[1].secret.items[1]',
      'devnet/plain/* spec.volumes[0].secret',
      'devnet/projected/c spec.volumes[2].projected.sources[1].secret.items[0]',
      'devnet/pull/*? spec.imagePullSecrets[0]',
      'devnet/rbd/* spec.volumes[5].rbd.secretRef',
      'devnet/whole/* spec.containers[0].envFrom[1].secretRef',
    ]);
  });

  it('leaves out what is optional', () => {
    const spec = {
      containers: [{ env: [{ valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } }], envFrom: [{ secretRef: { name: 's', optional: true } }] }],
      volumes: [{ secret: { secretName: 's', optional: true, items: [{ key: 'k', path: 'p' }] } }, { projected: { sources: [{ secret: { name: 's', optional: true } }] } }],
    };

    expect(listed(object('v1', 'Pod', { spec }))).toEqual([]);
  });

  it('reads the pull secrets of the service accounts that pods run as, and of no other', () => {
    const account = (name: string, namespace: string): KubeObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace }, imagePullSecrets: [{ name: `pull-${name}` }] });
    const accounts = [account('default', 'devnet'), account('node', 'devnet'), account('idle', 'devnet'), account('node', 'other')];

    expect(listed(...accounts, object('v1', 'Pod', { spec: { serviceAccountName: 'node' } }), object('v1', 'Pod', { spec: {} }))).toEqual([
      'devnet/pull-default/*? imagePullSecrets[0]',
      'devnet/pull-node/*? imagePullSecrets[0]',
    ]);
  });

  it('reads certificates of Ingresses and Gateways', () => {
    const ingress = object('networking.k8s.io/v1', 'Ingress', { spec: { tls: [{ hosts: ['a'] }, { secretName: 'cert' }] } });
    const refs = [{ name: 'gw' }, { kind: 'ConfigMap', name: 'no' }, { name: 'far', namespace: 'other' }];
    const gateway = object('gateway.networking.k8s.io/v1', 'Gateway', { spec: { listeners: [{ name: 'http' }, { tls: { certificateRefs: refs } }] } });

    expect(listed(ingress, gateway)).toEqual([
      'devnet/cert/tls.crt? spec.tls[1].secretName',
      'devnet/cert/tls.key? spec.tls[1].secretName',
      'devnet/gw/*? spec.listeners[1].tls.certificateRefs[0]',
    ]);
  });

  it('reads custom resources by a table', () => {
    const table = [
      { group: 'db.example', kind: 'Database', path: 'spec.users[*].password', reads: 'keySelector' },
      { group: 'db.example', kind: 'Database', path: 'spec.tlsSecret', reads: 'secretName' },
      { group: 'db.example', kind: 'Database', path: 'spec.superuser', reads: 'reference' },
    ] as const;
    const database = object('db.example/v1', 'Database', { spec: { users: [{ password: { name: 'a', key: 'p' } }, {}], tlsSecret: 'tls', superuser: { name: 'root' } } });

    const found = readNeeds([{ object: database, origin: { file: 'a.yaml', line: 1 }, taint: [] }], table);

    expect(found.map(({ secret, key, consumers }) => [secret, key, consumers[0]?.path])).toEqual([
      ['a', 'p', 'spec.users[0].password'],
      ['root', undefined, 'spec.superuser'],
      ['tls', undefined, 'spec.tlsSecret'],
    ]);
  });

  it('joins what several consumers need, and a need that gates wins over one that warns', () => {
    const found = needs(object('v1', 'Pod', { spec: { imagePullSecrets: [{ name: 's' }] } }), object('v1', 'Pod', { spec: { volumes: [{ secret: { secretName: 's' } }] } }));

    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ lenient: false, consumers: [{ path: 'spec.imagePullSecrets[0]' }, { path: 'spec.volumes[0].secret' }] });
  });

  it('survives objects of any shape', () => {
    fc.assert(
      fc.property(fc.constantFrom('Pod', 'Ingress', 'ServiceAccount'), fc.jsonValue(), (kind, spec) => {
        expect(Array.isArray(needs(object('v1', kind, { spec, imagePullSecrets: spec })))).toBe(true);
      }),
    );
  });

  /** Places a reference to a Secret somewhere in a pod, and says what it should be read as. */
  const place = fc.constantFrom('env', 'envFrom', 'volume', 'items', 'projected', 'projectedItems', 'csi', 'pull');
  const list = fc.constantFrom('initContainers', 'containers', 'ephemeralContainers');
  const reference = fc.record({ place, list, secret: fc.stringMatching(/^[a-z]{1,6}$/), key: fc.stringMatching(/^[a-z.]{1,6}$/), optional: fc.option(fc.boolean(), { nil: undefined }) });

  it('finds every reference that is placed in a generated pod, and no other', () => {
    fc.assert(
      fc.property(fc.array(reference, { maxLength: 12 }), fc.constantFrom('Pod', 'Deployment', 'CronJob'), (references, kind) => {
        const { spec, expected } = podWith(references);
        const body = { Pod: { spec }, Deployment: { spec: { template: { spec } } }, CronJob: { spec: { jobTemplate: { spec: { template: { spec } } } } } }[kind];
        const apiVersion = { Pod: 'v1', Deployment: 'apps/v1', CronJob: 'batch/v1' }[kind];

        const found = new Set(needs(object(apiVersion ?? '', kind, body ?? {})).map(({ secret, key }) => `${secret}/${key ?? '*'}`));

        expect(found).toEqual(expected);
      }),
    );
  });
});

interface Placed {
  readonly place: string;
  readonly list: string;
  readonly secret: string;
  readonly key: string;
  readonly optional: boolean | undefined;
}

function podWith(references: readonly Placed[]): { readonly spec: Json; readonly expected: ReadonlySet<string> } {
  const containers: Record<string, Json[]> = { initContainers: [], containers: [{ name: 'plain' }], ephemeralContainers: [] };
  const volumes: Json[] = [{ emptyDir: {} }];
  const imagePullSecrets: Json[] = [];
  const expected = new Set<string>();
  for (const { place, list, secret, key, optional } of references) {
    const maybe = optional === undefined ? {} : { optional };
    const items = [{ key, path: 'p' }];
    if (place === 'env') containers[list]?.push({ env: [{ value: 'x' }, { valueFrom: { secretKeyRef: { name: secret, key, ...maybe } } }] });
    if (place === 'envFrom') containers[list]?.push({ envFrom: [{ secretRef: { name: secret, ...maybe } }] });
    if (place === 'volume') volumes.push({ secret: { secretName: secret, ...maybe } });
    if (place === 'items') volumes.push({ secret: { secretName: secret, items, ...maybe } });
    if (place === 'projected') volumes.push({ projected: { sources: [{ serviceAccountToken: {} }, { secret: { name: secret, ...maybe } }] } });
    if (place === 'projectedItems') volumes.push({ projected: { sources: [{ secret: { name: secret, items, ...maybe } }] } });
    if (place === 'csi') volumes.push({ csi: { nodePublishSecretRef: { name: secret } } });
    if (place === 'pull') imagePullSecrets.push({ name: secret });
    const canBeOptional = place !== 'csi' && place !== 'pull';
    if (optional === true && canBeOptional) continue;
    expected.add(`${secret}/${['env', 'items', 'projectedItems'].includes(place) ? key : '*'}`);
  }
  return { spec: { ...containers, volumes, imagePullSecrets }, expected };
}
