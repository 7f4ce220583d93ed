import { describe, expect, test } from 'vitest';
import { manifests, setApplicationStage } from '../../../test/support/application-stage.ts';
import { InterruptedWorld } from '../../../test/support/running-world.ts';
import { suspendAnnotation } from '../../api/application.ts';
import { autoRollbackAnnotation, readRecord } from '../../gitops/history/rollback-policy.ts';
import { rollbackAnnotation } from '../../gitops/history/rollback-pin.ts';
import { fieldAt } from '../../gitops/health/live-field.ts';
import { configMapType, deploymentType, externalSecretType } from '../../kube/resource-types.ts';

const { signal } = new AbortController();
const interrupted = new InterruptedWorld();

describe('an Application that is rolled back', { timeout: 60_000 }, () => {
  const stage = setApplicationStage('rollback', interrupted.open);

  const valueOf = async (name: string): Promise<unknown> => fieldAt(await stage.get(configMapType, name), 'data', 'value');
  const pinned = async (): Promise<string | undefined> => (await stage.application()).metadata.annotations?.[rollbackAnnotation];
  const reasons = (): readonly string[] => stage.running.events.map(({ note }) => note.reason);
  const annotate = (name: string, text: string | undefined) =>
    stage.editApplication((object) => {
      const { [name]: _before, ...others } = object.metadata.annotations ?? {};
      return { ...object, metadata: { ...object.metadata, annotations: text === undefined ? others : { ...others, [name]: text } } };
    });
  const fares = async (available: number, more: object = {}): Promise<void> => {
    const observedGeneration = (await stage.get(deploymentType, 'seed'))?.metadata.generation;
    const status = { observedGeneration, replicas: 1, updatedReplicas: 1, readyReplicas: available, availableReplicas: available, conditions: [], ...more };
    await stage.recorded.patchStatus(deploymentType, { namespace: stage.namespace, name: 'seed' }, status, { fieldManager: 'test' }, signal);
  };
  const crashes = { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'it does not come up' }] };

  test('is at the pinned revision, healed and pruned there, until a newer commit comes', async () => {
    const good = await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db'), 'config.yaml': manifests.config('app', 'good') });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(good);
    const bad = await stage.push({ 'config.yaml': manifests.config('app', 'bad'), 'more.yaml': manifests.config('more'), 'secret.yaml': undefined });
    await stage.untilSynced(bad);
    expect(await stage.get(externalSecretType, 'db')).toBeUndefined();

    await annotate(rollbackAnnotation, good);
    await stage.untilSynced(good);

    expect(await valueOf('app')).toBe('good');
    expect(await stage.get(configMapType, 'more')).toBeUndefined();
    expect(await stage.get(externalSecretType, 'db')).toBeDefined();
    await stage.until(async () => expect(JSON.parse((await pinned()) ?? '')).toEqual({ revision: good, replaces: bad }));
    const { conditions = [], history = [] } = await stage.status();
    expect(conditions.find(({ type }) => type === 'RollbackWarning')?.message).toContain(`rolled back to ${good} instead of ${bad}`);
    expect(history.map(({ revision }) => revision)).toEqual([good, bad, good]);
    expect(history.at(-1)?.initiatedBy).toEqual({ username: 'prelude' });
    expect(reasons()).toContain('RolledBack');

    await stage.edit(configMapType, { namespace: stage.namespace, name: 'app' }, (object) => ({ ...object, data: { value: 'by hand' } }));
    await stage.until(async () => expect(await valueOf('app')).toBe('good'));

    const fixed = await stage.push({ 'config.yaml': manifests.config('app', 'fixed') });
    await stage.untilSynced(fixed);
    await stage.until(async () => expect(await pinned()).toBeUndefined());
    await stage.until(() => expect(reasons()).toContain('RollbackReleased'));
    await stage.until(async () => expect((await stage.status()).conditions).toEqual([]));
  });

  test('goes where somebody pins it while a pass still works with the pin before', async () => {
    const good = await stage.push({ 'config.yaml': manifests.config('app', 'good') });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(good);
    const bad = await stage.push({ 'config.yaml': manifests.config('app', 'bad') });
    await stage.untilSynced(bad);
    await annotate(rollbackAnnotation, JSON.stringify({ revision: good, replaces: bad }));
    await stage.untilSynced(good);

    interrupted.meanwhile(() => annotate(rollbackAnnotation, JSON.stringify({ revision: bad, by: 'ada' })));
    const fixed = await stage.push({ 'config.yaml': manifests.config('app', 'fixed') });
    await stage.until(() => expect(reasons()).toContain('RollbackReleased'));
    await stage.untilSynced(bad);
    await stage.until(async () => expect(JSON.parse((await pinned()) ?? '')).toEqual({ revision: bad, replaces: fixed, by: 'ada' }));
  });

  test('goes where somebody pins it while a revision is given up automatically', async () => {
    const file = (image: string): string => manifests.deployment('seed', 'db').replace('registry.example/node:1', image);
    const old = await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db'), 'seed.yaml': file('node:old') });
    await stage.declare({}, { annotations: { [autoRollbackAnnotation]: '2s' } });
    await stage.start();
    await stage.untilSynced(old);
    const good = await stage.push({ 'seed.yaml': file('node:good') });
    await stage.untilSynced(good);
    await fares(1);
    await stage.until(async () => expect(readRecord((await stage.application()).metadata)).toEqual({ healthy: good }));
    const bad = await stage.push({ 'seed.yaml': file('node:bad') });
    await stage.untilSynced(bad);
    const pin = { revision: old, replaces: bad, by: 'ada' };
    interrupted.meanwhile(() => annotate(rollbackAnnotation, JSON.stringify(pin)));
    await fares(0, crashes);

    await stage.until(() => expect(interrupted.isDone).toBe(true));
    await stage.untilSynced(old);
    expect(JSON.parse((await pinned()) ?? '')).toEqual(pin);
  });

  test('goes back although nothing is automated, and follows the branch again when the pin is taken away', async () => {
    const good = await stage.push({ 'config.yaml': manifests.config('app', 'good') });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(good);
    const bad = await stage.push({ 'config.yaml': manifests.config('app', 'bad') });
    await stage.untilSynced(bad);
    await stage.editApplication((object) => ({ ...object, spec: { ...Object(object['spec']), syncPolicy: {} } }));

    await annotate(rollbackAnnotation, JSON.stringify({ revision: good, replaces: bad, by: 'ada' }));
    await stage.untilSynced(good);
    expect(await valueOf('app')).toBe('good');
    expect((await stage.status()).history?.at(-1)?.initiatedBy).toEqual({ username: 'ada' });

    await annotate(rollbackAnnotation, undefined);
    await stage.until(async () => expect((await stage.status()).sync).toMatchObject({ status: 'OutOfSync', revision: bad }));
    expect(await valueOf('app')).toBe('good');
  });

  test('says what is wrong with a pin that cannot be acted on, and follows the branch', async () => {
    const commit = await stage.push({ 'config.yaml': manifests.config('app') });
    await stage.declare({}, { annotations: { [rollbackAnnotation]: 'main' } });
    await stage.start();
    await stage.untilSynced(commit);

    expect((await stage.status()).conditions).toMatchObject([{ type: 'RollbackWarning', message: expect.stringContaining('"main" is not a commit') }]);
  });

  test('gives up a revision that is degraded for the last healthy one by itself, once, until a newer commit', async () => {
    const file = (image: string): string => manifests.deployment('seed', 'db').replace('registry.example/node:1', image);
    const good = await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db'), 'seed.yaml': file('node:good') });
    await stage.declare({}, { annotations: { [autoRollbackAnnotation]: '2s' } });
    await stage.start();
    await stage.untilSynced(good);
    await fares(1);
    await stage.until(async () => expect(readRecord((await stage.application()).metadata)).toEqual({ healthy: good }));

    const bad = await stage.push({ 'seed.yaml': file('node:bad') });
    await stage.untilSynced(bad);
    // nothing happens by itself while it is suspended
    await annotate(suspendAnnotation, 'true');
    await fares(0, crashes);
    await stage.pause(3_000);
    expect(await pinned()).toBeUndefined();
    await annotate(suspendAnnotation, undefined);
    await stage.untilSynced(good);
    expect(JSON.parse((await pinned()) ?? '')).toMatchObject({ revision: good, replaces: bad, automatic: true, cause: expect.stringMatching(/seed/) });
    expect((await stage.status()).history?.at(-1)?.initiatedBy).toEqual({ automated: true });
    expect(readRecord((await stage.application()).metadata)).toEqual({ healthy: good, bad });
    await stage.until(() => expect(stage.running.events.find(({ note }) => note.reason === 'RolledBack')?.note).toMatchObject({ type: 'Warning', message: expect.stringMatching(/automatically: .*seed/) }));

    // a person insists on the bad one: it is not given up twice
    await annotate(rollbackAnnotation, undefined);
    await stage.untilSynced(bad);
    await fares(0, crashes);
    await stage.pause(3_000);
    expect(await pinned()).toBeUndefined();

    const fixed = await stage.push({ 'seed.yaml': file('node:fixed') });
    await stage.untilSynced(fixed);
    await fares(1);
    await stage.until(async () => expect(readRecord((await stage.application()).metadata)).toEqual({ healthy: fixed, bad }));
  });
});
