import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { configMapType, externalSecretType, secretType } from '../../src/kube/resource-types.ts';
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
      await stage.edit(externalSecretType, { namespace: stage.namespace, name: 'database' }, (object) => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'force-sync': '1' } } }));
      await stage.until(async () => expect(await checksum()).toBe(sha256(canary)));
      await stage.until(async () => expect((await stage.get(secretType, 'holder'))?.['data']).toEqual({ pair: base64(canary) }));

      expect((await stage.get(configMapType, 'other'))?.metadata.resourceVersion).toBe(other);
      await expectNothingTold();
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
