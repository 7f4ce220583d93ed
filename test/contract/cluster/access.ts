import { expect } from 'vitest';
import type { KubeObject } from '../../../src/api/object.ts';
import type { ResourceType } from '../../../src/kube/port.ts';
import { configMapType, customResourceDefinitionType, deploymentType, secretType, serviceAccountType } from '../../../src/kube/resource-types.ts';
import { type Clause, collect, eventually, manager, refuses } from './clause.ts';
import { configMap, widgetDefinition, withVersion } from './test-objects.ts';

export const accessClauses: readonly Clause[] = [
  [
    'the cluster knows the built-in kinds, and those that a definition adds while it is there',
    async ({ cluster, namespace, signal }) => {
      const group = `${namespace}.example.com`;
      const definition = widgetDefinition(group);
      expect((await cluster.discover(signal)).find('v1', 'Secret')).toEqual(secretType);
      expect((await cluster.discover(signal)).find('apps/v1', 'Deployment')).toEqual(deploymentType);
      expect((await cluster.discover(signal)).find(`${group}/v1`, 'Widget')).toBeUndefined();

      await cluster.apply(customResourceDefinitionType, definition, manager, signal);
      const widgetType = await eventually(async () => {
        const type = (await cluster.discover(signal, { fresh: true })).find(`${group}/v1`, 'Widget');
        expect(type).toEqual({ group, version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true, statusSubresource: true });
        return type!;
      });
      const widget: KubeObject = { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'w', namespace }, spec: { size: 1 } };
      await eventually(() => cluster.create(widgetType, widget, manager, signal));
      expect(await cluster.delete(customResourceDefinitionType, { name: definition.metadata.name }, {}, signal)).toBe(true);

      await eventually(async () => {
        expect(await cluster.get(customResourceDefinitionType, { name: definition.metadata.name }, signal)).toBeUndefined();
        await refuses('absent', collect(cluster.pages(widgetType, { namespace }, signal)));
      });
    },
  ],
  [
    'a kind that is not served is absent',
    async ({ cluster, namespace, signal }) => {
      const type: ResourceType = { group: 'nowhere.example.com', version: 'v1', kind: 'Nothing', plural: 'nothings', namespaced: true, statusSubresource: false };
      const object: KubeObject = { apiVersion: 'nowhere.example.com/v1', kind: 'Nothing', metadata: { name: 'a', namespace } };

      await refuses('absent', cluster.get(type, { namespace, name: 'a' }, signal));
      await refuses('absent', cluster.delete(type, { namespace, name: 'a' }, {}, signal));
      await refuses('absent', collect(cluster.pages(type, { namespace }, signal)));
      await refuses('absent', collect(cluster.watch(type, { namespace }, '1', signal)));
      await refuses('absent', cluster.create(type, object, manager, signal));
      await refuses('absent', cluster.apply(type, object, manager, signal));
    },
  ],
  [
    'an aborted signal ends every call with its reason',
    async ({ cluster, namespace }) => {
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      const key = { namespace, name: 'a' };
      const calls: readonly (() => Promise<unknown>)[] = [
        () => cluster.get(configMapType, key, signal),
        () => collect(cluster.pages(configMapType, { namespace }, signal)),
        () => collect(cluster.watch(configMapType, { namespace }, '1', signal)),
        () => cluster.create(configMapType, configMap(namespace, 'a'), manager, signal),
        () => cluster.update(configMapType, withVersion(configMap(namespace, 'a'), '1'), manager, signal),
        () => cluster.apply(configMapType, configMap(namespace, 'a'), manager, signal),
        () => cluster.patchStatus(deploymentType, key, {}, manager, signal),
        () => cluster.delete(configMapType, key, {}, signal),
        () => cluster.accessReview({ verb: 'get', type: secretType, namespace }, signal),
      ];

      for (const call of calls) await expect(call()).rejects.toBe(reason);
      expect(await cluster.get(configMapType, key, new AbortController().signal)).toBeUndefined();
    },
  ],
  [
    'whoever asks whether they may, is told',
    async ({ cluster, namespace, signal }) => {
      expect(await cluster.accessReview({ verb: 'create', type: secretType, namespace }, signal)).toBe(true);
    },
  ],
  [
    'a service account gets a token for an audience',
    async ({ cluster, namespace, signal }) => {
      await cluster.create(serviceAccountType, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace } }, manager, signal);

      const token = await cluster.tokenRequest({ namespace, name: 'robot' }, { audiences: ['contract'], expirationSeconds: 600 }, signal);

      const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8'));
      expect(claims).toMatchObject({ aud: ['contract'], sub: `system:serviceaccount:${namespace}:robot` });
    },
  ],
];
