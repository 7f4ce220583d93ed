import { describe, expect, test } from 'vitest';
import { manifests } from '../../../test/support/application-stage.ts';
import { aPart, gateFiles as files, isDown, setGateStage } from '../../../test/support/gate-stage.ts';
import { fieldAt } from '../../gitops/health/live-field.ts';
import { aheadOf } from '../../gitops/history/ahead.ts';
import { configMapType, deploymentType, externalSecretType, jobType, namespaceType, secretType } from '../../kube/resource-types.ts';

/** A hook that makes a Secret. */
const hookOf = (phase: string): string => `apiVersion: batch/v1\nkind: Job\nmetadata: { name: maker, annotations: { argocd.argoproj.io/hook: ${phase}, prelude.dev/provides: made/password } }\nspec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: "a:1" }] } } }\n`;

/** What somebody changes is left so. */
const unhealed = { syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'] } };

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

    await stage.until(() => expect(stage.running.progress.map(({ message }) => message).join('\n')).toMatch(/ExternalSecret \S*db\b.*(is|are) no part of the request/));
    await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
    await stage.setReady(1);
    await stage.until(async () => expect((await stage.status()).sync?.status).toBe('Synced'));
  });

  test('is refused where somebody has declared its Secret otherwise, past Git: that is ready with other values', async () => {
    const first = await stage.push(files);
    await stage.bringIn(first, unhealed);
    await stage.changeByHand();
    await stage.until(async () => expect(fieldAt(await stage.get(secretType, 'db'), 'data', 'password')).toBe(Buffer.from('b').toString('base64')));
    await stage.remove(deploymentType, 'node');
    await stage.ask(theNode);

    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Failed', message: expect.stringMatching(/ExternalSecret \S*db is not in the cluster as this revision declares it, and is no part of the request/) }));
    expect(await stage.get(deploymentType, 'node')).toBeUndefined();
  });

  test('goes on where a namesake of what makes its Secret, in another namespace, is declared otherwise', async () => {
    const namespace = `${stage.namespace}-b`;
    const elsewhere = (manifest: string, name: string): string => manifest.replace(`metadata: { name: ${name}`, `metadata: { namespace: ${namespace}, name: ${name}`);
    await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const first = await stage.push({ ...files, 'other-store.yaml': elsewhere(manifests.store, 'vault'), 'other.yaml': elsewhere(manifests.secret('db', 'prod/two'), 'db') });
    await stage.bringIn(first, unhealed);
    await stage.edit(externalSecretType, { namespace, name: 'db' }, (object) => JSON.parse(JSON.stringify(object).replace('prod/two', 'prod/one')));
    await stage.remove(deploymentType, 'node');
    await stage.ask(theNode);

    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Succeeded', message: 'successfully synced (selected objects)' }));
    expect(await stage.get(deploymentType, 'node')).toBeDefined();
  });

  test('does not wait for a declaration that holds a value and is no part of it', async () => {
    await stage.push({ 'Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n', 'values.yaml': 'kind: none\n', 'templates/store.yaml': manifests.store, 'templates/seed.yaml': manifests.secret('seed'), 'templates/db.yaml': manifests.secret('db', 'prod/{{ .Values.kind }}'), 'templates/node.yaml': manifests.deployment('node', 'db') });
    await stage.declare({}, { annotations: { 'prelude.dev/values-from': '- {kind: Secret, name: seed, valuesKey: password, targetPath: kind}\n' } });
    await stage.ask({ sync: { syncOptions: ['CreateNamespace=true'], resources: [{ group: 'external-secrets.io', kind: 'SecretStore', name: 'vault' }, { group: 'external-secrets.io', kind: 'ExternalSecret', name: 'seed' }, ...theNode.sync.resources] } });
    await stage.start({ remote: { 'prod/db': 'one', 'prod/one': 'a' } });

    await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
  });

  const theUser = { sync: { resources: [{ group: 'apps', kind: 'Deployment', name: 'user' }], syncOptions: ['CreateNamespace=true'] } };
  const said = (): string => stage.running.progress.map(({ message }) => message).join('\n');

  test.for([
    ['a Secret', 'Secret', undefined],
    ['a key of a Secret', 'key password of Secret', { older: 'YQ==' }],
  ] as const)('does not wait for %s that only a hook makes: that is said', async ([, what, data]) => {
    await stage.push({ 'user.yaml': manifests.deployment('user', 'made'), 'app.yaml': manifests.config('app', 'first'), 'job.yaml': hookOf('PreSync') });
    await stage.declare();
    await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
    if (data !== undefined) await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made', namespace: stage.namespace }, data });
    await stage.ask(theUser);
    await stage.start();

    await stage.until(() => expect(said()).toMatch(new RegExp(`${what} \\S*made is made by a hook, Job maker, and a request about a part runs none`)));
  });

  test('waits for what the hook of another Application makes', async () => {
    await stage.push({ 'user.yaml': manifests.deployment('user', 'made'), 'app.yaml': manifests.config('app', 'first'), 'other/job.yaml': hookOf('PreSync'), 'other/conf.yaml': manifests.config('conf') });
    const spec = { syncPolicy: { syncOptions: ['CreateNamespace=true'] } };
    const own = await stage.declare(spec);
    await stage.createApplication({ ...own, metadata: { name: `${stage.namespace}-other`, namespace: own.metadata.namespace ?? '' }, spec: { ...Object(own['spec']), syncPolicy: { automated: {}, ...spec.syncPolicy }, source: { ...Object(Object(own['spec']).source), path: 'manifests/other' } } });
    await stage.ask(theUser);
    await stage.start();
    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Running', message: expect.stringContaining('made') }));
    await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made', namespace: stage.namespace }, data: { password: 'YQ==' } });

    await stage.until(async () => expect(await stage.get(deploymentType, 'user')).toBeDefined());
  });

  test('that has all it needs waits for its Secret, whatever else has not been declared', async () => {
    await stage.push({ ...files, 'other.yaml': manifests.secret('other', 'prod/two') });
    const syncOptions = ['CreateNamespace=true'];
    await stage.declare({ syncPolicy: { syncOptions } });
    await stage.ask({ sync: { resources: [{ group: 'external-secrets.io', kind: 'SecretStore', name: 'vault' }, { group: 'external-secrets.io', kind: 'ExternalSecret', name: 'db' }, ...theNode.sync.resources], syncOptions } });
    await stage.start({ remote: { 'prod/one': 'a' } });

    await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
    expect([await stage.get(configMapType, 'app'), await stage.get(externalSecretType, 'other')]).toEqual([undefined, undefined]);
  });
});

