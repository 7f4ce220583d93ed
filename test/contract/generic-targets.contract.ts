import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { configMapType, customResourceDefinitionType, externalSecretType, secretType } from '../../src/kube/resource-types.ts';
import { createdBy } from '../../src/secret/desired-secret.ts';
import { manifestHash } from '../../src/secret/manifest/manifest-hash.ts';
import { collectorPatience, setStage, type World } from '../support/secret-stage.ts';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const widget = { apiVersion: 'acme.example/v1', kind: 'Widget' };
const widgetType: ResourceType = { group: 'acme.example', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true, statusSubresource: false };
const hash = 'reconcile.external-secrets.io/data-hash';
const managed = 'reconcile.external-secrets.io/managed';

/** The kind Widget, with a default that the API server fills in. */
const definition: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.acme.example' },
  spec: {
    group: 'acme.example',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { size: { type: 'integer', default: 3 } } } } } },
      },
    ],
  },
};

async function defineWidget(cluster: Cluster): Promise<void> {
  const signal = AbortSignal.timeout(20_000);
  if ((await cluster.get(customResourceDefinitionType, { name: definition.metadata.name }, signal)) === undefined) await cluster.create(customResourceDefinitionType, definition, { fieldManager: 'test' }, signal);
  await vi.waitFor(async () => expect((await cluster.discover(signal, { fresh: true })).find('acme.example/v1', 'Widget')).toBeDefined(), { timeout: 15_000 });
}

