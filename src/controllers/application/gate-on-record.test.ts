import { describe, expect, test } from 'vitest';
import { manifests } from '../../../test/support/application-stage.ts';
import { aPart, isDown, late, setGateStage } from '../../../test/support/gate-stage.ts';
import { listAt, fieldAt } from '../../gitops/health/live-field.ts';
import { configMapType, deploymentType } from '../../kube/resource-types.ts';

const files = { 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db', 'prod/one'), 'node.yaml': manifests.deployment('node', 'db'), 'app.yaml': manifests.config('app', 'first') };
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

describe('a request about a part', { timeout: 60_000 }, () => {
  const stage = setGateStage('alone');
  const theNode = { sync: { resources: [{ group: 'apps', kind: 'Deployment', name: 'node' }] } };

  test.for([
    ['has not been declared', false],
    ['somebody has changed by hand', true],
  ] as const)('does not wait for what %s and is no part of it: that is said, and all of it is brought in', async ([, isChanged]) => {
    const first = await stage.push(files);
    if (isChanged) {
      await stage.bringIn(first);
      await stage.stop();
      await stage.remove(deploymentType, 'node');
      await stage.changeByHand();
    } else await stage.declare();
    await stage.ask(theNode);
    await stage.start({ remote: { 'prod/one': 'a', 'prod/two': isDown } });

    await stage.until(() => expect(stage.running.progress.map(({ message }) => message).join('\n')).toMatch(/ExternalSecret \S*db .*(is|are) no part of the request/));
    await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
    await stage.setReady(1);
    await stage.until(async () => expect((await stage.status()).sync?.status).toBe('Synced'));
  });
});
