import { describe, expect, test } from 'vitest';
import { manifests } from '../../../test/support/application-stage.ts';
import { aPart, gateFiles as files, isDown, late, setGateStage } from '../../../test/support/gate-stage.ts';
import { listAt, fieldAt } from '../../gitops/health/live-field.ts';
import { configMapType, deploymentType, externalSecretType, secretType } from '../../kube/resource-types.ts';

const second = { 'app.yaml': manifests.config('app', 'second') };
/** Needs another value, which nobody has. */
const another = { ...second, 'secret.yaml': manifests.secret('db', 'prod/two') };
const refused = { sync: { revision: 'nonsense' } };

describe('what is in is healed while the provider is down', { timeout: 60_000 }, () => {
  const stage = setGateStage('kept');

  test('though a newer revision that declares nothing else has waited, was taken back, and another one waits', async () => {
    const first = await stage.push(files);
    await stage.bringIn(first);
    await stage.breakDown();
    await stage.untilWaiting(await stage.push(second));
    expect(await stage.valueAfterEdit()).toBe('first');

    await stage.takeBack(first);
    await stage.untilWaiting(first);
    await stage.untilWaiting(await stage.push({ 'app.yaml': manifests.config('app', 'third') }));
    expect(await stage.valueAfterEdit()).toBe('first');
  });

  test('though a part of an older revision, which declares nothing, is brought in', async () => {
    const older = await stage.push({ ...files, 'app.yaml': manifests.config('app', 'older') });
    await stage.bringIn(older);
    const first = await stage.push(files);
    await stage.untilSynced(first);
    await stage.breakDown();
    await stage.ask({ sync: { ...aPart.sync, revision: older } });
    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Succeeded', message: 'successfully synced (selected objects)' }));

    await stage.until(async () => expect(fieldAt(await stage.get(configMapType, 'app'), 'data', 'value')).toBe('first'));
  });

  test('though a newer revision that declares nothing else has waited, also for another process, and was taken back', async () => {
    const first = await stage.push(files);
    await stage.bringIn(first);
    await stage.breakDown();
    await stage.untilWaiting(await stage.push(second));
    await stage.stop();
    await stage.start({ remote: { 'prod/one': isDown } });
    await stage.until(() => expect(stage.running.progress.some(({ phase }) => phase === 'barrier')).toBe(true));
    await stage.pause(500);
    await stage.takeBack(first);
    await stage.untilWaiting(first);

    expect(await stage.valueAfterEdit()).toBe('first');
  });

  test('though somebody asks for a sync of it, which waits', async () => {
    const first = await stage.push(files);
    await stage.bringIn(first);
    await stage.breakDown();
    await stage.stop();
    await stage.ask({ sync: {} });
    await stage.start({ remote: { 'prod/one': isDown } });
    await stage.untilWaiting(first);

    expect(await stage.valueAfterEdit()).toBe('first');
  });

  test('though it is rolled back to from a newer one that waits', async () => {
    const first = await stage.push(files);
    await stage.bringIn(first);
    await stage.breakDown();
    await stage.untilWaiting(await stage.push(second));
    await stage.rollBack(first);
    await stage.untilWaiting(first);

    expect(await stage.valueAfterEdit()).toBe('first');
  });

  /** Brings in a revision whose `extra`, which nobody needs, a request about a part has declared as an older one and healing as it was; `node` is not healthy. */
  const touchExtra = async (): Promise<void> => {
    const older = await stage.push({ ...files, 'late.yaml': late, 'extra.yaml': manifests.secret('extra', 'prod/two') });
    await stage.bringIn(older);
    await stage.untilSynced(await stage.push({ 'extra.yaml': manifests.secret('extra', 'prod/one') }));
    await stage.setReady(0);
    await stage.ask({ sync: { revision: older, resources: [{ group: 'external-secrets.io', kind: 'ExternalSecret', name: 'extra' }] } });
    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Succeeded', message: 'successfully synced (selected objects)' }));
    await stage.until(async () => expect(JSON.stringify(await stage.get(externalSecretType, 'extra'))).toContain('prod/one'));
  };

  const untilSettled = (): Promise<void> => stage.until(async () => expect(JSON.stringify((await stage.status()).operationState)).not.toContain('isTouched'));
  /** By another process, which finds the provider down. */
  const valueAfterOutage = async (): Promise<unknown> => {
    await stage.breakDown();
    await stage.stop();
    await stage.start({ remote: { 'prod/one': isDown, 'prod/two': 'b' } });
    await stage.pause(700);
    return stage.valueAfterEdit();
  };

  test('or is not, in its later waves while an earlier one is not healthy, though a part of an older revision was declared', async () => {
    await touchExtra();
    await stage.edit(configMapType, { namespace: stage.namespace, name: 'late' }, (object) => ({ ...object, data: { value: 'by hand' } }));

    await stage.until(async () => expect(fieldAt(await stage.get(configMapType, 'late'), 'data', 'value')).not.toBe('by hand'));
  });

  test('by another process, once what a part of an older revision has declared was put back, whatever else cannot be', async () => {
    await touchExtra();
    await untilSettled();

    expect(await valueAfterOutage()).toBe('first');
  });

  test('by another process, once what a part of an older revision has declared was put back, though what that left cannot be deleted', async () => {
    const older = await stage.push({ ...files, 'extra.yaml': manifests.secret('extra', 'prod/two').replace('name: extra', 'name: extra, finalizers: [test/hold]') });
    await stage.bringIn(await stage.push({ 'extra.yaml': undefined }));
    await stage.ask({ sync: { revision: older, resources: [{ group: 'external-secrets.io', kind: 'ExternalSecret', name: 'extra' }] } });
    await stage.until(async () => expect((await stage.get(externalSecretType, 'extra'))?.metadata.deletionTimestamp).toBeDefined());
    await untilSettled();

    expect(await valueAfterOutage()).toBe('first');
  });

  test('while a newer one waits, after a part of an older one was put back', async () => {
    const older = await stage.push({ ...files, 'app.yaml': manifests.config('app', 'older') });
    const first = await stage.push(files);
    await stage.bringIn(first);
    await stage.ask({ sync: { ...aPart.sync, revision: older } });
    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ message: 'successfully synced (selected objects)' }));
    await stage.until(async () => expect((await stage.status()).sync).toMatchObject({ status: 'Synced', revision: first }));
    await stage.breakDown();
    await stage.untilWaiting(await stage.push(second));

    expect(await stage.valueAfterEdit()).toBe('first');
  });

  test('though a request that is refused speaks in what is on record', async () => {
    const first = await stage.push(files);
    await stage.bringIn(first);
    await stage.breakDown();
    await stage.ask({ ...refused, info: [{ name: 'prelude.dev/admitted', value: 'x' }, { name: 'prelude.dev/ahead', value: 'y' }, { name: 'why', value: 'z' }] });
    await stage.until(async () => expect((await stage.status()).operationState?.phase).toBe('Error'));
    expect(listAt((await stage.status()).operationState?.operation, 'info').filter((info) => /^[xyz]$/.test(String(fieldAt(info, 'value'))))).toEqual([{ name: 'why', value: 'z' }]);
    await stage.untilWaiting(await stage.push(second));

    expect(await stage.valueAfterEdit()).toBe('first');
  });
});

