import { describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import type { ResourceType } from '../../src/kube/port.ts';
import * as resourceTypes from '../../src/kube/resource-types.ts';
import { configMapType, deploymentType, secretType, serviceAccountType } from '../../src/kube/resource-types.ts';
import { readAuditLog } from '../support/parts/audit-log.ts';
import { useRealCluster } from '../support/real-cluster.ts';
import { refusal } from '../support/refusal.ts';

const facts = inject('controlPlane');
const real = useRealCluster(facts);
const { signal } = new AbortController();
const ours = { fieldManager: 'ours' };
const theirs = { fieldManager: 'theirs' };

const clusterRoleType: ResourceType = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', plural: 'clusterroles', namespaced: false, statusSubresource: false };
const roleBindingType: ResourceType = { ...clusterRoleType, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true };

function configMap(namespace: string, name: string, data: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

function deployment(namespace: string, spec: object): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'node', namespace }, spec };
}

describe('several managers of one object', () => {
  const labels = { app: 'node' };
  const spec = (containers: readonly object[]): object => ({ selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } });

  it('keep what each of them owns, in lists with keys too', async () => {
    const [cluster, namespace] = [await real.admin(), await real.namespace()];
    await cluster.apply(deploymentType, deployment(namespace, { ...spec([{ name: 'node', image: 'registry.example/node:1' }]), replicas: 0 }), ours, signal);
    await cluster.apply(deploymentType, deployment(namespace, spec([{ name: 'node', env: [{ name: 'THEIRS', value: '1' }] }, { name: 'sidecar', image: 'registry.example/mesh:1' }])), theirs, signal);

    const applied = await cluster.apply(deploymentType, deployment(namespace, { ...spec([{ name: 'node', image: 'registry.example/node:2', env: [{ name: 'OURS', value: '2' }] }]), replicas: 0 }), ours, signal);

    expect(applied).toMatchObject({
      spec: {
        replicas: 0,
        template: {
          spec: {
            containers: [
              { name: 'node', image: 'registry.example/node:2', env: [{ name: 'THEIRS', value: '1' }, { name: 'OURS', value: '2' }] },
              { name: 'sidecar', image: 'registry.example/mesh:1' },
            ],
          },
        },
      },
    });
  });

  it('are told of each other where they want the same field, and the field is named', async () => {
    const [cluster, namespace] = [await real.admin(), await real.namespace()];
    await cluster.apply(configMapType, configMap(namespace, 'a', { port: '1' }), theirs, signal);

    const error = await refusal(cluster.apply(configMapType, configMap(namespace, 'a', { port: '2' }), ours, signal));

    expect(error.kind).toBe('conflict');
    expect(error.message).toContain('theirs');
    expect(error.message).toContain('.data.port');
  });

  it('lose a field to one that forces, and only that field', async () => {
    const [cluster, namespace] = [await real.admin(), await real.namespace()];
    await cluster.apply(configMapType, configMap(namespace, 'a', { port: '1', host: 'h' }), theirs, signal);

    const applied = await cluster.apply(configMapType, configMap(namespace, 'a', { port: '2' }), { ...ours, force: true }, signal);

    expect(applied['data']).toEqual({ port: '2', host: 'h' });
  });
});

describe('a manifest that the kind has no room for', () => {
  const container = { name: 'node', image: 'registry.example/node:1' };
  const template = (fields: object): object => ({ selector: { matchLabels: { app: 'node' } }, template: { metadata: { labels: { app: 'node' } }, spec: { containers: [{ ...container, ...fields }] } } });

  // the API server answers the first three with status 500, as if trying again could help
  it.each([
    ['a field of the wrong type', { ...template({}), replicas: 'three' }, '.spec.replicas'],
    ['an unknown field', { ...template({}), replica: 3 }, '.spec.replica'],
    ['a list with doubles', template({ env: [{ name: 'A', value: '1' }, { name: 'A', value: '2' }] }), 'duplicate entries'],
    ['a quantity that is none', template({ resources: { limits: { cpu: 'banana' } } }), 'quantities'],
    ['a missing field', template({ image: undefined }), 'spec.template.spec.containers[0].image'],
  ])('is invalid for %s, and applying it again is of no use', async (_title, spec, place) => {
    const [cluster, namespace] = [await real.admin(), await real.namespace()];

    const error = await refusal(cluster.apply(deploymentType, deployment(namespace, spec), ours, signal));

    expect(error.kind).toBe('invalid');
    expect(error.message).toContain(place);
  });
});

describe('names', () => {
  it('keep their colons and capitals', async () => {
    const cluster = await real.admin();
    const name = `prelude:Upper:${(await real.namespace()).slice(-4)}`;
    const role: KubeObject = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules: [] };

    await cluster.apply(clusterRoleType, role, ours, signal);

    expect((await cluster.get(clusterRoleType, { name }, signal))?.metadata.name).toBe(name);
    expect(await cluster.get(clusterRoleType, { name: name.toLowerCase() }, signal)).toBeUndefined();
    expect(await cluster.delete(clusterRoleType, { name }, {}, signal)).toBe(true);
  });

  it('cannot lead out of the path they stand in', async () => {
    const [cluster, namespace] = [await real.admin(), await real.namespace()];

    for (const name of ['..', '.', '', '../secrets', 'a/b']) expect((await refusal(cluster.get(configMapType, { namespace, name }, signal))).kind).toBe('invalid');
  });
});

