import { describe, expect, test } from 'vitest';
import { parseSecretStoreStatus, type SecretStoreStatus } from '../../src/api/secret-store.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { clusterSecretStoreType, pushSecretType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { setStage, type World } from '../support/secret-stage.ts';

type Fields = Readonly<Record<string, unknown>>;

const finalizer = 'secretstore.externalsecrets.io/finalizer';

/** What a store comes to, by what its provider says. */
const verdicts = [
  { says: 'works', validationResult: 0, condition: { status: 'True', reason: 'Valid', message: 'store validated' }, capabilities: 'ReadWrite' },
  { says: 'cannot tell', validationResult: 1, condition: { status: 'True', reason: 'ValidationUnknown' }, capabilities: undefined },
  { says: 'does not work', validationResult: 2, condition: { status: 'False', reason: 'InvalidProviderConfig' }, capabilities: undefined },
] as const;

/** External Secrets' cases of stores, for both kinds. */
export function describeStoreCases(name: string, open: () => Promise<World>): void {
  describe.each(['SecretStore', 'ClusterSecretStore'] as const)(`External Secrets' cases of a %s ${name}`, (kind) => {
    const stage = setStage(kind.toLowerCase(), open);
    const type = kind === 'SecretStore' ? secretStoreType : clusterSecretStoreType;
    const store = (): string => `remote-${stage.namespace}`;
    const status = async (): Promise<SecretStoreStatus> => {
      const object = await stage.get(type, store());
      if (object === undefined) throw new Error('the store is gone');
      return parseSecretStoreStatus(object);
    };
    const finalizers = async (): Promise<readonly string[]> => (await stage.get(type, store()))?.metadata.finalizers ?? [];
    const untilHeld = (): Promise<void> => stage.until(async () => expect(await finalizers()).toContain(finalizer));
    const untilLetGo = (): Promise<void> => stage.until(async () => expect(await finalizers()).toEqual([]));

    const makeStore = (spec: Fields = {}): Promise<KubeObject> =>
      stage.create(type, {
        apiVersion: 'external-secrets.io/v1',
        kind,
        metadata: { name: store(), ...(kind === 'SecretStore' ? { namespace: stage.namespace } : {}) },
        spec: { provider: { fake: { data: [] } }, ...spec },
      });

    /** Pushes to the store, with what is pushed to be removed with it. */
    const push = async (named: string): Promise<void> => {
      await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: `${named}-source` }, data: { key: 'dmFsdWU=' } });
      await stage.create(pushSecretType, {
        apiVersion: 'external-secrets.io/v1alpha1',
        kind: 'PushSecret',
        metadata: { namespace: stage.namespace, name: named },
        spec: { deletionPolicy: 'Delete', secretStoreRefs: [{ kind, name: store() }], selector: { secret: { name: `${named}-source` } }, data: [{ match: { secretKey: 'key', remoteRef: { remoteKey: named } } }] },
      });
    };

    test.each(verdicts)('whose provider $says gets a condition of it', async ({ validationResult, condition, capabilities }) => {
      await stage.start();
      await makeStore({ provider: { fake: { data: [], validationResult } } });

      await stage.until(async () => expect((await status()).conditions).toMatchObject([{ type: 'Ready', ...condition }]));
      expect((await status()).capabilities).toBe(capabilities);
    });

    test('of another class is not judged', async () => {
      await stage.start();
      await makeStore({ controller: 'blue' });
      await stage.declare('witness');
      await stage.untilSynced('witness');

      expect((await status()).conditions).toEqual([]);
    });

    test('is held by a PushSecret that is to remove what it pushed, and let go with it', async () => {
      await stage.start();
      await makeStore();
      await push('one');
      await untilHeld();

      await stage.remove(pushSecretType, 'one');
      await untilLetGo();
    });

    test('that is held is not deleted before its PushSecret', async () => {
      await stage.start();
      await makeStore();
      await push('one');
      await untilHeld();
      await stage.remove(type, store());
      await stage.pause(300);
      expect(await finalizers()).toContain(finalizer);

      await stage.remove(pushSecretType, 'one');
      await stage.until(async () => expect([await stage.get(type, store()), await stage.get(pushSecretType, 'one')]).toEqual([undefined, undefined]));
    });

    test('is held as long as one of its PushSecrets is left', async () => {
      await stage.start();
      await makeStore();
      await push('one');
      await push('two');
      await untilHeld();
      await stage.remove(pushSecretType, 'one');
      await stage.until(async () => expect(await stage.get(pushSecretType, 'one')).toBeUndefined());
      await stage.pause(200);
      expect(await finalizers()).toContain(finalizer);

      await stage.remove(pushSecretType, 'two');
      await untilLetGo();
    });

    test('is let go by a PushSecret that is to leave what it pushed', async () => {
      await stage.start();
      await makeStore();
      await push('one');
      await untilHeld();

      await stage.edit(pushSecretType, 'one', (object) => ({ ...object, spec: { ...(object['spec'] as object), deletionPolicy: 'None' } }));
      await untilLetGo();
      await stage.remove(pushSecretType, 'one');
    });
  });
}
