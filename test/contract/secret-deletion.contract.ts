import { describe, expect, test } from 'vitest';
import { externalSecretType, secretType } from '../../src/kube/resource-types.ts';
import { resourceVersionOf } from '../../src/secret/resource-version.ts';
import { policyStage } from '../support/policy-stage.ts';
import { setStage, type World } from '../support/secret-stage.ts';

const finalizer = 'externalsecrets.external-secrets.io/externalsecret-cleanup';

/** What becomes of a Secret when values, or time, or its ExternalSecret go, whatever the cluster is made of. */
export function describeSecretDeletion(name: string, open: () => Promise<World>): void {
  describe(`what is gone, frozen or not yet due ${name}`, () => {
    const stage = setStage('deletion', open);
    const { reads, data, untilReady, untilRead, touch } = policyStage(stage);

    test('deletionPolicy Delete deletes the Secret when the provider has nothing, and makes it again', async () => {
      await stage.start();
      await stage.declare('database', { refreshInterval: '500ms', target: { deletionPolicy: 'Delete' } });
      await stage.untilSynced('database');
      delete stage.running.remote['prod/db'];

      await stage.untilData('database', undefined);
      await untilReady('SecretDeleted', 'secret deleted due to DeletionPolicy=Delete');
      expect((await stage.status('database')).binding).toBeUndefined();
      await untilRead();
      await untilRead();
      const notes = stage.running.events.map(({ note }) => `${note.type} ${note.reason} ${note.message}`);
      expect(notes.filter((note) => note === 'Normal Deleted secret deleted due to DeletionPolicy=Delete')).toHaveLength(1);
      expect(notes.filter((note) => note.startsWith('Normal MissingProviderSecret secret does not exist at provider using spec.data[0]'))).toHaveLength(1);

      stage.running.remote['prod/db'] = 'back';
      await stage.untilData('database', { password: 'back' });
      await stage.untilSynced('database');
    });

    test('deletionPolicy Delete leaves an orphan, and says that it is not ours to delete', async () => {
      await stage.start();
      await stage.declare('database', { refreshInterval: '500ms', target: { creationPolicy: 'Orphan', deletionPolicy: 'Delete' } });
      await stage.untilSynced('database');
      delete stage.running.remote['prod/db'];

      await stage.untilFailed('database', "could not delete secret: with creationPolicy Orphan it is not this ExternalSecret's to delete; use creationPolicy Owner");
      expect(await data()).toEqual({ password: 'hunter2' });
      stage.running.remote['prod/db'] = 'back';
      await stage.untilData('database', { password: 'back' });
      await stage.untilSynced('database');
    });

    test('deletionPolicy Merge removes the keys that are gone, to the last', async () => {
      await stage.start({ 'prod/db': 'hunter2', other: 'o' });
      const both = [{ secretKey: 'password', remoteRef: { key: 'prod/db' } }, { secretKey: 'second', remoteRef: { key: 'other' } }];
      await stage.declare('database', { refreshInterval: '500ms', target: { deletionPolicy: 'Merge' }, data: both });
      await stage.untilData('database', { password: 'hunter2', second: 'o' });

      delete stage.running.remote['other'];
      await stage.untilData('database', { password: 'hunter2' });
      delete stage.running.remote['prod/db'];
      await stage.untilData('database', {});
      await stage.untilSynced('database');
    });

    test('deletionPolicy Retain keeps the Secret: a value that is gone is an error, and nothing at all an answer', async () => {
      await stage.start({ object: '{"password":"hunter2"}' });
      await stage.declare('database', { refreshInterval: '500ms', data: [], dataFrom: [{ extract: { key: 'object' } }] });
      await stage.untilData('database', { password: 'hunter2' });

      stage.running.remote['object'] = '{}';
      await untilReady('SecretSynced', 'secret retained due to DeletionPolicy=Retain');
      expect(await data()).toEqual({ password: 'hunter2' });
      delete stage.running.remote['object'];
      await stage.untilFailed('database', /^could not get secret data from SecretStore "vault": spec\.dataFrom\[0\]: /);
      expect(await data()).toEqual({ password: 'hunter2' });
    });

    test('an immutable Secret is made once and for all: no provider is asked again until it is gone', async () => {
      await stage.start();
      await stage.declare('database', { refreshInterval: '300ms', target: { immutable: true } });
      await stage.untilSynced('database');
      expect(await stage.get(secretType, 'database')).toHaveProperty('immutable', true);
      stage.running.remote['prod/db'] = 'rotated';
      const before = reads();

      await stage.pause(1_000);
      await touch('1');
      await stage.until(async () => {
        const [live, status] = [await stage.get(externalSecretType, 'database'), await stage.status('database')];
        expect(status.syncedResourceVersion).toBe(live === undefined ? '' : resourceVersionOf(live.metadata));
      });
      expect(reads()).toBe(before);
      expect(await data()).toEqual({ password: 'hunter2' });
      await stage.remove(secretType, 'database');
      await stage.untilData('database', { password: 'rotated' });
    });

    test('an ExternalSecret that is made again leaves an immutable orphan as it is', async () => {
      const target = { creationPolicy: 'Orphan', immutable: true };
      await stage.start();
      await stage.declare('database', { target, refreshPolicy: 'CreatedOnce' });
      await stage.untilSynced('database');
      await stage.remove(externalSecretType, 'database');
      stage.running.remote['prod/db'] = 'rotated';
      const before = reads();

      await stage.declare('database', { target, refreshPolicy: 'CreatedOnce' });
      await stage.untilSynced('database');
      expect(await data()).toEqual({ password: 'hunter2' });
      expect(reads()).toBe(before);
    });

    test('with an interval of 0 time is no reason, and an edit and force-sync are', async () => {
      await stage.start({ 'prod/db': 'hunter2', other: 'o' });
      await stage.declare('database', { refreshInterval: '0' });
      await stage.untilSynced('database');
      stage.running.remote['prod/db'] = 'rotated';
      await stage.pause(500);
      expect(await data()).toEqual({ password: 'hunter2' });

      await touch('1');
      await stage.untilData('database', { password: 'rotated' });
      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { ...(object['spec'] as object), data: [{ secretKey: 'second', remoteRef: { key: 'other' } }] } }));
      await stage.untilData('database', { second: 'o' });
    });

    test('outside of the windows time is no reason, and all else still is', async () => {
      const never = { schedule: '0 0 30 2 *', duration: '1h' };
      await stage.start();
      await stage.declare('database', { refreshInterval: '300ms', syncWindows: { kind: 'allow', windows: [never] } });
      await stage.declare('second', { refreshInterval: '300ms', syncWindows: { kind: 'deny', windows: [never] } });
      await stage.untilSynced('database');
      stage.running.remote['prod/db'] = 'rotated';
      await stage.untilData('second', { password: 'rotated' });
      await stage.pause(500);
      expect(await data()).toEqual({ password: 'hunter2' });

      await stage.edit(secretType, 'database', (object) => ({ ...object, data: {} }));
      await stage.untilData('database', { password: 'rotated' });
    });

    test.each([
      ['Owner', 'Delete', undefined],
      ['Orphan', 'Retain', { password: 'hunter2' }],
    ])('what External Secrets holds back is let go: %s, %s', async (creationPolicy, deletionPolicy, left) => {
      await stage.start();
      await stage.declare('database', { target: { creationPolicy, deletionPolicy } }, { finalizers: [finalizer, 'acme.example/theirs'] });
      await stage.untilSynced('database');

      await stage.remove(externalSecretType, 'database');
      await stage.until(async () => expect((await stage.get(externalSecretType, 'database'))?.metadata.finalizers).toEqual(['acme.example/theirs']));
      expect(await data()).toEqual(left);
      await stage.edit(externalSecretType, 'database', ({ metadata: { finalizers: _gone, ...metadata }, ...object }) => ({ ...object, metadata }));
      await stage.until(async () => expect(await stage.get(externalSecretType, 'database')).toBeUndefined());
    });
  });
}