describe('what a request about a part leaves', { timeout: 60_000 }, () => {
  const stage = setGateStage('left');

  test('is not written over by an older revision while a newer one waits, though it was all that differed', async () => {
    await stage.bringIn(await stage.push(files));
    await stage.breakDown();
    await stage.untilWaiting(await stage.push({ 'app.yaml': manifests.config('app', 'second') }));
    await stage.ask(aPart);
    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Succeeded', message: 'successfully synced (selected objects)' }));
    await stage.pause(1_000);
    await stage.untilWaiting(await stage.push({ 'app.yaml': manifests.config('app', 'third') }));
    await stage.pause(1_000);

    expect(fieldAt(await stage.get(configMapType, 'app'), 'data', 'value')).toBe('second');
  });

  test('is settled, though a hook beside the waves makes a Secret and what was added cannot be deleted', async () => {
    const older = await stage.push({ ...files, 'job.yaml': hookOf('Sync'), 'extra.yaml': manifests.secret('extra', 'prod/two').replace('name: extra', 'name: extra, finalizers: [test/hold]') });
    const first = await stage.push({ 'extra.yaml': undefined });
    await stage.declare();
    await stage.start({ remote: { 'prod/one': 'a', 'prod/two': 'b' } });
    await stage.until(async () => expect(await stage.get(jobType, 'maker')).toBeDefined());
    await stage.recorded.patchStatus(jobType, { namespace: stage.namespace, name: 'maker' }, { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] }, { fieldManager: 'test' }, new AbortController().signal);
    await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
    await stage.setReady(1);
    await stage.untilSynced(first);
    await stage.ask({ sync: { revision: older, resources: [{ group: 'external-secrets.io', kind: 'ExternalSecret', name: 'extra' }] } });
    await stage.until(async () => expect((await stage.get(externalSecretType, 'extra'))?.metadata.deletionTimestamp).toBeDefined());

    await stage.until(async () => expect(JSON.stringify((await stage.status()).operationState)).not.toContain('isTouched'));
  });

  test.for([
    ['that', false, false],
    ['that, by another process,', false, true],
    ['an older revision', true, false],
  ] as const)('does not keep what is in from being healed while a newer one waits, where a commit that changes nothing was the last, and the part was of %s', async ([, isOlder, isRestarted]) => {
    const older = await stage.push({ ...files, 'app.yaml': manifests.config('app', 'older') });
    await stage.bringIn(await stage.push(files));
    const same = await stage.push({ 'other/conf.yaml': manifests.config('conf') });
    const untilSame = (): Promise<void> => stage.until(async () => expect((await stage.status()).sync).toMatchObject({ status: 'Synced', revision: same }));
    await untilSame();
    await stage.ask(isOlder ? { sync: { ...aPart.sync, revision: older } } : aPart);
    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Succeeded', message: 'successfully synced (selected objects)' }));
    await untilSame();
    await stage.until(async () => expect(aheadOf(await stage.status())).toBeUndefined());

    if (isRestarted) await stage.stop();
    const newer = await stage.push({ 'app.yaml': manifests.config('app', 'second') });
    if (isRestarted) await stage.start({ remote: { 'prod/one': isDown } });
    await stage.breakDown();
    await stage.untilWaiting(newer);
    expect(await stage.valueAfterEdit()).toBe('first');
  });

  test.for([
    ['Git is away', true],
    ['a commit that does not plan is the newest', false],
  ] as const)('is not written over by an older revision after a restart while %s', async ([, isAway]) => {
    await stage.bringIn(await stage.push(files));
    await stage.breakDown();
    const newer = await stage.push({ 'app.yaml': manifests.config('app', 'second') });
    await stage.untilWaiting(newer);
    await stage.ask(aPart);
    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Succeeded', message: 'successfully synced (selected objects)' }));
    await stage.until(async () => expect((await stage.status()).sync).toMatchObject({ status: 'Synced', revision: newer }));
    await stage.stop();
    await (isAway ? stage.hideRemote() : stage.push({ 'broken.yaml': manifests.deployment('broken', 'nobody-makes-this') }));
    await stage.start({ remote: { 'prod/one': 'a', 'prod/two': 'b' } });

    // each is a pass at least
    for (let round = 0; round < 3; round += 1) expect(await stage.valueAfterEdit()).toBe('second');
    expect((await stage.status()).sync?.revision).toBe(newer);
  });
});