describe('what is being brought in', { timeout: 60_000 }, () => {
  const stage = setGateStage('midway');

  test('does not wait at its barrier again for a request about a part that declares nothing', async () => {
    await stage.push({ ...files, 'late.yaml': late });
    await stage.declare();
    await stage.start({ remote: { 'prod/one': 'a' } });
    await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
    await stage.setReady(0);
    await stage.until(async () => expect((await stage.status()).operationState?.message).toContain('node'));
    await stage.breakDown();
    await stage.ask(aPart);
    await stage.until(async () => expect((await stage.application())['operation']).toBeUndefined());
    await stage.pause(700);
    await stage.setReady(1);

    await stage.until(async () => expect(await stage.get(configMapType, 'late')).toBeDefined());
  });
});

describe('a newer revision has declared something else and is taken back', { timeout: 60_000 }, () => {
  const stage = setGateStage('touched');

  test.for([
    ['and nothing is on record of the one that is in', true, aPart],
    ['and a request that is refused has spoken in what is on record', false, { ...refused, info: [{ name: 'prelude.dev/admitted', value: 'x' }] }],
  ] as const)('%s: what was declared before is awaited', async ([, forgets, operation]) => {
    const first = await stage.push(files);
    await stage.bringIn(first);
    await stage.stop();
    if (forgets) await stage.forgetRecord(first);
    await stage.push(another);
    await stage.start({ remote: { 'prod/one': isDown, 'prod/two': isDown } });
    await stage.untilFrom('prod/two');

    await stage.stop();
    await stage.remove(deploymentType, 'node');
    await stage.takeBack(first);
    await stage.ask(operation);
    await stage.start({ remote: { 'prod/one': isDown, 'prod/two': isDown } });
    await stage.untilFrom('prod/one');
    await stage.pause(700);
    expect(await stage.get(deploymentType, 'node')).toBeUndefined();
  });

  test('is healed as before while it waits, where nothing is on record of what is in', async () => {
    const first = await stage.push(files);
    await stage.bringIn(first);
    await stage.stop();
    await stage.forgetRecord(first);
    const newer = await stage.push(another);
    await stage.start({ remote: { 'prod/one': isDown, 'prod/two': isDown } });
    await stage.untilWaiting(newer);

    expect(await stage.valueAfterEdit()).toBe('first');
  });
});

/** The Deployment `node`, which makes a Secret as it runs. */
const maker = (image: string): string => manifests.deployment('node', 'db').replace('metadata: { name: node,', 'metadata: { annotations: { prelude.dev/provides: made/password }, name: node,').replace('node:1', image);

