import { describe, expect, test } from 'vitest';
import { parseSealedSecretStatus, type UnsealRecord } from '../../src/api/sealed-secret.ts';
import { sealedSecretType, secretType } from '../../src/kube/resource-types.ts';
import { makeKey, sealedStage, sealTexts } from '../support/sealed-stage.ts';
import { collectorPatience, type World } from '../support/secret-stage.ts';

const prefix = 'sealedsecrets.bitnami.com';

/** What the sealed half does to a cluster, whatever the cluster is made of. */
export function describeSealedSecrets(name: string, open: () => Promise<World>): void {
  describe(`the sealed half ${name}`, () => {
    const stage = sealedStage('sealed', open);

    test('a new one costs two writes and one RSA operation an item; a restart costs neither, and no read', async () => {
      await stage.start();
      await stage.declare('foo', { a: '1', b: '2' });
      await stage.untilSynced('foo');
      await stage.pause(200);
      expect(stage.recorded.writesIn(stage.namespace)).toEqual(['create secrets', 'patchStatus sealedsecrets']);
      expect(stage.running.operations()).toBe(2);

      await stage.stop();
      await stage.start();
      await stage.pause(500);
      expect(stage.recorded.calls).toEqual([]);
      expect(stage.running.operations()).toBe(0);
      expect(stage.running.events).toEqual([]);
    });

    test('after a foreign label came while nobody looked, a restart reads once and opens nothing', async () => {
      await stage.start();
      await stage.declare('foo', { a: '1' });
      await stage.untilSynced('foo');
      await stage.stop();
      await stage.edit(secretType, 'foo', (object) => ({ ...object, metadata: { ...object.metadata, labels: { theirs: 'x' } } }));
      await stage.start();
      await stage.pause(500);
      expect([stage.recorded.calls.map(({ verb }) => verb), stage.running.operations()]).toEqual([['get'], 0]);
    });

    test('values that somebody changes, keys that somebody adds, and labels that somebody takes away are put right; what is beside them stays', async () => {
      await stage.start();
      await stage.declare('foo', { a: '1' }, { template: { metadata: { labels: { ours: 'y' } } } });
      await stage.untilSynced('foo');
      await stage.edit(secretType, 'foo', (object) => ({ ...object, metadata: { ...object.metadata, labels: { theirs: 'x' } }, data: { a: 'Mg==', more: 'Mg==' } }));
      await stage.untilData('foo', { a: '1' });
      await stage.until(async () => expect((await stage.get(secretType, 'foo'))?.metadata.labels).toEqual({ theirs: 'x', ours: 'y' }));

      await stage.edit(sealedSecretType, 'foo', (object) => ({ ...object, spec: { ...(object['spec'] as object), template: { metadata: { labels: { new: 'z' } } } } }));
      await stage.until(async () => expect((await stage.get(secretType, 'foo'))?.metadata.labels).toEqual({ theirs: 'x', new: 'z' }));
    });

    test('a Secret of others is left alone, and taken as soon as it is marked or gone', async () => {
      await stage.create(secretType, 'foo', { data: { theirs: 'eA==' } });
      await stage.create(secretType, 'bar', { data: { theirs: 'eA==' } });
      await stage.start();
      await stage.declare('foo', { a: '1' });
      await stage.declare('bar', { a: '1' });
      await stage.untilFailed('foo', 'failed update: Resource "foo" already exists and is not managed by SealedSecret');
      await stage.untilFailed('bar', /is not managed/);
      await stage.until(() => expect(stage.notes('foo')).toEqual(['ErrUpdateFailed: Resource "foo" already exists and is not managed by SealedSecret']));
      expect(await stage.data('foo')).toEqual({ theirs: 'x' });

      await stage.edit(secretType, 'foo', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { [`${prefix}/managed`]: 'true' } } }));
      await stage.remove(secretType, 'bar');
      await stage.untilData('foo', { a: '1' });
      await stage.untilData('bar', { a: '1' });
      await stage.untilSynced('foo');
    });

    test('a scope that is corrected, and a key that arrives, are noticed at once; a key that is withdrawn opens no more', async () => {
      const second = await makeKey();
      await stage.start();
      await stage.declare('foo', { a: '1' }, { scope: 'cluster-wide' });
      await stage.untilSynced('foo');
      await stage.edit(sealedSecretType, 'foo', ({ metadata: { annotations: _gone, ...metadata }, ...object }) => ({ ...object, metadata }));
      await stage.untilFailed('foo', 'no key could decrypt secret (a)');
      await stage.edit(sealedSecretType, 'foo', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { [`${prefix}/cluster-wide`]: 'true' } } }));
      await stage.untilSynced('foo');

      await stage.declare('bar', { a: '1' }, { with: second });
      await stage.untilFailed('bar', 'no key could decrypt secret (a)');
      const secret = await stage.addKey(second);
      await stage.untilSynced('bar');
      await stage.edit(secretType, secret, (object) => ({ ...object, metadata: { ...object.metadata, labels: { [`${prefix}/sealed-secrets-key`]: 'compromised' } } }));
      await stage.untilFailed('bar', 'no key could decrypt secret (a)');
      expect(await stage.data('bar')).toEqual({ a: '1' });
    });

    test('a malformed object and a malformed key delay nobody', async () => {
      await stage.create(secretType, 'broken', { type: 'Opaque', data: { 'tls.crt': 'eA==' } }, { labels: { [`${prefix}/sealed-secrets-key`]: 'active' } });
      await stage.start();
      await stage.declare('bad', { a: '1' }, { template: { data: { b: '{{ .a' } } });
      await stage.declare('worse', {}, { template: { type: 'Opaque', data: { b: '{{ fail .a }}' } } });
      await stage.create(sealedSecretType, 'garbled', { spec: { encryptedData: { a: '?', b: '', c: 'AgA=' } } });
      await stage.declare('foo', { a: '1' });
      await stage.untilSynced('foo');
      await stage.untilFailed('garbled', 'no key could decrypt secret (a, b, c)');
      await stage.untilFailed('bad', /\(b\)$/);
      await stage.untilFailed('worse', /\(b\)$/);
    });

    test('templates see values and one another, a value wins over a template of its name, and what is missing is <no value>', async () => {
      await stage.start();
      await stage.declare('foo', { a: 'canary' }, { template: { data: { b: '{{ .a }}-{{ .c }}-{{ .none }}', c: 'plain', a: 'never', d: '{{ index . "c" | upper }}' } } });
      await stage.untilData('foo', { a: 'canary', b: 'canary-plain-<no value>', c: 'plain', d: 'PLAIN' });
      await stage.declare('bar', { a: 'canary' }, { template: { data: { b: '{{ fail .a }}' } } });
      await stage.untilFailed('bar', /\(b\)$/);
      expect(JSON.stringify([await stage.condition('bar'), stage.running.events])).not.toContain('canary');
      expect(await stage.data('bar')).toBeUndefined();
    });

    test('what is made without an owner is followed, and stays when its SealedSecret goes; what is owned goes', async () => {
      await stage.start();
      await stage.declare('foo', { a: '1' }, { template: { metadata: { annotations: { [`${prefix}/skip-set-owner-references`]: 'true' } } } });
      await stage.declare('bar', { a: '1' });
      await stage.untilSynced('foo');
      await stage.untilSynced('bar');
      await stage.edit(sealedSecretType, 'foo', (object) => ({ ...object, spec: { ...(object['spec'] as object), encryptedData: sealTexts({ a: '2' }, stage.first, { namespace: stage.namespace, name: 'foo' }) } }));
      await stage.untilData('foo', { a: '2' });
      await stage.remove(sealedSecretType, 'foo');
      await stage.remove(sealedSecretType, 'bar');
      await stage.untilData('bar', undefined, collectorPatience);
      expect(await stage.data('foo')).toEqual({ a: '2' });
    }, 60_000);

    test('a note in the status that somebody forged, copied or spoilt brings about an unsealing, and nothing else', async () => {
      await stage.start();
      await stage.declare('foo', { a: '1' });
      await stage.declare('bar', { a: '2' });
      await stage.untilSynced('foo');
      await stage.untilSynced('bar');
      await stage.stop();
      const noteOf = async (of: string): Promise<UnsealRecord | undefined> => parseSealedSecretStatus((await stage.get(sealedSecretType, of)) ?? expect.fail(`${of} is gone`)).unsealed;
      const [foo, bar] = [await noteOf('foo'), await noteOf('bar')] ;
      const write = (of: string, unsealed: unknown): Promise<unknown> => stage.cluster.patchStatus(sealedSecretType, { namespace: stage.namespace, name: of }, { unsealed }, { fieldManager: 'them' }, new AbortController().signal);
      await write('bar', foo);
      await write('foo', { ...foo, secret: `${(await stage.get(secretType, 'foo'))?.metadata.uid ?? ''}/1` });
      await stage.start();
      await stage.until(async () => expect([await noteOf('foo'), await noteOf('bar')]).toEqual([foo, bar]));
      expect(stage.running.operations()).toBe(2);
      expect(stage.recorded.writesIn(stage.namespace).filter((write) => write.endsWith(' secrets'))).toEqual([]);
    });

    test('the deprecated form of a whole Secret is read, unless it is not to be', async () => {
      await stage.start();
      const { namespace } = stage;
      const whole = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'other', labels: { l: 'v' } }, type: 'Opaque', data: { a: Buffer.from('1').toString('base64') } });
      const spec = { data: sealTexts({ data: whole }, stage.first, { namespace, name: 'foo' })['data'] };
      await stage.create(sealedSecretType, 'foo', { spec });
      await stage.untilData('foo', { a: '1' });
      expect((await stage.get(secretType, 'foo'))?.metadata.labels).toEqual({ l: 'v' });
      await stage.stop();
      await stage.start({ acceptDeprecated: false });
      await stage.create(sealedSecretType, 'bar', { spec });
      await stage.untilFailed('bar', "using deprecated 'data' field, use 'encryptedData' or flip the feature flag");
    });

    test('a Secret that grants rights is neither made nor taken over', async () => {
      await stage.create(secretType, 'foo', { type: 'helm.sh/release.v1', data: {} }, { annotations: { [`${prefix}/managed`]: 'true' } });
      await stage.start();
      await stage.declare('foo', { a: '1' });
      await stage.untilFailed('foo', /is of type helm.sh\/release.v1, which grants rights/);
      await stage.declare('bar', { token: '1' }, { template: { type: 'kubernetes.io/service-account-token' } });
      await stage.untilFailed('bar', /must not be a type that grants rights/);
    });
  });
}
