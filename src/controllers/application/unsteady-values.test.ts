import { describe, expect, test } from 'vitest';
import { manifests } from '../../../test/support/application-stage.ts';
import { isDown, setGateStage } from '../../../test/support/gate-stage.ts';
import { configMapType } from '../../kube/resource-types.ts';

describe('what makes the Secret of a value and is rendered otherwise with it', { timeout: 60_000 }, () => {
  const stage = setGateStage('steady');

  test.for([
    ['Secret', '(lookup "v1" "Secret" .Release.Namespace "seed")'],
    ['Namespace', '(lookup "v1" "Namespace" "" .Release.Namespace)'],
  ])('by what it looks up, a %s that comes with its first pass, is brought in without an attempt that fails', async ([, expression]) => {
    const seed = `${manifests.secret('seed')}  refreshInterval: {{ if ${expression} }}1h{{ else }}2h{{ end }}\n`;
    await stage.push({ 'Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n', 'values.yaml': 'kind: none\n', 'templates/store.yaml': manifests.store, 'templates/seed.yaml': seed, 'templates/app.yaml': manifests.config('app', '"{{ .Values.kind }}"') });
    await stage.declare({}, { annotations: { 'prelude.dev/values-from': '- {kind: Secret, name: seed, valuesKey: password, targetPath: kind}\n' } });
    await stage.start();

    await stage.until(async () => expect(await stage.get(configMapType, 'app')).toBeDefined());
    expect((await stage.status()).operationState?.retryCount ?? 0).toBe(0);
  });

  test('but by its own values, comes to an end that says so', async () => {
    const seed = `${manifests.secret('seed')}  refreshInterval: {{ if eq .Values.kind "hunter2" }}1h{{ else }}2h{{ end }}\n`;
    await stage.push({ 'Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n', 'values.yaml': 'kind: none\n', 'templates/store.yaml': manifests.store, 'templates/seed.yaml': seed, 'templates/app.yaml': manifests.config('app', '"{{ .Values.kind }}"') });
    await stage.declare({ syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'], retry: { limit: 0 } } }, { annotations: { 'prelude.dev/values-from': '- {kind: Secret, name: seed, valuesKey: password, targetPath: kind}\n' } });
    await stage.start();

    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Failed', message: expect.stringContaining('must not depend on such values') }));
    expect(await stage.get(configMapType, 'app')).toBeUndefined();
  });

  test('waits at its own barrier, and its status is written once', async () => {
    await stage.push({ 'Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n', 'values.yaml': 'kind: none\n', 'templates/store.yaml': manifests.store, 'templates/seed.yaml': manifests.secret('seed'), 'templates/db.yaml': manifests.secret('db', 'prod/one'), 'templates/node.yaml': manifests.deployment('node', 'db') });
    await stage.declare({}, { annotations: { 'prelude.dev/values-from': '- {kind: Secret, name: seed, valuesKey: password, targetPath: kind}\n' } });
    await stage.start({ remote: { 'prod/db': 'hunter2', 'prod/one': isDown } });
    await stage.until(async () => expect((await stage.status()).operationState?.message).toMatch(/^waiting for .*db.*down/));
    await stage.pause(700);
    const version = (await stage.application()).metadata.resourceVersion;
    await stage.forceSync('db', '1');
    await stage.pause(1_500);

    expect((await stage.application()).metadata.resourceVersion).toBe(version);
  });
});