describe('what another revision has taken out, and what it has declared otherwise, is awaited as it comes back', { timeout: 60_000 }, () => {
  const stage = setGateStage('back');
  const untilGone = (): Promise<void> => stage.until(async () => expect([await stage.get(externalSecretType, 'db'), await stage.get(deploymentType, 'node')]).toEqual([undefined, undefined]));
  const untilDeclaredAlone = async (): Promise<void> => {
    await stage.until(async () => expect(await stage.get(externalSecretType, 'db')).toBeDefined());
    await stage.pause(1_000);
    expect(await stage.get(deploymentType, 'node')).toBeUndefined();
  };

  test('by the branch that is forced back, from a revision that needs nothing', async () => {
    const first = await stage.push(files);
    await stage.bringIn(first);
    await stage.untilSynced(await stage.push({ ...second, 'secret.yaml': undefined, 'node.yaml': undefined }));
    await untilGone();
    await stage.remove(secretType, 'db').catch(() => {});
    Object.assign(stage.secrets.remote, { 'prod/one': isDown });
    await stage.takeBack(first);

    await untilDeclaredAlone();
  });

  test('by healing, from a request about a part that has deleted it', async () => {
    const older = await stage.push({ 'store.yaml': manifests.store, 'app.yaml': manifests.config('app', 'first') });
    await stage.bringIn(await stage.push(files));
    await stage.stop();
    await stage.ask({ sync: { revision: older, prune: true, resources: [{ group: 'apps', kind: 'Deployment', name: 'node' }, { group: 'external-secrets.io', kind: 'ExternalSecret', name: 'db' }] } });
    await stage.start({ remote: { 'prod/one': isDown } });
    await stage.until(() => expect(stage.recorded.calls.flatMap(({ verb, key }) => (verb === 'delete' ? [key] : []))).toEqual(expect.arrayContaining([`${stage.namespace}/db`, `${stage.namespace}/node`])));

    await untilDeclaredAlone();
  });

  test('by healing, from a part that makes a Secret as it runs', async () => {
    const older = await stage.push({ ...files, 'node.yaml': maker('node:0'), 'user.yaml': manifests.deployment('user', 'made') });
    const first = await stage.push({ 'node.yaml': maker('node:1') });
    await stage.declare();
    await stage.start({ remote: { 'prod/one': 'a' } });
    await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
    await stage.setReady(1);
    await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made', namespace: stage.namespace }, data: { password: 'YQ==' } });
    await stage.until(async () => expect(await stage.get(deploymentType, 'user')).toBeDefined());
    await stage.setReady(1, 'user');
    await stage.untilSynced(first);
    const generation = async (): Promise<number> => (await stage.get(deploymentType, 'node'))?.metadata.generation ?? 0;
    const before = await generation();

    await stage.stop();
    await stage.remove(deploymentType, 'user');
    await stage.ask({ sync: { revision: older, resources: [{ group: 'apps', kind: 'Deployment', name: 'node' }] } });
    await stage.start({ remote: { 'prod/one': 'a' } });
    await stage.until(async () => expect(await generation()).toBe(before + 2));
    await stage.pause(1_000);
    expect(await stage.get(deploymentType, 'user')).toBeUndefined();
  });

  test('by healing that has not come to who needs it, because something before cannot be written', async () => {
    const inWave = (text: string, wave: number): string => text.replace('metadata: { name', `metadata: { annotations: { argocd.argoproj.io/sync-wave: "${wave}" }, name`);
    const older = await stage.push({ ...files, 'node.yaml': maker('node:0'), 'hold.yaml': inWave(manifests.config('hold'), 1), 'user.yaml': inWave(manifests.deployment('user', 'made'), 2) });
    const first = await stage.push({ 'node.yaml': maker('node:1') });
    await stage.declare();
    await stage.start({ remote: { 'prod/one': 'a' } });
    await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
    await stage.setReady(1);
    await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made', namespace: stage.namespace }, data: { password: 'YQ==' } });
    await stage.until(async () => expect(await stage.get(deploymentType, 'user')).toBeDefined());
    await stage.setReady(1, 'user');
    await stage.untilSynced(first);
    const before = (await stage.get(deploymentType, 'node'))?.metadata.generation ?? 0;

    await stage.stop();
    await stage.remove(deploymentType, 'user');
    await stage.remove(secretType, 'made');
    const finalize = (finalizers: readonly string[]): Promise<void> => stage.edit(configMapType, { namespace: stage.namespace, name: 'hold' }, (object) => ({ ...object, metadata: { ...object.metadata, finalizers } }));
    await finalize(['test/hold']);
    await stage.remove(configMapType, 'hold');
    await stage.ask({ sync: { revision: older, resources: [{ group: 'apps', kind: 'Deployment', name: 'node' }] } });
    await stage.start({ remote: { 'prod/one': 'a' } });
    await stage.until(async () => expect((await stage.get(deploymentType, 'node'))?.metadata.generation).toBe(before + 2));
    await stage.pause(1_000);
    await finalize([]);
    await stage.until(async () => expect((await stage.get(configMapType, 'hold'))?.metadata.deletionTimestamp).toBeUndefined());
    await stage.pause(2_000);
    expect(await stage.get(deploymentType, 'user')).toBeUndefined();
  });
});
