import { describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { setStage } from '../../../test/support/secret-stage.ts';
import { provenanceAnnotation } from '../../api/names.ts';
import { externalSecretType, secretType } from '../../kube/resource-types.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';

describe('an older version after a newer one', () => {
  const stage = setStage('held', openLocalWorld);
  const spec = { refreshInterval: '1s' };

  /** What the provider answers from now on: the value is the version's own number, as text. */
  function answer(version: string): void {
    stage.running.script.answer = async (refs) => refs.map((ref) => ({ kind: 'value', value: SecretBytes.fromUtf8(`value ${ref.version ?? version}`), version: ref.version ?? version }));
  }

  async function begin(version: string, more: object = {}): Promise<void> {
    await stage.start();
    answer(version);
    await stage.declare('database', { ...spec, ...more });
    await stage.untilData('database', { password: `value ${version}` });
    await stage.untilSynced('database');
  }

  const older = /^SecretStore held-\d+\/vault answers version 9 of "prod\/db", which is older than version 10 that was read before/;

  it('is not taken, and the condition says so; the next newer one is', async () => {
    await begin('10');
    answer('9');
    await stage.untilFailed('database', older);
    expect(await stage.get(secretType, 'database')).toMatchObject({ data: { password: Buffer.from('value 10').toString('base64') } });
    answer('11');
    await stage.edit(externalSecretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'force-sync': '1' } } }));
    await stage.untilData('database', { password: 'value 11' });
    await stage.untilSynced('database');
  });

  it('is taken where somebody asks for what is there, or pins it', async () => {
    await begin('10');
    answer('9');
    await stage.untilFailed('database', older);
    await stage.edit(externalSecretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'force-sync': '1' } } }));
    await stage.untilData('database', { password: 'value 9' });
    await stage.untilSynced('database');
    await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { ...Object(object['spec']), data: [{ secretKey: 'password', remoteRef: { key: 'prod/db', version: '3' } }] } }));
    await stage.untilData('database', { password: 'value 3' });
  });

  it('is not taken after a restart either: the Secret says what it is made of', async () => {
    await begin('10');
    const before = await stage.get(secretType, 'database');
    expect(before?.metadata.annotations?.[provenanceAnnotation]).toContain('"version":"10"');
    await stage.stop();
    await stage.start();
    answer('9');
    await stage.untilFailed('database', older);
    expect((await stage.get(secretType, 'database'))?.['data']).toEqual(before?.['data']);
  });

  it('is not taken where a template has made another text of it', async () => {
    await begin('10', { target: { template: { data: { password: '{{ .password }}' } } } });
    answer('9');
    await stage.untilFailed('database', older);
    expect(await stage.get(secretType, 'database')).toMatchObject({ data: { password: Buffer.from('value 10').toString('base64') } });
  });
});
