import { describe, expect, test } from 'vitest';
import { manifests, setApplicationStage } from '../../../test/support/application-stage.ts';
import { openRunningWorld } from '../../../test/support/running-world.ts';
import { fieldAt } from '../../gitops/health/live-field.ts';
import { configMapType, deploymentType, externalSecretType, namespaceType } from '../../kube/resource-types.ts';
import { ProviderError } from '../../provider/provider-error.ts';

const { signal } = new AbortController();
const isDown = new ProviderError('unavailable', 'the provider is down');

describe('while a newer revision waits', { timeout: 60_000 }, () => {
  const stage = setApplicationStage('previous', openRunningWorld);

  const inWave = (wave: number, text: string): string => text.replace('metadata: {', `metadata: { annotations: { argocd.argoproj.io/sync-wave: "${wave}" },`);
  const valueOf = async (name: string): Promise<unknown> => fieldAt(await stage.get(configMapType, name), 'data', 'value');
  const untilValue = (value: string): Promise<void> => stage.until(async () => expect(await valueOf('app')).toBe(value));
  const message = async (): Promise<string> => (await stage.status()).operationState?.message ?? '';
  const untilMessage = (pattern: RegExp): Promise<void> => stage.until(async () => expect(await message()).toMatch(pattern));
  const drift = (): Promise<void> => stage.edit(configMapType, { namespace: stage.namespace, name: 'app' }, (object) => ({ ...object, metadata: { ...object.metadata, labels: { seen: String(Date.now()) } } }));
  const becomesReady = async (name: string): Promise<void> => {
    const observedGeneration = (await stage.get(deploymentType, name))?.metadata.generation;
    await stage.recorded.patchStatus(deploymentType, { namespace: stage.namespace, name }, { observedGeneration, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, conditions: [] }, { fieldManager: 'test' }, signal);
  };

  /** The first revision is in, and the second is half in: its first wave is written, and does not become healthy. */
  async function halfIn(): Promise<void> {
    const first = await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db'), 'app.yaml': manifests.config('app', 'first') });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(first);
    await stage.push({ 'app.yaml': manifests.config('app', 'second'), 'node.yaml': manifests.deployment('node', 'db'), 'late.yaml': inWave(1, manifests.config('late')) });
    await untilValue('second');
    await untilMessage(/Deployment .*node/);
  }

  test('for its Secrets, the last one that is whole is not written over one between them that is half in', async () => {
    await halfIn();

    stage.secrets.remote['prod/db'] = isDown;
    const third = await stage.push({ 'app.yaml': manifests.config('app', 'third'), 'more.yaml': manifests.secret('more'), 'node.yaml': manifests.deployment('node', 'more') });
    await untilMessage(/^waiting for .*more/);
    await drift();
    await stage.pause(500);
    expect(await valueOf('app')).toBe('second');

    await stage.stop();
    await stage.start({ remote: { 'prod/db': isDown } });
    await drift();
    await stage.pause(1_000);
    expect(await valueOf('app')).toBe('second');

    stage.secrets.remote['prod/db'] = 'hunter2';
    await stage.forceSync('more', '1');
    await untilValue('third');
    await becomesReady('node');
    await stage.untilSynced(third);
  });

  test('at its barrier once more after a restart, it is not written over', async () => {
    await halfIn();
    await stage.stop();
    await stage.forceSync('db', '1');

    await stage.start({ remote: { 'prod/db': isDown } });
    await untilMessage(/^waiting for .*db/);
    await drift();
    await stage.pause(500);
    expect(await valueOf('app')).toBe('second');
  });

  test('the last one that is whole is not written over one of the same commit from another source that is half in', async () => {
    const node = { 'other/node.yaml': manifests.deployment('node', 'db'), 'other/late.yaml': inWave(1, manifests.config('late')) };
    const first = await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db'), 'app.yaml': manifests.config('app', 'first'), 'other/app.yaml': manifests.config('app', 'second'), 'other/store.yaml': manifests.store, 'other/secret.yaml': manifests.secret('db'), ...node });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(first);
    const follow = (path: string): Promise<void> => stage.editApplication((object) => ({ ...object, spec: { ...Object(object['spec']), source: { repoURL: stage.remote.url, targetRevision: 'main', path } } }));
    await follow('manifests/other');
    await untilValue('second');
    await untilMessage(/Deployment .*node/);

    // both at once: the newer commit is not brought in from there
    await stage.stop();
    await stage.push({ 'app.yaml': manifests.config('app', 'third'), 'more.yaml': manifests.secret('more'), 'node.yaml': manifests.deployment('node', 'more') });
    await follow('manifests');
    await stage.start({ remote: { 'prod/db': isDown } });
    await untilMessage(/^waiting for .*more/);
    await drift();
    await stage.pause(700);
    expect(await valueOf('app')).toBe('second');
  });

  const looksUp = '{{ with lookup "v1" "ConfigMap" .Release.Namespace "facts" }}{{ .data.secret }}{{ else }}one{{ end }}';
  const chart = { 'Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n', 'templates/store.yaml': manifests.store, 'templates/secret.yaml': manifests.secret(looksUp), 'templates/node.yaml': manifests.deployment('node', looksUp) };

  const more = { 'templates/more.yaml': manifests.secret('more'), 'templates/other.yaml': manifests.deployment('other', 'more') };

  test.for([
    ['none: it is told by a commit that changes nothing', { 'README.md': 'words\n' }, {}],
    ['a newer one', more, {}],
    ['a newer one, with a value from the cluster', more, { annotations: { 'prelude.dev/values-from': '- {kind: ConfigMap, name: peers, valuesKey: peers, targetPath: peers}\n' } }],
  ] as const)('%s, what a lookup makes the last one need is not written before it is there', async ([, files, metadata]) => {
    await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
    await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'peers', namespace: stage.namespace }, data: { peers: 'a' } });
    await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'facts', namespace: stage.namespace }, data: { secret: 'one' } });
    const first = await stage.push(chart);
    await stage.declare({}, metadata);
    await stage.start();
    await stage.untilSynced(first);

    stage.secrets.remote['prod/db'] = isDown;
    const next = await stage.push(files);
    await stage.until(async () => expect((await stage.status()).sync?.revision).toBe(next));
    await stage.edit(configMapType, { namespace: stage.namespace, name: 'facts' }, (object) => ({ ...object, data: { secret: 'two' } }));
    await stage.until(async () => expect(await stage.get(externalSecretType, 'two')).toBeDefined());
    await stage.pause(1_000);
    expect(await stage.secretOf('node')).toBe('one');
  });

  test('and none was half in, the last one that is whole is healed, after a restart, too, and once the newer one is whole it is healed itself', async () => {
    const first = await stage.push({ 'store.yaml': manifests.store, 'app.yaml': manifests.config('app', 'first') });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(first);
    const edit = (): Promise<void> => stage.edit(configMapType, { namespace: stage.namespace, name: 'app' }, (object) => ({ ...object, data: { value: 'by hand' } }));

    stage.secrets.remote['prod/db'] = isDown;
    const second = await stage.push({ 'app.yaml': manifests.config('app', 'second'), 'secret.yaml': manifests.secret('db'), 'node.yaml': manifests.deployment('node', 'db') });
    await untilMessage(/^waiting for .*db/);
    await edit();
    await untilValue('first');
    await stage.stop();
    await edit();
    await stage.start({ remote: { 'prod/db': isDown } });
    await untilValue('first');

    stage.secrets.remote['prod/db'] = 'hunter2';
    await stage.forceSync('db', '2');
    await stage.untilSynced(second);
    stage.secrets.remote['prod/db'] = isDown;
    await stage.push({ 'app.yaml': manifests.config('app', 'third'), 'more.yaml': manifests.secret('more'), 'node.yaml': manifests.deployment('node', 'more') });
    await untilMessage(/^waiting for .*more/);
    await edit();
    await untilValue('second');
  });
});