describe('the kinds that rooms know by name', () => {
  const builtIn = Object.values(resourceTypes).filter((type): type is ResourceType => typeof type === 'object' && !['external-secrets.io', 'generators.external-secrets.io', 'argoproj.io', 'bitnami.com'].includes(type.group));

  it('are as the API server serves them', async () => {
    const discovery = await (await real.admin()).discover(signal);

    expect(builtIn.length).toBeGreaterThan(9);
    for (const type of builtIn) expect(discovery.find(resourceTypes.apiVersionOf(type), type.kind)).toEqual(type);
  });
});

describe('somebody with few rights', () => {
  it('is denied, and told who may not do what', async () => {
    const [admin, namespace] = [await real.admin(), await real.namespace()];
    await admin.create(serviceAccountType, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace } }, ours, signal);
    const token = await admin.tokenRequest({ namespace, name: 'robot' }, { audiences: ['https://kubernetes.default.svc'], expirationSeconds: 600 }, signal);
    const robot = await real.as({ token });

    const error = await refusal(robot.get(secretType, { namespace, name: 'a' }, signal));

    expect(error.kind).toBe('denied');
    expect(error.message).toContain(`User "system:serviceaccount:${namespace}:robot" cannot get resource "secrets"`);
    expect(await robot.accessReview({ verb: 'get', type: secretType, namespace }, signal)).toBe(false);
    await admin.create(
      roleBindingType,
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'robot', namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
        subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace }],
      },
      ours,
      signal,
    );
    await expect.poll(() => robot.accessReview({ verb: 'get', type: secretType, namespace }, signal)).toBe(true);
    expect(await robot.get(secretType, { namespace, name: 'a' }, signal)).toBeUndefined();
  });

  it('is denied where the token is none', async () => {
    const stranger = await real.as({ token: 'nobody-gave-me-this' });

    const error = await refusal(stranger.get(configMapType, { namespace: 'default', name: 'a' }, signal));

    expect(error.kind).toBe('denied');
    expect(error.message).not.toContain('nobody-gave-me-this');
  });
});

describe('connections', () => {
  it('are few for many requests, one after the other and all at once', async () => {
    const { cluster, proxy } = await real.proxied();
    const get = (index: number): Promise<unknown> => cluster.get(configMapType, { namespace: 'default', name: `absent-${index}` }, signal);

    for (let index = 0; index < 202; index += 1) await get(index);
    const inSequence = proxy.accepted();
    await Promise.all(Array.from({ length: 200 }, (_, index) => get(index)));

    expect(inSequence).toBeLessThanOrEqual(2);
    expect(proxy.accepted()).toBeLessThanOrEqual(32);
  });

  it('of watches leave room for requests', async () => {
    const { cluster } = await real.proxied();
    const stop = new AbortController();
    const watches = Array.from({ length: 40 }, async () => {
      for await (const _ of cluster.watch(configMapType, { namespace: 'default' }, '0', stop.signal));
    });

    const answers = await Promise.all(Array.from({ length: 40 }, () => cluster.get(configMapType, { namespace: 'default', name: 'absent' }, signal)));

    expect(answers.every((answer) => answer === undefined)).toBe(true);
    stop.abort(new Error('enough'));
    await Promise.allSettled(watches);
  });

  it('that broke while they were idle do not fail a read', async () => {
    const { cluster, proxy } = await real.proxied();
    await cluster.get(configMapType, { namespace: 'default', name: 'a' }, signal);

    proxy.cut();

    expect(await cluster.get(configMapType, { namespace: 'default', name: 'a' }, signal)).toBeUndefined();
  });

  it('that cannot be made are an error that names the server', async () => {
    const { cluster, proxy } = await real.proxied();
    proxy.refuse(true);

    const error = await refusal(cluster.get(configMapType, { namespace: 'default', name: 'a' }, signal));

    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain(proxy.url);
  });

  it('say who we are', async () => {
    const [cluster, namespace] = [await real.admin(), await real.namespace()];

    await cluster.create(configMapType, configMap(namespace, 'a'), ours, signal);

    const entry = readAuditLog(facts.auditLog).find((item) => item.namespace === namespace && item.verb === 'create' && item.resource === 'configmaps' && item.name === 'a');
    expect(entry?.userAgent).toMatch(/^prelude\/./);
  });
});

describe('metadata alone', () => {
  it('does not bring the values over the wire', async () => {
    const [admin, namespace] = [await real.admin(), await real.namespace()];
    const value = Buffer.alloc(300_000, 'planted').toString('base64');
    await admin.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'big', namespace, labels: { size: 'big' } }, data: { value } }, ours, signal);
    const { cluster, proxy } = await real.proxied();

    const selection = { namespace, labelSelector: 'size=big', metadataOnly: true };
    const listed: KubeObject[] = [];
    for await (const page of cluster.pages(secretType, selection, signal)) listed.push(...page.items);
    const got = await cluster.get(secretType, { namespace, name: 'big' }, signal, { metadataOnly: true });
    const watch = cluster.watch(secretType, selection, '0', signal)[Symbol.asyncIterator]();
    let seen: KubeObject | undefined;
    while (seen === undefined) {
      const { value: event } = await watch.next();
      if (event?.type === 'added') seen = event.object;
    }
    await watch.return?.();

    for (const object of [...listed, got!, seen]) {
      expect(Object.keys(object).toSorted()).toEqual(['apiVersion', 'kind', 'metadata']);
      expect(object).toMatchObject({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'big', labels: { size: 'big' } } });
    }
    expect(proxy.received()).toBeLessThan(50_000);
  });
});