/** What the secrets half does with targets that are no Secrets. */
export function describeGenericTargets(name: string, open: () => Promise<World>): void {
  describe(`targets that are no Secrets ${name}`, { timeout: 60_000 }, () => {
    const stage = setStage('generic', open);
    beforeAll(() => defineWidget(stage.cluster));
    const declare = (target: object = {}, spec: object = {}): Promise<KubeObject> => stage.declare('database', { target: { manifest: configMap, ...target }, ...spec });
    const ready = async (): Promise<unknown> => (await stage.status('database')).conditions.find(({ type }) => type === 'Ready');
    const until = (expected: object): Promise<void> => stage.until(async () => expect(await ready()).toMatchObject(expected));
    const untilSynced = (): Promise<void> => until({ status: 'True', reason: 'ResourceSynced', message: 'resource synced' });
    const dataOf = async (): Promise<unknown> => (await stage.get(configMapType, 'database'))?.['data'];

    test('a ConfigMap is made of the values, at the price of two writes, and goes with its ExternalSecret', async () => {
      await stage.start();
      const declared = await declare();
      await untilSynced();

      expect(await stage.get(configMapType, 'database')).toMatchObject({
        data: { password: 'hunter2' },
        metadata: {
          labels: { [managed]: 'true', 'reconcile.external-secrets.io/created-by': createdBy(declared) },
          annotations: { [hash]: manifestHash({ data: { password: 'hunter2' } }) },
          ownerReferences: [{ kind: 'ExternalSecret', name: 'database', uid: declared.metadata.uid, controller: true }],
        },
      });
      expect(await stage.get(secretType, 'database')).toBeUndefined();
      expect((await stage.status('database')).binding).toBeUndefined();
      await stage.pause(300);
      expect(stage.recorded.writesIn(stage.namespace).filter((write) => !write.includes('secretstores'))).toEqual(['create configmaps', 'patchStatus externalsecrets']);
      expect(stage.running.events.map(({ note }) => note.message)).toContain('ConfigMap "database" created');
      await stage.remove(externalSecretType, 'database');
      await stage.until(async () => expect(await stage.get(configMapType, 'database')).toBeUndefined(), collectorPatience);
    });

    test('a refresh without news writes nothing, news are followed, and what somebody edits or deletes is healed', async () => {
      await stage.start();
      await declare({}, { refreshInterval: '500ms' });
      await untilSynced();
      const before = stage.recorded.writesIn(stage.namespace).length;
      const reads = stage.running.script.calls.length;
      await stage.until(() => expect(stage.running.script.calls.length).toBeGreaterThan(reads + 2));
      expect(stage.recorded.writesIn(stage.namespace)).toHaveLength(before);

      stage.running.remote['prod/db'] = 'rotated';
      await stage.until(async () => expect(await dataOf()).toEqual({ password: 'rotated' }));
      await stage.edit(configMapType, 'database', (object) => ({ ...object, data: { password: 'by hand', more: 'by hand' } }));
      await stage.until(async () => expect(await dataOf()).toEqual({ password: 'rotated' }));
      await stage.remove(configMapType, 'database');
      await stage.until(async () => expect(await dataOf()).toEqual({ password: 'rotated' }));
    });

    test('a kind is templated field by field, and what the API server fills in is no drift, not even after a restart', async () => {
      await stage.start();
      const template = {
        metadata: { labels: { app: 'archive' } },
        templateFrom: [
          { target: 'spec', literal: 'level: 5\npassword: {{ .password | quote }}' },
          { target: 'spec.receivers[0].name', literal: 'archive' },
        ],
      };
      await declare({ manifest: widget, template }, { refreshInterval: '1h' });
      await untilSynced();
      const made = await stage.get(widgetType, 'database');
      expect(made).toMatchObject({ spec: { level: 5, password: 'hunter2', receivers: [{ name: 'archive' }] }, metadata: { labels: { app: 'archive' } } });

      await stage.pause(300);
      expect(stage.running.script.calls).toHaveLength(1);
      await stage.stop();
      await stage.start();
      await stage.pause(800);
      expect((await stage.get(widgetType, 'database'))?.metadata.resourceVersion).toBe(made?.metadata.resourceVersion);
    });

    test('an object of somebody else is left alone, whatever is asked for', async () => {
      const theirs = await stage.create(configMapType, { ...configMap, metadata: { namespace: stage.namespace, name: 'database' }, data: { by: 'hand' } });
      await stage.start();
      await declare({ creationPolicy: 'Orphan', deletionPolicy: 'Delete' });

      await until({ status: 'False', reason: 'ResourceSyncedError', message: expect.stringContaining('ConfigMap "database" was made by somebody else') });
      delete stage.running.remote['prod/db'];
      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { again: '1' } } }));
      await until({ status: 'False', message: expect.stringContaining('could not delete it') });
      await stage.remove(externalSecretType, 'database');
      await stage.pause(300);
      expect((await stage.get(configMapType, 'database'))?.metadata.resourceVersion).toBe(theirs.metadata.resourceVersion);
    });

    test('what is merged into keeps the fields of others; nothing is made to be merged into', async () => {
      await stage.start();
      await declare({ creationPolicy: 'Merge' });
      await until({ status: 'True', reason: 'ResourceMissing', message: 'resource will not be created due to CreationPolicy=Merge' });

      await stage.create(configMapType, { ...configMap, metadata: { namespace: stage.namespace, name: 'database' }, data: { theirs: 'stays' } });
      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { again: '1' } } }));
      await untilSynced();
      expect(await dataOf()).toEqual({ theirs: 'stays', password: 'hunter2' });
    });

    test('what is gone from the provider is deleted where that is asked for', async () => {
      await stage.start();
      await declare({ deletionPolicy: 'Delete' }, { refreshInterval: '500ms' });
      await untilSynced();

      delete stage.running.remote['prod/db'];
      await until({ status: 'True', reason: 'ResourceDeleted', message: 'resource deleted due to DeletionPolicy=Delete' });
      expect(await stage.get(configMapType, 'database')).toBeUndefined();
    });

    test('a new target name takes the place of the old', async () => {
      await stage.start();
      await declare();
      await untilSynced();

      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { ...Object(object['spec']), target: { manifest: configMap, name: 'renamed' } } }));
      await stage.until(async () => expect([(await stage.get(configMapType, 'renamed'))?.['data'], await stage.get(configMapType, 'database')]).toEqual([{ password: 'hunter2' }, undefined]));
    });

    test('a kind that is not allowed, that has no namespace, or that is not served is told, and nothing is read for it', async () => {
      await stage.start();
      await declare({ manifest: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' } });
      await until({ status: 'False', reason: 'SecretSyncedError', message: expect.stringMatching(/^invalid generic target: rbac\.authorization\.k8s\.io\/v1 Role is not among the kinds/) });

      const retarget = (manifest: object): Promise<void> => stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { ...Object(object['spec']), target: { manifest } } }));
      await retarget({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass' });
      await until({ status: 'False', reason: 'SecretSyncedError', message: expect.stringMatching(/^invalid generic target: .*PriorityClass has no namespace/) });
      await retarget({ apiVersion: 'acme.example/v9', kind: 'Widget' });
      await until({ status: 'False', reason: 'ResourceSyncedError', message: 'acme.example/v9 Widget is not served by this cluster' });
      expect(stage.running.script.calls).toEqual([]);
    });
  });
}
