import { describe, expect, test } from 'vitest';
import { manifests, setApplicationStage } from '../../../test/support/application-stage.ts';
import { isDown, setGateStage } from '../../../test/support/gate-stage.ts';
import { chartOf, maker, userFile } from '../../../test/support/lifted-maker.ts';
import { openSlowWorld } from '../../../test/support/slow-world.ts';
import { configMapType, deploymentType } from '../../kube/resource-types.ts';

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

describe('what makes a Secret as it runs, and is written early with placeholders alone,', { timeout: 60_000 }, () => {
  const stage = setApplicationStage('lifted', openSlowWorld);
  const valuesFrom = { annotations: { 'prelude.dev/values-from': '- {kind: Secret, name: seed, valuesKey: password, targetPath: kind}\n' } };
  /** `maker` comes after `user`, who needs what it makes; with the real value there is no `user`. The value's ExternalSecret reads the key `maker`. */
  const chart = (image: string): Readonly<Record<string, string>> =>
    chartOf('kind: none\n', { 'store.yaml': manifests.store, 'seed.yaml': manifests.secret('seed', 'maker'), 'maker.yaml': maker(image, 'seed'), 'user.yaml': `{{ if ne .Values.kind "hunter2" }}\n${userFile['user.yaml']}{{ end }}\n`, 'app.yaml': manifests.config('app', '"{{ .Values.kind }}"') });

  test('is not written in each pass', async () => {
    await stage.push(chart('node:1'));
    await stage.declare({}, valuesFrom);
    await stage.start({ remote: { maker: 'hunter2' } });
    await stage.until(async () => expect(await stage.get(configMapType, 'app')).toBeDefined());
    await stage.pause(500);
    const before = (await stage.get(deploymentType, 'maker'))?.metadata.resourceVersion;
    await stage.pause(500);
    expect((await stage.get(deploymentType, 'maker'))?.metadata.resourceVersion).toBe(before);
  });

  test('comes to an end that says so where it differs with the values', async () => {
    await stage.push(chart('node:{{ if eq .Values.kind "hunter2" }}2{{ else }}1{{ end }}'));
    await stage.declare({ syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'], retry: { limit: 0 } } }, valuesFrom);
    await stage.start({ remote: { maker: 'hunter2' } });
    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Failed', message: expect.stringContaining('must not depend on such values') }));
  });
});
