import { describe, expect, test } from 'vitest';
import { namespaceType, pushSecretType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { entry, setPushStage, unavailable } from '../support/push-stage.ts';
import type { World } from '../support/secret-stage.ts';

/** What PushSecrets take back. */
export function describeTakenBackPushes(name: string, open: () => Promise<World>): void {
  describe(`PushSecrets take back ${name}`, () => {
    const stage = setPushStage('push-back', open);
    const finalizers = async (): Promise<readonly string[]> => (await stage.get(pushSecretType, 'push'))?.metadata.finalizers ?? [];
    const finalizer = 'pushsecret.externalsecrets.io/finalizer';

    describe('deletionPolicy Delete', () => {
      const two = { data: [entry('key', 'path'), entry('other', 'other')], deletionPolicy: 'Delete' };

      test('a PushSecret that goes takes along what it pushed', async () => {
        await stage.arrange({ key: 'value', other: 'other' });
        await stage.declare(two);
        await stage.untilSynced();
        expect(await finalizers()).toEqual([finalizer]);
        await stage.remove(pushSecretType, 'push');
        await stage.until(async () => expect(await stage.get(pushSecretType, 'push')).toBeUndefined());
        expect(stage.held()).toEqual({});
        expect(stage.called('remove').toSorted()).toEqual(['other', 'path']);
      });

      test('without it, nothing is removed and there is no finalizer', async () => {
        await stage.arrange();
        await stage.declare();
        await stage.untilSynced();
        expect(await finalizers()).toEqual([]);
        await stage.editSpec({ data: [entry('key', 'renamed')] });
        await stage.untilHeld({ path: 'value', renamed: 'value' });
        await stage.until(async () => expect((await stage.status()).syncedPushSecrets).toEqual({ 'SecretStore/vault': { renamed: { match: { secretKey: 'key', remoteRef: { remoteKey: 'renamed' } } } } }));
        await stage.remove(pushSecretType, 'push');
        await stage.until(async () => expect(await stage.get(pushSecretType, 'push')).toBeUndefined());
        expect(stage.called('remove')).toEqual([]);
      });

      test('what is no longer pushed goes, once what takes its place is there', async () => {
        await stage.arrange({ key: 'value', other: 'other' });
        await stage.declare(two);
        await stage.untilSynced();
        await stage.editSpec({ data: [entry('key', 'renamed')] });
        await stage.untilHeld({ renamed: 'value' });
        await stage.until(async () => expect(Object.keys((await stage.status()).syncedPushSecrets['SecretStore/vault'] ?? {})).toEqual(['renamed']));
        const changes = stage.script.calls.map(({ verb, place }) => `${verb} ${place}`);
        expect(changes.indexOf('write renamed')).toBeLessThan(changes.indexOf('remove path'));
      });

      test('properties go one by one, and a property that becomes the whole goes with nothing', async () => {
        await stage.arrange({ key: 'value', other: 'other' });
        await stage.declare({ deletionPolicy: 'Delete', data: [entry('key', 'doc', {}, 'a'), entry('other', 'doc', {}, 'b')] });
        await stage.untilHeld({ doc: '{"a":"value","b":"other"}' });
        await stage.untilSynced();
        await stage.editSpec({ data: [entry('key', 'doc', {}, 'a')] });
        await stage.untilHeld({ doc: '{"a":"value"}' });
        await stage.until(async () => expect(Object.keys((await stage.status()).syncedPushSecrets['SecretStore/vault'] ?? {})).toEqual(['doc/a']));
        stage.script.calls.length = 0;
        await stage.editSpec({ data: [entry('key', 'doc')] });
        await stage.untilHeld({ doc: 'value' });
        await stage.until(async () => expect(Object.keys((await stage.status()).syncedPushSecrets['SecretStore/vault'] ?? {})).toEqual(['doc']));
        expect(stage.called('remove')).toEqual([]);
      });

      test('nothing is left behind however fast it is renamed', async () => {
        await stage.arrange();
        await stage.declare({ deletionPolicy: 'Delete' });
        await stage.until(() => expect(stage.called('write')).toContain('path'));
        for (const remoteKey of ['a', 'b', 'c', 'd']) {
          await stage.editSpec({ data: [entry('key', remoteKey)] });
          await stage.until(() => expect(stage.called('write')).toContain(remoteKey));
        }
        await stage.remove(pushSecretType, 'push');
        await stage.until(async () => expect(await stage.get(pushSecretType, 'push')).toBeUndefined());
        expect(stage.held()).toEqual({});
      });

      test('a policy that becomes None takes the finalizer off, and leaves all', async () => {
        await stage.arrange();
        await stage.declare({ deletionPolicy: 'Delete' });
        await stage.untilSynced();
        await stage.editSpec({ deletionPolicy: 'None' });
        await stage.until(async () => expect(await finalizers()).toEqual([]));
        await stage.remove(pushSecretType, 'push');
        await stage.until(async () => expect(await stage.get(pushSecretType, 'push')).toBeUndefined());
        expect(stage.held()).toEqual({ path: 'value' });
      });

      test('what cannot be removed stays listed until it can', async () => {
        await stage.arrange({ key: 'value', other: 'other' });
        await stage.declare(two);
        await stage.untilSynced();
        let isDown = true;
        stage.script.refuse = ({ verb }) => (verb === 'remove' && isDown ? unavailable() : undefined);
        await stage.editSpec({ data: [entry('key', 'path')] });
        await stage.untilFailed('Failed to Delete Secrets from Provider: could not remove remote ref other from SecretStore "vault" (unavailable): unable');
        expect(Object.keys((await stage.status()).syncedPushSecrets['SecretStore/vault'] ?? {}).toSorted()).toEqual(['other', 'path']);
        isDown = false;
        await stage.untilSynced();
        expect(stage.held()).toEqual({ path: 'value' });
      });

      test('while something cannot be pushed, nothing is removed', async () => {
        await stage.arrange();
        await stage.declare({ deletionPolicy: 'Delete' });
        await stage.untilSynced();
        stage.script.refuse = ({ place }) => (place === 'renamed' ? unavailable() : undefined);
        await stage.editSpec({ data: [entry('key', 'renamed')] });
        await stage.untilFailed(/could not write remote ref renamed/);
        expect(stage.held()).toEqual({ path: 'value' });
        expect(Object.keys((await stage.status()).syncedPushSecrets['SecretStore/vault'] ?? {})).toEqual(['path']);
      });

      test('another store takes over, and the first is emptied; what cannot be emptied stays listed', async () => {
        await stage.arrange();
        await stage.makeStore('second');
        await stage.declare({ deletionPolicy: 'Delete' });
        await stage.untilSynced();
        let isDown = true;
        stage.script.refuse = ({ verb }) => (verb === 'remove' && isDown ? unavailable() : undefined);
        await stage.editSpec({ secretStoreRefs: [{ name: 'second' }] });
        await stage.untilFailed(/could not remove remote ref path from SecretStore "vault"/);
        expect(Object.keys((await stage.status()).syncedPushSecrets).toSorted()).toEqual(['SecretStore/second', 'SecretStore/vault']);
        isDown = false;
        await stage.untilSynced();
        expect(stage.held('second')).toEqual({ path: 'value' });
        expect(stage.held()).toEqual({});
        expect(Object.keys((await stage.status()).syncedPushSecrets)).toEqual(['SecretStore/second']);
      });

      test('a PushSecret waits for what it cannot remove, and says so', async () => {
        await stage.arrange();
        await stage.declare({ deletionPolicy: 'Delete' });
        await stage.untilSynced();
        let isDown = true;
        stage.script.refuse = ({ verb }) => (verb === 'remove' && isDown ? unavailable() : undefined);
        await stage.remove(pushSecretType, 'push');
        await stage.untilFailed(/^Failed to Delete Secrets from Provider: could not remove remote ref path from SecretStore "vault"/);
        isDown = false;
        await stage.until(async () => expect(await stage.get(pushSecretType, 'push')).toBeUndefined());
        expect(stage.held()).toEqual({});
      });

      test('a Secret that is gone goes from the provider, not one that is replaced; and comes back with it', async () => {
        await stage.arrange();
        await stage.declare({ deletionPolicy: 'Delete' });
        await stage.untilSynced();
        await stage.remove(secretType, 'source');
        await stage.makeSecret('source', { key: 'value' });
        await stage.pause(600);
        await stage.untilSynced();
        expect(stage.called('remove')).toEqual([]);

        await stage.remove(secretType, 'source');
        await stage.untilFailed('source secret deleted; provider secrets cleaned up', 'SourceDeleted');
        expect(stage.held()).toEqual({});
        expect((await stage.status()).syncedPushSecrets).toEqual({});
        await stage.makeSecret('source', { key: 'again' });
        await stage.untilSynced();
        expect(stage.held()).toEqual({ path: 'again' });
      });

      test('an invalid spec is no reason to leave anything behind', async () => {
        await stage.arrange();
        await stage.declare({ deletionPolicy: 'Delete' });
        await stage.untilSynced();
        await stage.editSpec({ dataTo: [{ storeRef: { name: 'elsewhere' } }] });
        await stage.untilFailed(/^invalid PushSecret/);
        await stage.remove(pushSecretType, 'push');
        await stage.until(async () => expect(await stage.get(pushSecretType, 'push')).toBeUndefined());
        expect(stage.held()).toEqual({});
      });

      describe('in a namespace that goes', () => {
        // the controller of namespaces looks again after a quarter of a minute
        const untilGone = (): Promise<void> => stage.until(async () => expect([await stage.get(pushSecretType, 'push'), (await stage.get(namespaceType, stage.namespace))?.metadata.name]).toEqual([undefined, undefined]), 45_000);
        const shared = async (): Promise<void> => {
          const name = await stage.makeStore('shared', { kind: 'ClusterSecretStore' });
          await stage.makeSecret('source', { key: 'value' });
          await stage.start();
          await stage.declare({ deletionPolicy: 'Delete', secretStoreRefs: [{ kind: 'ClusterSecretStore', name }] });
          await stage.untilSynced();
        };

        test('what was pushed goes as well', async () => {
          await shared();
          await stage.remove(namespaceType, stage.namespace);
          await untilGone();
          expect(stage.held('shared')).toEqual({});
          expect(stage.events.filter(({ type }) => type === 'Warning')).toEqual([]);
        });

        test('what cannot be removed holds it up for a while, and is told', async () => {
          await shared();
          stage.script.refuse = ({ verb }) => (verb === 'remove' ? unavailable() : undefined);
          await stage.remove(namespaceType, stage.namespace);
          await stage.until(() => expect(stage.called('remove').length).toBeGreaterThan(0));
          expect(await finalizers()).toEqual([finalizer]);
          await untilGone();
          const message = expect.stringMatching(new RegExp(`^the namespace goes, and what was pushed stays at the providers \\(ClusterSecretStore/${stage.namespace}-shared: path\\): Failed to Delete Secrets from Provider: `));
          expect(stage.events).toContainEqual({ type: 'Warning', reason: 'Errored', message });
          expect(stage.held('shared')).toEqual({ path: 'value' });
        });

        test('credentials that are gone with it hold up nothing', async () => {
          await shared();
          stage.script.refuse = ({ verb }) => (verb === 'remove' ? new ProviderError('invalid', 'its credentials do not exist') : undefined);
          await stage.remove(namespaceType, stage.namespace);
          await untilGone();
          // where the source goes first, what was pushed is taken back for that, too
          expect([['path'], ['path', 'path']]).toContainEqual(stage.called('remove'));
          expect(stage.events).toContainEqual({ type: 'Warning', reason: 'Errored', message: expect.stringMatching(/^the namespace goes, .*its credentials do not exist$/) });
        });

        test('a store that is gone with it holds up nothing', async () => {
          await stage.arrange();
          await stage.declare({ deletionPolicy: 'Delete' });
          await stage.untilSynced();
          await stage.remove(secretStoreType, 'vault');
          await stage.remove(namespaceType, stage.namespace);
          await untilGone();
          expect(stage.events.filter(({ type }) => type === 'Warning')).toMatchObject([{ message: expect.stringMatching(/SecretStore\/vault: path\).* does not exist/) }]);
        });
      });

      test('stores are held while something may have to be removed through them', async () => {
        await stage.arrange();
        await stage.makeStore('second');
        const told: string[] = [];
        stage.controller.storesHeld.subscribe((_kind, key) => told.push(key.name));
        const isHeld = async (name: string): Promise<boolean> => {
          const object = await stage.get(secretStoreType, name);
          return stage.controller.storesHeld.isHeld({ kind: 'SecretStore', metadata: object?.metadata ?? { name }, spec: { controller: '', provider: {}, conditions: [] }, status: { conditions: [] } });
        };
        expect(await isHeld('vault')).toBe(false);
        await stage.declare({ deletionPolicy: 'Delete' });
        await stage.untilSynced();
        expect([await isHeld('vault'), await isHeld('second')]).toEqual([true, false]);
        expect(told).toContain('vault');
        await stage.editSpec({ deletionPolicy: 'None' });
        await stage.until(async () => expect(await isHeld('vault')).toBe(false));
      });
    });
  });
}
