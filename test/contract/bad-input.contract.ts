import { describe, expect, test } from 'vitest';
import { clusterSecretStoreType, externalSecretType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { hang } from '../support/scripted-provider.ts';
import { setStage, type World } from '../support/secret-stage.ts';
import { type Remote, storeObject } from '../support/secret-world.ts';

/** What bad input and bad providers come to: one clear condition each, and no existing Secret blanked, deleted or half-written. */
export function describeBadInput(name: string, open: () => Promise<World>): void {
  describe(`bad input ${name}`, () => {
    const stage = setStage('bad', open);

    const secret = 'canary-value-7f3a';
    const bad: readonly (readonly [string, Remote, Readonly<Record<string, unknown>>, string | RegExp])[] = [
      ['an absent key', {}, {}, 'could not get secret data from SecretStore "vault": spec.data[0]: the provider has no "prod/db"'],
      ['a denied read', { 'prod/db': new ProviderError('denied', 'not authorised to read') }, {}, 'could not get secret data from SecretStore "vault": spec.data[0]: "prod/db" could not be read (denied): not authorised to read'],
      ['an unavailable provider', { 'prod/db': new ProviderError('unavailable', 'HTTP 500') }, {}, 'could not get secret data from SecretStore "vault": spec.data[0]: "prod/db" could not be read (unavailable): HTTP 500'],
      ['a value of 2 MiB', { 'prod/db': new Uint8Array(2 * 1024 * 1024) }, {}, /^could not get secret data from SecretStore "vault": spec.*(bytes|large)/],
      ['a property of nonsense', { 'prod/db': `<html>${secret}` }, { data: [{ secretKey: 'password', remoteRef: { key: 'prod/db', property: 'a' } }] }, /^could not get secret data from SecretStore "vault": spec\.data\[0\]: "prod\/db": .*JSON/],
      ['a missing property', { 'prod/db': `{"b":"${secret}"}` }, { data: [{ secretKey: 'password', remoteRef: { key: 'prod/db', property: 'a' } }] }, 'could not get secret data from SecretStore "vault": spec.data[0]: "prod/db" has no property "a"'],
      ['an unknown store', {}, { secretStoreRef: { name: 'nowhere' } }, 'SecretStore "nowhere" does not exist'],
      ['policies that go ill together', {}, { target: { creationPolicy: 'Merge', deletionPolicy: 'Delete' } }, "invalid ExternalSecret: spec.target.deletionPolicy: Delete must not be used with creationPolicy Merge: the Secret is not this ExternalSecret's to delete; use creationPolicy Owner"],
      ['one key of two', { other: secret }, { data: [{ secretKey: 'a', remoteRef: { key: 'other' } }, { secretKey: 'b', remoteRef: { key: 'prod/db' } }] }, 'could not get secret data from SecretStore "vault": spec.data[1]: the provider has no "prod/db"'],
    ];

    test.each(bad)('%s is one clear condition, and the Secret stays as it is', async (_what, remote, spec, message) => {
      await stage.start({ 'prod/db': 'hunter2' });
      await stage.declare('database');
      await stage.untilSynced('database');
      const before = await stage.get(secretType, 'database');

      for (const key of Object.keys(stage.running.remote)) delete stage.running.remote[key];
      Object.assign(stage.running.remote, remote);
      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { ...(object['spec'] as object), refreshInterval: '400ms', ...spec } }));

      await stage.untilFailed('database', message);
      await stage.pause(300);
      expect(await stage.get(secretType, 'database')).toEqual(before);
      expect(JSON.stringify([await stage.get(externalSecretType, 'database'), stage.running.events])).not.toContain(secret);
      Object.assign(stage.running.remote, { 'prod/db': 'well again' });
    });

    test('a namespace that loses its right while the provider is read gets nothing', async () => {
      await stage.start();
      const name = `vault-${stage.namespace}`;
      const store = { ...storeObject(stage.namespace, { conditions: [{ namespaces: [stage.namespace] }] }), kind: 'ClusterSecretStore', metadata: { name } };
      await stage.create(clusterSecretStoreType, store);
      const reading = Promise.withResolvers<void>();
      const revoked = Promise.withResolvers<void>();
      const answer = stage.running.script.answer;
      stage.running.script.answer = async (refs, within) => {
        reading.resolve();
        await revoked.promise;
        return answer(refs, within);
      };
      await stage.declare('database', { secretStoreRef: { kind: 'ClusterSecretStore', name } });
      await reading.promise;

      await stage.edit(clusterSecretStoreType, name, (object) => ({ ...object, spec: { ...(object['spec'] as object), conditions: [{ namespaces: ['elsewhere'] }] } }));
      await stage.pause(200);
      revoked.resolve();

      await stage.untilFailed('database', /is not allowed from namespace/);
      expect(stage.recorded.calls.filter(({ resource, key }) => resource === 'secrets' && key.startsWith(`${stage.namespace}/`))).toEqual([]);
    });

    test('a provider that hangs blocks neither the Secret nor other stores', async () => {
      await stage.start();
      await stage.declare('database', { refreshInterval: '300ms' });
      await stage.untilSynced('database');
      const before = await stage.get(secretType, 'database');
      const answer = stage.running.script.answer;
      stage.running.script.answer = (refs, within) => (refs.some(({ key }) => key === 'prod/db') ? hang(within) : answer(refs, within));
      await stage.pause(600);

      stage.running.remote['other'] = 'fine';
      await stage.create(secretStoreType, { ...storeObject(stage.namespace, { provider: { scripted: { account: `${stage.namespace}-other` } } }), metadata: { namespace: stage.namespace, name: 'other' } });
      await stage.declare('other', { secretStoreRef: { name: 'other' }, data: [{ secretKey: 'k', remoteRef: { key: 'other' } }] });

      await stage.untilData('other', { k: 'fine' });
      expect(await stage.get(secretType, 'database')).toEqual(before);
    });
  });
}
