import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { externalSecretType, secretType } from '../../src/kube/resource-types.ts';
import { dataHash } from '../../src/secret/object-hash.ts';
import { resourceVersionOf } from '../../src/secret/resource-version.ts';
import { policyStage } from '../support/policy-stage.ts';
import { collectorPatience, type Stage, setStage, type World } from '../support/secret-stage.ts';

const managed = 'reconcile.external-secrets.io/managed';
const createdBy = 'reconcile.external-secrets.io/created-by';
const hashOf = 'reconcile.external-secrets.io/data-hash';
const manager = 'externalsecrets.external-secrets.io/database';

/** Long enough to tell at once from at the interval. */
const interval = 3_000;

interface Row {
  readonly creationPolicy: string;
  /** Made where it is not there; otherwise it is waited for. */
  readonly creates: boolean;
  /** When one that is deleted comes back, by refreshPolicy. */
  readonly recreates: Readonly<Record<'Periodic' | 'OnChange' | 'CreatedOnce', 'at once' | 'at the interval' | 'never'>>;
  /** Whether it stays when its ExternalSecret goes. */
  readonly stays: boolean;
}

/** External Secrets' behaviour matrix of creation and refresh policies. */
const matrix: readonly Row[] = [
  { creationPolicy: 'Owner', creates: true, recreates: { Periodic: 'at once', OnChange: 'at once', CreatedOnce: 'at once' }, stays: false },
  { creationPolicy: 'Orphan', creates: true, recreates: { Periodic: 'at the interval', OnChange: 'never', CreatedOnce: 'never' }, stays: true },
  { creationPolicy: 'Merge', creates: false, recreates: { Periodic: 'never', OnChange: 'never', CreatedOnce: 'never' }, stays: true },
  { creationPolicy: 'CreateOrMerge', creates: true, recreates: { Periodic: 'at once', OnChange: 'at once', CreatedOnce: 'at once' }, stays: true },
];

const cases = matrix.flatMap((row) => (['Periodic', 'OnChange', 'CreatedOnce'] as const).map((refreshPolicy) => ({ ...row, refreshPolicy, recreated: row.recreates[refreshPolicy] })));

function secret(stage: Stage, data: Readonly<Record<string, string>>, metadata: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'database', ...metadata }, data: encode(data) };
}

function encode(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
}

function merged(object: KubeObject, data: Readonly<Record<string, string>>): KubeObject {
  return { ...object, data: { ...(object['data'] as object), ...encode(data) } };
}

