import { describe, expect, test } from 'vitest';
import { manifests, setApplicationStage } from '../../../test/support/application-stage.ts';
import { aPart, gateFiles, isDown, late, setGateStage } from '../../../test/support/gate-stage.ts';
import { openRunningWorld } from '../../../test/support/running-world.ts';
import type { KubeObject } from '../../api/object.ts';
import { fieldAt } from '../../gitops/health/live-field.ts';
import { KubeError } from '../../kube/kube-error.ts';
import { applicationType, configMapType, deploymentType, externalSecretType, namespaceType, secretType } from '../../kube/resource-types.ts';

const { signal } = new AbortController();

describe('what is in and comes to need something else', { timeout: 60_000 }, () => {
  const stage = setGateStage('anew');
  const { ask, bringIn, setReady, takeBack, untilFrom } = stage;
  const chart = { 'Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n', 'values.yaml': 'kind: none\n', 'templates/store.yaml': manifests.store };
  const makeNamespace = (): Promise<KubeObject> => stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
  const makeFacts = (kind: string): Promise<KubeObject> => stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'facts', namespace: stage.namespace }, data: { kind } });
  const fact = (kind: string): Promise<void> => stage.edit(configMapType, { namespace: stage.namespace, name: 'facts' }, (object) => ({ ...object, data: { kind } }));
  const fromFacts = { annotations: { 'prelude.dev/values-from': '- {kind: ConfigMap, name: facts, valuesKey: kind, targetPath: kind}\n' } };
  const lookedUp = '(lookup "v1" "ConfigMap" .Release.Namespace "facts").data.kind';
  test.for([
    ['what it looks up', lookedUp, {}, false],
    ['what it looks up, found by another process', lookedUp, {}, true],
    ['a value from the cluster', '.Values.kind', fromFacts, false],
  ] as const)('where it has needed nothing, by %s, waits for that', async ([, expression, metadata, restarts]) => {
    await makeNamespace();
    await makeFacts('none');
    const commit = await stage.push({ ...chart, 'templates/app.yaml': manifests.config('app'), 'templates/both.yaml': `{{ if eq (${expression} | toString) "two" }}\n${manifests.secret('two')}\n---\n${manifests.deployment('node', 'two')}\n{{ end }}` });
    await stage.declare({}, metadata);
    await stage.start();
    await stage.untilSynced(commit);

    if (restarts) await stage.stop();
    await fact('two');
    if (restarts) await stage.start({ remote: { 'prod/db': isDown } });
    else stage.secrets.remote['prod/db'] = isDown;
    await stage.until(async () => expect((await stage.status()).conditions).toMatchObject([{ type: 'WaitingWarning', message: expect.stringMatching(/^waiting for .*two/) }]));
    await stage.pause(500);
    expect([await stage.get(externalSecretType, 'two'), await stage.get(deploymentType, 'node')]).toEqual([expect.anything(), undefined]);

    stage.secrets.remote['prod/db'] = 'hunter2';
    await stage.forceSync('two', '1');
    await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
  });

  const brought = async (): Promise<unknown> => fieldAt(await stage.get(deploymentType, 'node'), 'metadata', 'labels', 'kind');
  const node = manifests.deployment('node', 'db').replace('labels: { app: node } }', `labels: { app: node, kind: "{{ ${lookedUp} }}" } }`);

  /** Brings in a chart whose Secret `db` and label of `node` come from what it looks up, which is `one`. */
  const bringInOne = async (more: Readonly<Record<string, string>>): Promise<string> => {
    await makeNamespace();
    await makeFacts('one');
    const commit = await stage.push({ ...chart, 'templates/secret.yaml': manifests.secret('db', `prod/{{ ${lookedUp} }}`), 'templates/node.yaml': node, 'templates/app.yaml': manifests.config('app'), ...more });
    await bringIn(commit);
    expect(await brought()).toBe('one');
    return commit;
  };

  test('and back while it is brought in anew, by another process, waits for what it had before', async () => {
    const commit = await bringInOne({ 'templates/late.yaml': late });
    // not healthy from now on, so that it stays half in
    await setReady(0);
    await fact('two');
    await stage.until(async () => expect(await brought()).toBe('two'));

    await stage.stop();
    await fact('one');
    await stage.start({ remote: { 'prod/one': isDown, 'prod/two': 'b' } });
    await stage.until(async () => expect(JSON.stringify(await stage.get(externalSecretType, 'db'))).toContain('prod/one'));
    await stage.pause(1_000);
    expect(await brought()).toBe('two');

    stage.secrets.remote['prod/one'] = 'a';
    await stage.forceSync('db', '1');
    await stage.until(async () => expect(await brought()).toBe('one'));
    await setReady(1);
    await stage.untilSynced(commit);
  });

  test('and does not, because the key of the record is another one, is healed while the provider is down', async () => {
    const commit = await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db'), 'node.yaml': manifests.deployment('node', 'db'), 'app.yaml': manifests.config('app', 'first') });
    await stage.declare();
    await stage.start();
    await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
    await setReady(1);
    await stage.untilSynced(commit);

    await stage.stop();
    await stage.recorded.delete(secretType, { namespace: 'argocd', name: 'prelude-rollout-key' }, {}, signal);
    await stage.edit(configMapType, { namespace: stage.namespace, name: 'app' }, (object) => ({ ...object, data: { value: 'by hand' } }));
    await stage.forceSync('db', '1');
    await stage.start({ remote: { 'prod/db': isDown } });
    await stage.until(async () => expect(fieldAt(await stage.get(configMapType, 'app'), 'data', 'value')).toBe('first'));
  });

  test('waits for that though a request is refused in the very pass that finds it', async () => {
    await makeNamespace();
    await makeFacts('none');
    const commit = await stage.push({ ...chart, 'templates/app.yaml': manifests.config('app'), 'templates/both.yaml': `{{ if eq (${lookedUp} | toString) "two" }}\n${manifests.secret('two')}\n---\n${manifests.deployment('node', 'two')}\n{{ end }}` });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(commit);
    await stage.stop();
    await fact('two');
    await ask({ sync: { revision: 'nonsense' } });

    await stage.start({ remote: { 'prod/db': isDown } });
    await stage.until(async () => expect(await stage.get(externalSecretType, 'two')).toBeDefined());
    await stage.pause(700);
    expect([(await stage.status()).operationState?.phase, await stage.get(deploymentType, 'node')]).toEqual(['Error', undefined]);
  });

  /** Whatever is called `refused` is refused by the API server. */
  const refuse = (): void => {
    const { apply } = stage.recorded;
    Object.assign(stage.recorded, {
      apply: async (...call: Parameters<typeof apply>) => {
        if (call[1].metadata.name === 'refused') throw new KubeError('invalid', 'it is refused by a webhook');
        return apply(...call);
      },
    });
  };

  test('of which not all can be declared, and back, waits for what it had before', async () => {
    refuse();
    await bringInOne({ 'templates/bad.yaml': `{{ if eq (${lookedUp}) "two" }}\n${manifests.secret('refused')}\n{{ end }}` });

    stage.secrets.remote['prod/one'] = isDown;
    await fact('two');
    await untilFrom('prod/two');
    await stage.until(async () => expect(JSON.stringify((await stage.status()).conditions)).toContain('refused by a webhook'));
    await stage.remove(deploymentType, 'node');
    await fact('one');
    await untilFrom('prod/one');
    await stage.pause(700);
    expect(await stage.get(deploymentType, 'node')).toBeUndefined();
  });

  /** What is brought in by another process that finds the chart turned back, the provider without that value, and a request about a part. */
  const broughtAfterPart = async (): Promise<unknown> => {
    await stage.stop();
    await fact('one');
    await ask(aPart);
    await stage.start({ remote: { 'prod/one': isDown, 'prod/two': 'b' } });
    await untilFrom('prod/one');
    await stage.pause(700);
    return brought();
  };

  test('by a sync that was asked for, is half in, and gives way to a request about a part, waits for what it had before', async () => {
    await bringInOne({ 'templates/late.yaml': late });
    await stage.stop();
    await setReady(0);
    await fact('two');
    await ask({ sync: {} });
    await stage.start({ remote: { 'prod/one': 'a', 'prod/two': 'b' } });
    await stage.until(async () => expect(await brought()).toBe('two'));

    expect(await broughtAfterPart()).toBe('two');
  });

  test('by a newer revision that has only declared it, gives way to a request about a part, and is taken back, waits for what it had before', async () => {
    const first = await stage.push(gateFiles);
    await stage.declare();
    await stage.start({ remote: { 'prod/one': 'a', 'prod/two': isDown } });
    await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
    await setReady(1);
    await stage.untilSynced(first);
    await stage.push({ 'secret.yaml': manifests.secret('db', 'prod/two'), 'app.yaml': manifests.config('app', 'second') });
    await untilFrom('prod/two');

    await stage.stop();
    await takeBack(first);
    await stage.remove(deploymentType, 'node');
    await ask(aPart);
    await stage.start({ remote: { 'prod/one': isDown, 'prod/two': isDown } });
    await untilFrom('prod/one');
    await stage.pause(700);
    expect(await stage.get(deploymentType, 'node')).toBeUndefined();
  });

  test('in the middle of a sync that was asked for, which gives way to a request about a part, waits for what it had before, and that is written once', async () => {
    await bringInOne({ 'templates/late.yaml': late });
    await setReady(0);
    await ask({ sync: {} });
    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Running', message: expect.stringContaining('node') }));
    await fact('two');
    await stage.until(async () => expect(await brought()).toBe('two'));
    await stage.pause(500);
    const version = (await stage.application()).metadata.resourceVersion;
    await stage.pause(700);
    expect((await stage.application()).metadata.resourceVersion).toBe(version);

    expect(await broughtAfterPart()).toBe('two');
  });

  test.for([
    ['refused', { sync: { revision: 'nonsense' } }],
    ['about a part', aPart],
  ] as const)('again by a rollback from a revision that is half in, waits though a request is %s meanwhile', async ([, operation]) => {
    const files = (kind: string) => ({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db', `prod/${kind}`), 'node.yaml': manifests.deployment('node', 'db').replace('labels: { app: node } }', `labels: { app: node, kind: ${kind} } }`), 'app.yaml': manifests.config('app'), 'late.yaml': late });
    const first = await stage.push(files('one'));
    await bringIn(first);
    expect(await brought()).toBe('one');
    await setReady(0);
    stage.secrets.remote['prod/one'] = isDown;
    await stage.push(files('two'));
    await stage.until(async () => expect(await brought()).toBe('two'));
    await stage.rollBack(first);
    await untilFrom('prod/one');

    await ask(operation);
    await stage.pause(1_000);
    expect(await brought()).toBe('two');
  });

  test('once more after it has needed nothing for a while that did not come to its end, waits for that', async () => {
    refuse();
    await bringInOne({ 'templates/node.yaml': `{{ if ne (${lookedUp}) "two" }}\n${node}\n{{ end }}`, 'templates/bad.yaml': `{{ if eq (${lookedUp}) "two" }}\n${manifests.config('refused')}\n{{ end }}` });
    await fact('two');
    await untilFrom('prod/two');
    await stage.until(async () => expect(JSON.stringify((await stage.status()).conditions)).toContain('refused by a webhook'));

    await stage.stop();
    await stage.remove(deploymentType, 'node');
    await fact('one');
    await stage.start({ remote: { 'prod/one': isDown, 'prod/two': 'b' } });
    await untilFrom('prod/one');
    await stage.pause(700);
    expect(await stage.get(deploymentType, 'node')).toBeUndefined();
  });

  test('by a newer revision of which not all can be declared, and that is taken back, waits for what it had before', async () => {
    const first = await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db', 'prod/one'), 'node.yaml': manifests.deployment('node', 'db'), 'app.yaml': manifests.config('app') });
    refuse();
    await bringIn(first);
    await stage.push({ 'secret.yaml': manifests.secret('db', 'prod/two'), 'bad.yaml': manifests.secret('refused') });
    await untilFrom('prod/two');

    stage.secrets.remote['prod/one'] = isDown;
    await stage.remove(deploymentType, 'node');
    await takeBack(first);
    await untilFrom('prod/one');
    await stage.pause(700);
    expect(await stage.get(deploymentType, 'node')).toBeUndefined();
  });
});

describe('a request about a part of what is in', { timeout: 60_000 }, () => {
  const stage = setApplicationStage('part', openRunningWorld);

  test.for([
    ['that is stopped', 'Terminating', {}, 'Failed'],
    ['that nobody can read', 'Running', { dryRun: 'perhaps' }, 'Error'],
  ] as const)('%s comes to its end where the rest is healed', async ([, phase, unreadable, end]) => {
    const commit = await stage.push({ 'app.yaml': manifests.config('app', 'first') });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(commit);
    await stage.stop();
    const operation = { sync: { revision: commit, resources: [{ kind: 'ConfigMap', name: 'app', group: '' }], ...unreadable }, info: [{ name: 'request', value: 'x' }, { name: 'head', value: commit }] };
    await stage.recorded.patchStatus(applicationType, { namespace: 'argocd', name: stage.namespace }, { operationState: { operation, phase, finishedAt: null, startedAt: '2026-01-01T00:00:00Z' } }, { fieldManager: 'test' }, signal);

    await stage.start();
    await stage.until(async () => expect((await stage.status()).operationState?.phase).toBe(end));
  });
});
