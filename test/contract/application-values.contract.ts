import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { summarise } from '../../src/app/status/application-summary.ts';
import { configMapType, customResourceDefinitionType, deploymentType, externalSecretType, namespaceType, secretType } from '../../src/kube/resource-types.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { manifests, setApplicationStage } from '../support/application-stage.ts';
import type { World } from '../support/secret-stage.ts';

/** How charts get values that Git never holds, whatever the cluster is made of. */
export function describeApplicationValues(name: string, open: () => Promise<World>): void {
  describe(`the Git half hands values of Secrets to charts in ${name}`, { timeout: 90_000 }, () => {
    const stage = setApplicationStage('values', open);
    const canary = 'CANARY-public,CANARY-private={x}';
    const files = {
      ...{ 'Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n', 'values.yaml': 'seed: {pair: ""}\n', 'templates/store.yaml': manifests.store, 'templates/secret.yaml': manifests.secret('database') },
      'templates/holder.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: holder}\ndata: {pair: {{ .Values.seed.pair | b64enc }}}\n',
      'templates/node.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: node\n  annotations: {checksum/pair: {{ .Values.seed.pair | sha256sum }}}\ndata: {release: {{ .Release.Name }}}\n',
      'templates/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {same: always}\n',
    };
    const fromDatabase = { annotations: { 'prelude.dev/values-from': '- {kind: Secret, name: database, valuesKey: password, targetPath: seed.pair}\n' } };
    const checksum = async (): Promise<unknown> => (await stage.get(configMapType, 'node'))?.metadata.annotations?.['checksum/pair'];
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const writes = (): readonly string[] => stage.recorded.writesIn(stage.namespace).filter((write) => !write.startsWith('patchStatus'));

    async function expectNothingTold(): Promise<void> {
      const told = JSON.stringify([await stage.application(), stage.running.events, stage.running.progress]);
      for (const secret of [canary, 'CANARY', base64(canary)]) expect(told).not.toContain(secret);
    }

    test('a chart that makes the very Secret it takes a value from is brought in, with the value as it is', async () => {
      const commit = await stage.push(files);
      await stage.declare({}, fromDatabase);
      await stage.start({ remote: { 'prod/db': canary } });
      await stage.untilSynced(commit);

      expect(writes().slice(0, 3)).toEqual(['apply secretstores', 'apply externalsecrets', 'create secrets']);
      expect((await stage.get(secretType, 'holder'))?.['data']).toEqual({ pair: base64(canary) });
      expect(await checksum()).toBe(sha256(canary));
      await expectNothingTold();
    });

    test('a value that the provider rotates is rendered anew, and only what uses it is written', async () => {
      const commit = await stage.push(files);
      await stage.declare({}, fromDatabase);
      await stage.start({ remote: { 'prod/db': 'first' } });
      await stage.untilSynced(commit);
      const other = (await stage.get(configMapType, 'other'))?.metadata.resourceVersion;

      stage.secrets.remote['prod/db'] = canary;
      await stage.forceSync('database', '1');
      await stage.until(async () => expect(await checksum()).toBe(sha256(canary)));
      await stage.until(async () => expect((await stage.get(secretType, 'holder'))?.['data']).toEqual({ pair: base64(canary) }));

      expect((await stage.get(configMapType, 'other'))?.metadata.resourceVersion).toBe(other);
      await expectNothingTold();
    });

    test('a value that changes is brought in although nothing is put back by itself, be it of a Secret or of a ConfigMap', async () => {
      const commit = await stage.push({ ...files, 'values.yaml': 'seed: {pair: ""}\npeers: ""\n', 'templates/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {peers: "{{ .Values.peers }}"}\n' });
      await stage.declare({ syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'] } }, { annotations: { 'prelude.dev/values-from': `${fromDatabase.annotations['prelude.dev/values-from']}- {kind: ConfigMap, name: facts, valuesKey: peers, targetPath: peers}\n` } });
      await stage.start({ remote: { 'prod/db': 'first' } });
      await stage.until(async () => expect((await stage.status()).operationState?.message).toBe(`waiting for key peers of ConfigMap ${stage.namespace}/facts, which a chart takes a value from`));
      await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'facts', namespace: stage.namespace }, data: { peers: 'one' } });
      await stage.untilSynced(commit);

      await stage.edit(configMapType, { namespace: stage.namespace, name: 'facts' }, (object) => ({ ...object, data: { peers: 'two' } }));
      await stage.until(async () => expect((await stage.get(configMapType, 'other'))?.['data']).toEqual({ peers: 'two' }));
      stage.secrets.remote['prod/db'] = canary;
      await stage.forceSync('database', '1');
      await stage.until(async () => expect(await checksum()).toBe(sha256(canary)));
      await stage.untilSynced(commit);
      await expectNothingTold();
    });

    test('a chart waits for no ConfigMap that its own Application brings, and follows it', async () => {
      const facts = (peers: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: facts}\ndata: {peers: ${peers}}\n`;
      const chart = { 'Chart.yaml': files['Chart.yaml'], 'values.yaml': 'peers: ""\n', 'templates/node.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: node}\ndata: {peers: "{{ .Values.peers }}"}\n' };
      const first = await stage.push({ ...chart, 'templates/facts.yaml': facts('one') });
      await stage.declare({}, { annotations: { 'prelude.dev/values-from': '- {kind: ConfigMap, name: facts, valuesKey: peers, targetPath: peers}\n' } });
      await stage.start();
      await stage.untilSynced(first);
      expect((await stage.get(configMapType, 'node'))?.['data']).toEqual({ peers: 'one' });
      expect(writes()).toEqual(['apply configmaps', 'apply configmaps']);

      const second = await stage.push({ 'templates/facts.yaml': facts('two') });
      await stage.untilSynced(second);
      expect((await stage.get(configMapType, 'node'))?.['data']).toEqual({ peers: 'two' });
    });

    test('a chart is told what the cluster is and what is there, and again when that changes', async () => {
      const group = `${stage.namespace}.example.com`;
      const asked = `apiVersion: v1
kind: ConfigMap
metadata: { name: asked }
data:
  version: "{{ .Capabilities.KubeVersion.GitVersion }}"
  gadgets: "{{ .Capabilities.APIVersions.Has "${group}/v1/Gadget" }}"
  peers: "{{ with lookup "v1" "ConfigMap" .Release.Namespace "facts" }}{{ .data.peers }}{{ end }}"
`;
      const kept = `apiVersion: v1
kind: Secret
metadata: { name: kept }
data:
  {{- with lookup "v1" "Secret" .Release.Namespace "kept" }}
  password: {{ .data.password }}
  {{- else }}
  password: {{ randAlphaNum 24 | b64enc }}
  {{- end }}
`;
      const dataOf = async (): Promise<unknown> => (await stage.get(configMapType, 'asked'))?.['data'];
      const commit = await stage.push({ 'Chart.yaml': files['Chart.yaml'], 'templates/asked.yaml': asked, 'templates/kept.yaml': kept });
      await stage.declare({}, { annotations: { 'prelude.dev/allow-plain-secrets': 'true' } });
      await stage.start();
      await stage.untilSynced(commit);
      const version = await stage.recorded.version(new AbortController().signal);
      const made = (await stage.get(secretType, 'kept'))?.['data'];
      expect(await dataOf()).toEqual({ version, gadgets: 'false', peers: '' });

      await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'facts', namespace: stage.namespace }, data: { peers: 'a,b' } });
      const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
      await stage.create(customResourceDefinitionType, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `gadgets.${group}` }, spec: { group, scope: 'Namespaced', names: { kind: 'Gadget', plural: 'gadgets', singular: 'gadget', listKind: 'GadgetList' }, versions: [{ name: 'v1', served: true, storage: true, schema }] } });
      await stage.until(async () => expect(await dataOf()).toEqual({ version, gadgets: 'true', peers: 'a,b' }));

      expect((await stage.get(secretType, 'kept'))?.['data']).toEqual(made);
      const told = JSON.stringify([await stage.application(), stage.running.events, stage.running.progress]);
      expect(told).not.toContain(Object.values(made ?? { none: 'none' })[0]);
    });

    test.for([
      ['a ConfigMap that it takes a value from', '{{ .Values.secret }}', { annotations: { 'prelude.dev/values-from': '- {kind: ConfigMap, name: facts, valuesKey: secret, targetPath: secret}\n' } }],
      ['what it looks up', '{{ with lookup "v1" "ConfigMap" .Release.Namespace "facts" }}{{ .data.secret }}{{ else }}one{{ end }}', {}],
    ] as const)('where %s makes a chart need another Secret, that is awaited as for a commit, also after a restart', async ([, secret, metadata]) => {
      const isDown = new ProviderError('unavailable', 'the provider is down');
      const facts = (name: string): Promise<void> => stage.edit(configMapType, { namespace: stage.namespace, name: 'facts' }, (object) => ({ ...object, data: { secret: name } }));
      const untilWaitingFor = (name: string): Promise<void> => stage.until(async () => expect([await stage.get(externalSecretType, name), (await stage.status()).sync?.status, stage.running.progress.map(({ message }) => message)]).toEqual([expect.anything(), 'OutOfSync', expect.arrayContaining([expect.stringMatching(new RegExp(`^waiting for .*${name}`))])]));
      const commit = await stage.push({ 'Chart.yaml': files['Chart.yaml'], 'values.yaml': 'secret: ""\n', 'templates/store.yaml': manifests.store, 'templates/secret.yaml': manifests.secret(secret), 'templates/node.yaml': manifests.deployment('node', secret) });
      await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
      await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'facts', namespace: stage.namespace }, data: { secret: 'one' } });
      await stage.declare({}, metadata);
      await stage.start();
      await stage.untilSynced(commit);

      const expectAwaited = async (name: string, before: string): Promise<void> => {
        await untilWaitingFor(name);
        await stage.edit(deploymentType, { namespace: stage.namespace, name: 'node' }, (object) => ({ ...object, metadata: { ...object.metadata, labels: { app: 'other' } } }));
        await stage.pause(500);
        expect(await stage.secretOf('node')).toBe(before);
        stage.secrets.remote['prod/db'] = 'hunter2';
        await stage.forceSync(name, '1');
        await stage.until(async () => expect(await stage.secretOf('node')).toBe(name));
        await stage.untilSynced(commit);
      };

      stage.secrets.remote['prod/db'] = isDown;
      await facts('two');
      await expectAwaited('two', 'one');

      await stage.stop();
      await facts('three');
      await stage.start({ remote: { 'prod/db': isDown } });
      await expectAwaited('three', 'two');
      expect((await stage.status()).history).toHaveLength(1);
    });

    test.for([
      ['a ConfigMap that it takes a value from', '{{ .Values.secret }}', { annotations: { 'prelude.dev/values-from': '- {kind: ConfigMap, name: facts, valuesKey: secret, targetPath: secret}\n' } }],
      ['what it looks up', '{{ with lookup "v1" "ConfigMap" .Release.Namespace "facts" }}{{ .data.secret }}{{ end }}', {}],
    ] as const)('where %s makes a chart take a Secret of the same name from elsewhere, that is awaited as for a commit, and after restarts, and said', async ([, from, metadata]) => {
      const isDown = new ProviderError('unavailable', 'the provider is down');
      const facts = (key: string): Promise<void> => stage.edit(configMapType, { namespace: stage.namespace, name: 'facts' }, (object) => ({ ...object, data: { secret: key } }));
      const commit = await stage.push({ 'Chart.yaml': files['Chart.yaml'], 'values.yaml': 'secret: ""\n', 'templates/store.yaml': manifests.store, 'templates/secret.yaml': manifests.secret('one', from), 'templates/node.yaml': manifests.deployment('node', 'one'), 'templates/app.yaml': manifests.config('app', from) });
      await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
      await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'facts', namespace: stage.namespace }, data: { secret: 'prod/db' } });
      await stage.declare({}, metadata);
      await stage.start();
      await stage.untilSynced(commit);

      const expectWaits = async (key: string, before: string): Promise<void> => {
        await stage.until(async () => expect(JSON.stringify(await stage.get(externalSecretType, 'one'))).toContain(`"key":"${key}"`));
        await stage.until(async () => expect(summarise(await stage.application()).waitsFor).toMatch(/^waiting for ExternalSecret .*one/));
        await stage.pause(500);
        expect((await stage.status()).conditions).toMatchObject([{ type: 'WaitingWarning' }]);
        expect((await stage.get(configMapType, 'app'))?.['data']).toEqual({ value: before });
      };
      const restart = async (key: string): Promise<void> => {
        await stage.stop();
        await facts(key);
        await stage.start({ remote: { 'prod/db': 'hunter2', [key]: isDown } });
      };
      const expectIn = async (key: string): Promise<void> => {
        stage.secrets.remote[key] = 'hunter3';
        await stage.forceSync('one', key);
        await stage.until(async () => expect((await stage.get(configMapType, 'app'))?.['data']).toEqual({ value: key }));
        await stage.untilSynced(commit);
        expect((await stage.status()).conditions).toEqual([]);
      };

      stage.secrets.remote['prod/second'] = isDown;
      await facts('prod/second');
      await expectWaits('prod/second', 'prod/db');
      await restart('prod/second');
      await expectWaits('prod/second', 'prod/db');
      await expectIn('prod/second');

      await restart('prod/third');
      await expectWaits('prod/third', 'prod/second');
      await expectIn('prod/third');
    });

    test('a need that goes and comes back is awaited anew, after a restart in between, too', async () => {
      const wanted = '{{ if eq (lookup "v1" "ConfigMap" .Release.Namespace "facts").data.on "yes" }}';
      const set = (on: string): Promise<void> => stage.edit(configMapType, { namespace: stage.namespace, name: 'facts' }, (object) => ({ ...object, data: { on } }));
      const commit = await stage.push({ 'Chart.yaml': files['Chart.yaml'], 'templates/store.yaml': manifests.store, 'templates/config.yaml': manifests.config('always'), 'templates/secret.yaml': `${wanted}\n${manifests.secret('one')}{{ end }}`, 'templates/node.yaml': `${wanted}\n${manifests.deployment('node', 'one')}{{ end }}` });
      await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
      await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'facts', namespace: stage.namespace }, data: { on: 'yes' } });
      await stage.declare();
      await stage.start();
      await stage.untilSynced(commit);

      for (const restarts of [false, true]) {
        await set('no');
        await stage.until(async () => expect([await stage.get(deploymentType, 'node'), await stage.get(externalSecretType, 'one')]).toEqual([undefined, undefined]));
        await stage.untilSynced(commit);
        if (restarts) {
          await stage.stop();
          await stage.start();
        }
        stage.secrets.remote['prod/db'] = new ProviderError('unavailable', 'the provider is down');
        await set('yes');
        await stage.until(async () => expect(await stage.get(externalSecretType, 'one')).toBeDefined());
        await stage.pause(700);
        expect(await stage.get(deploymentType, 'node')).toBeUndefined();
        stage.secrets.remote['prod/db'] = 'hunter2';
        await stage.forceSync('one', '1');
        await stage.untilSynced(commit);
      }
    });

    test('while a value is not there, nothing that holds one is written, and it is said what is awaited', async () => {
      await stage.push(files);
      await stage.declare({}, fromDatabase);
      await stage.start({ remote: {} });
      await stage.until(async () => expect((await stage.status()).operationState?.message ?? '').toMatch(/^waiting for .*database/));

      expect(writes()).toEqual(['apply secretstores', 'apply externalsecrets']);
      expect((await stage.status()).operationState?.retryCount).toBeUndefined();
    });
  });
}