/** What the creation policies, each with every refresh policy, do to a cluster, whatever the cluster is made of. */
export function describeSecretPolicies(name: string, open: () => Promise<World>): void {
  describe(`policies ${name}`, () => {
    const stage = setStage('policies', open);
    const { reads, secretWrites, data, untilReady, untilRead, touch } = policyStage(stage);

    test.each(cases)(
      '$creationPolicy, $refreshPolicy: made, followed, brought back $recreated, and kept or not when the ExternalSecret goes',
      async ({ creationPolicy, creates, refreshPolicy, recreated, stays }) => {
        await stage.start();
        await stage.declare('database', { refreshPolicy, refreshInterval: `${interval}ms`, target: { creationPolicy } });
        if (!creates) {
          await untilReady('SecretMissing', 'secret will not be created due to CreationPolicy=Merge');
          expect(await data()).toBeUndefined();
          await stage.create(secretType, secret(stage, { theirs: 'x' }));
        }
        const theirs = creates ? {} : { theirs: 'x' };
        await stage.untilData('database', { ...theirs, password: 'hunter2' });
        await stage.untilSynced('database');

        stage.running.remote['prod/db'] = 'rotated';
        await (refreshPolicy === 'Periodic' ? stage.untilData('database', { ...theirs, password: 'rotated' }) : stage.pause(300));
        await touch('1');
        if (refreshPolicy === 'OnChange') await stage.untilData('database', { ...theirs, password: 'rotated' });
        if (refreshPolicy === 'CreatedOnce') await stage.pause(300);
        const held = { ...theirs, password: refreshPolicy === 'CreatedOnce' ? 'hunter2' : 'rotated' };
        expect(await data()).toEqual(held);

        if (refreshPolicy === 'Periodic') await untilRead();
        await stage.untilSynced('database');
        await stage.remove(secretType, 'database');
        if (recreated === 'at once') await stage.untilData('database', { password: 'rotated' }, interval / 2);
        else {
          await stage.pause(interval / 5);
          expect(await data()).toBeUndefined();
        }
        if (recreated === 'at the interval') await stage.untilData('database', { password: 'rotated' }, interval * 2);

        if (recreated === 'never' && creates) await touch('2');
        const isBack = creates && (recreated !== 'never' || refreshPolicy === 'OnChange');
        await stage.untilData('database', isBack ? { password: 'rotated' } : undefined);
        await stage.remove(externalSecretType, 'database');
        await (stays ? stage.pause(300) : stage.untilData('database', undefined, collectorPatience));
        if (stays && isBack) expect(await data()).toEqual({ password: 'rotated' });
      },
      90_000,
    );

    test('Merge keeps what others have, brings its own up to date, and says nothing of an owner', async () => {
      await stage.create(secretType, secret(stage, { theirs: 'x', password: 'old' }, { labels: { app: 'theirs' }, annotations: { note: 'kept' } }));
      await stage.start();
      await stage.declare('database', { refreshInterval: '500ms', target: { creationPolicy: 'Merge' } }, { labels: { from: 'declaration' } });
      await stage.untilSynced('database');

      const live = await stage.get(secretType, 'database');
      expect(await data()).toEqual({ theirs: 'x', password: 'hunter2' });
      expect(live?.metadata.ownerReferences ?? []).toEqual([]);
      expect(live?.metadata.labels).toEqual({ app: 'theirs', from: 'declaration', [managed]: 'true' });
      expect(live?.metadata.annotations).toMatchObject({ note: 'kept', [hashOf]: dataHash(new Map([['theirs', Buffer.from('x')], ['password', Buffer.from('hunter2')]])) });
      expect(live?.metadata.managedFields).toContainEqual(expect.objectContaining({ manager, operation: 'Update', fieldsV1: expect.objectContaining({ 'f:data': expect.objectContaining({ 'f:password': {} }) }) }));
      expect((await stage.status('database')).binding).toEqual({ name: 'database' });

      // refreshes without news neither write it nor read it
      const calls = stage.recorded.calls.length;
      await untilRead();
      await untilRead();
      expect(stage.recorded.calls.slice(calls).filter(({ resource }) => resource === 'secrets')).toEqual([]);
      expect((await stage.get(secretType, 'database'))?.metadata.resourceVersion).toBe(live?.metadata.resourceVersion);
    });

    test('Merge restores its keys quickly, and leaves those of others as they become', async () => {
      await stage.create(secretType, secret(stage, { theirs: 'x' }));
      await stage.start();
      await stage.declare('database', { target: { creationPolicy: 'Merge' } });
      await stage.untilSynced('database');

      await stage.edit(secretType, 'database', (object) => merged(object, { password: 'overwritten', theirs: 'y', more: 'z' }));
      await stage.untilData('database', { password: 'hunter2', theirs: 'y', more: 'z' }, 3_000);
      await stage.edit(secretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, labels: {} } }));
      await stage.until(async () => expect((await stage.get(secretType, 'database'))?.metadata.labels).toMatchObject({ [managed]: 'true' }));
    });

    test('others may change their keys of a merged Secret as often as they like, and the provider is not asked each time', async () => {
      await stage.create(secretType, secret(stage, { theirs: 'x' }));
      await stage.start();
      await stage.declare('database', { target: { creationPolicy: 'Merge' } });
      await stage.untilSynced('database');

      for (let round = 0; round < 9; round += 1) {
        await stage.edit(secretType, 'database', (object) => merged(object, { theirs: `round ${round}` }));
        await stage.pause(150);
      }
      await stage.untilSynced('database');
      expect(reads()).toBeLessThanOrEqual(6);
      expect(await data()).toEqual({ theirs: 'round 8', password: 'hunter2' });
    });

    test('Merge takes back what it wrote and no longer wants, and nothing else', async () => {
      await stage.create(secretType, secret(stage, { theirs: 'x' }));
      await stage.start({ 'prod/db': 'hunter2', other: 'o' });
      const entry = (key: string, remote: string): object => ({ secretKey: key, remoteRef: { key: remote } });
      await stage.declare('database', { target: { creationPolicy: 'Merge' }, data: [entry('password', 'prod/db'), entry('second', 'other')] }, { labels: { from: 'declaration' } });
      await stage.untilData('database', { theirs: 'x', password: 'hunter2', second: 'o' });

      await stage.edit(externalSecretType, 'database', ({ metadata: { labels: _gone, ...metadata }, ...object }) => ({ ...object, metadata, spec: { ...(object['spec'] as object), data: [entry('second', 'other')] } }));
      await stage.untilData('database', { theirs: 'x', second: 'o' });
      expect((await stage.get(secretType, 'database'))?.metadata.labels).toEqual({ [managed]: 'true' });
    });

    test('several ExternalSecrets merge into one Secret side by side', async () => {
      await stage.start({ 'prod/db': 'hunter2', other: 'o' });
      await stage.declare('database', { target: { creationPolicy: 'CreateOrMerge' } });
      await stage.untilSynced('database');
      await stage.declare('second', { target: { name: 'database', creationPolicy: 'Merge' }, data: [{ secretKey: 'second', remoteRef: { key: 'other' } }] });
      await stage.untilData('database', { password: 'hunter2', second: 'o' });
      await stage.untilSynced('second');
      await stage.pause(500);
      const { length } = secretWrites();

      await stage.pause(500);
      expect(secretWrites()).toHaveLength(length);
      expect(await data()).toEqual({ password: 'hunter2', second: 'o' });
    });

    test('CreateOrMerge merges into what is there', async () => {
      await stage.create(secretType, secret(stage, { theirs: 'x' }));
      await stage.start();
      await stage.declare('database', { target: { creationPolicy: 'CreateOrMerge' } });

      await stage.untilData('database', { theirs: 'x', password: 'hunter2' });
    });

    test('while there is nothing to merge into the provider is not asked, also after a restart, and then the Secret is waited for', async () => {
      await stage.start();
      await stage.declare('database', { target: { creationPolicy: 'Merge' } });
      await untilReady('SecretMissing', 'secret will not be created due to CreationPolicy=Merge');
      expect((await stage.status('database')).binding).toBeUndefined();
      await stage.stop();
      await stage.start();
      await stage.pause(500);
      expect(reads()).toBe(0);
      expect(stage.recorded.writesIn(stage.namespace)).toEqual([]);

      await stage.create(secretType, secret(stage, { theirs: 'x' }));
      await stage.untilData('database', { theirs: 'x', password: 'hunter2' }, 3_000);
      await stage.untilSynced('database');
    });

    test.each(['Owner', 'Orphan'])('%s does not adopt what somebody else made, and does not even label it', async (creationPolicy) => {
      const made = await stage.create(secretType, secret(stage, { theirs: 'x' }));
      await stage.start();
      await stage.declare('database', { refreshInterval: '300ms', target: { creationPolicy } });

      await stage.untilFailed('database', /^target exists and is not ours/);
      await stage.pause(400);
      expect((await stage.get(secretType, 'database'))?.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { ...(object['spec'] as object), target: { creationPolicy: 'Merge' } } }));
      await stage.untilData('database', { theirs: 'x', password: 'hunter2' });
    });

    test('None reads nothing and writes nothing', async () => {
      await stage.start();
      const { metadata } = await stage.declare('database', { refreshInterval: '300ms', target: { creationPolicy: 'None' } });
      await stage.untilSynced('database');
      await stage.pause(700);

      expect(reads()).toBe(0);
      expect(secretWrites()).toEqual([]);
      expect(await stage.status('database')).toMatchObject({ syncedResourceVersion: resourceVersionOf(metadata) });
      expect(await stage.status('database')).not.toHaveProperty('binding');
      expect(await stage.status('database')).not.toHaveProperty('refreshTime');
    });

    test('a Secret changes hands with the policy: owned, nobody\'s, owned again', async () => {
      const withPolicy = (creationPolicy: string): Promise<void> => stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { ...(object['spec'] as object), target: { creationPolicy } } }));
      const owners = async (): Promise<readonly unknown[]> => (await stage.get(secretType, 'database'))?.metadata.ownerReferences ?? [];
      await stage.start();
      await stage.declare('database');
      await stage.untilSynced('database');
      expect(await owners()).toHaveLength(1);

      for (const policy of ['Orphan', 'CreateOrMerge']) {
        await withPolicy(policy);
        await stage.until(async () => expect(await owners()).toEqual([]));
        expect((await stage.get(secretType, 'database'))?.metadata.labels).toEqual({ [managed]: 'true' });
        await stage.untilSynced('database');
      }
      await withPolicy('Owner');
      await stage.until(async () => expect(await owners()).toHaveLength(1));
      expect((await stage.get(secretType, 'database'))?.metadata.labels).toHaveProperty([createdBy]);
    });

    test('an orphan is overwritten by an ExternalSecret that is made again', async () => {
      await stage.start();
      await stage.declare('database', { target: { creationPolicy: 'Orphan' }, refreshPolicy: 'CreatedOnce' });
      await stage.untilSynced('database');
      await stage.remove(externalSecretType, 'database');
      stage.running.remote['prod/db'] = 'rotated';

      await stage.declare('database', { target: { creationPolicy: 'Orphan' }, refreshPolicy: 'CreatedOnce' });
      await stage.untilData('database', { password: 'rotated' });
    });

    test('a Secret that External Secrets merged into is taken over without a read and without a write, and what is stale in it goes with the next', async () => {
      const { metadata } = await stage.declare('database', { target: { creationPolicy: 'Merge' } });
      const { signal } = new AbortController();
      const theirs = await stage.create(secretType, secret(stage, { theirs: 'x' }, { labels: { app: 'theirs' } }));
      const values = { theirs: 'x', password: 'hunter2', stale: 's' };
      const hash = dataHash(new Map(Object.entries(values).map(([key, text]) => [key, Buffer.from(text)])));
      const update = { ...merged(theirs, values), metadata: { ...theirs.metadata, labels: { app: 'theirs', stale: 'label', [managed]: 'true' }, annotations: { [hashOf]: hash } } };
      await stage.cluster.update(secretType, update, { fieldManager: manager }, signal);
      const now = `${new Date().toISOString().slice(0, 19)}Z`;
      const condition = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced', lastTransitionTime: now };
      const status = { refreshTime: now, syncedResourceVersion: resourceVersionOf(metadata), binding: { name: 'database' }, conditions: [condition] };
      await stage.cluster.patchStatus(externalSecretType, { namespace: stage.namespace, name: 'database' }, status, { fieldManager: 'external-secrets' }, signal);

      await stage.start();
      await stage.pause(500);
      expect(reads()).toBe(0);
      expect(stage.recorded.writesIn(stage.namespace).filter((write) => !write.includes('secretstores'))).toEqual([]);

      await touch('1');
      await stage.untilData('database', { theirs: 'x', password: 'hunter2' });
      expect((await stage.get(secretType, 'database'))?.metadata.labels).toEqual({ app: 'theirs', [managed]: 'true' });
    });
  });
}
