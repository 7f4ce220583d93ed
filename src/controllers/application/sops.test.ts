import { beforeAll, describe, expect, test } from 'vitest';
import { setApplicationStage } from '../../../test/support/application-stage.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { type AgePair, agePair, encryptFile } from '../../../test/support/sops-files.ts';
import { textAt } from '../../gitops/health/live-field.ts';
import { namespaceType, secretType } from '../../kube/resource-types.ts';
import { printYaml } from '../../lib/yaml-print.ts';

describe('documents of SOPS', { timeout: 60_000 }, () => {
  const stage = setApplicationStage('sops', openLocalWorld);
  let key: AgePair;
  let other: AgePair;

  beforeAll(async () => {
    [key, other] = [await agePair(), await agePair()];
  });

  const secret = (value = 'hunter2-canary'): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: faucet}\nstringData:\n    token: ${value}\n`;
  const keys = (pair: AgePair, name = 'sops-keys') => stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name }, data: { 'a.agekey': Buffer.from(pair.identity).toString('base64') } });
  const destination = () => stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
  const valueOf = async (): Promise<string> => {
    const found = await stage.get(secretType, 'faucet');
    return textAt(found, 'stringData', 'token') ?? Buffer.from(textAt(found, 'data', 'token') ?? '', 'base64').toString();
  };
  const message = async (): Promise<string> => (await stage.status()).operationState?.message ?? '';

  test('are written decrypted, and a new ciphertext is written anew', async () => {
    await destination();
    await keys(key);
    const commit = await stage.push({ 'faucet.yaml': await encryptFile(secret(), [key.recipient]) });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(commit);
    expect(await valueOf()).toBe('hunter2-canary');

    await stage.untilSynced(await stage.push({ 'faucet.yaml': await encryptFile(secret('second'), [key.recipient]) }));
    expect(await valueOf()).toBe('second');
    expect(JSON.stringify([await stage.application(), stage.running.events, stage.running.progress])).not.toMatch(/canary|second|ENC\[/);
  });

  test('wait for the Secret with their keys, and for a key that fits, and come in as it comes', async () => {
    await destination();
    const commit = await stage.push({ 'faucet.yaml': await encryptFile(secret(), [key.recipient]) });
    await stage.declare({}, { annotations: { 'prelude.dev/sops-keys': 'ours' } });
    await stage.start();
    await stage.until(async () => expect(await message()).toContain(`Secret ${stage.namespace}/ours, which should hold the keys, is not there`));

    await keys(other, 'ours');
    await stage.until(async () => expect(await message()).toContain('age: none of the 1 age keys at hand opens it'));
    expect(await stage.get(secretType, 'faucet')).toBeUndefined();

    await stage.edit(secretType, { namespace: stage.namespace, name: 'ours' }, (object) => ({ ...object, data: { 'b.agekey': Buffer.from(key.identity).toString('base64') } }));
    await stage.untilSynced(commit);
    expect(await valueOf()).toBe('hunter2-canary');
  });

  test('may be files in values of a Secret, which is written with what they hold', async () => {
    await destination();
    await keys(key);
    const file = await encryptFile('token: hunter2-canary\n', [key.recipient], '.');
    const commit = await stage.push({ 'faucet.yaml': printYaml({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'faucet' }, stringData: { token: file } }).replace('token:', 'token.yaml:') });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(commit);
    expect(JSON.stringify(await stage.get(secretType, 'faucet'))).toMatch(/token: hunter2-canary|dG9rZW46IGh1bnRlcjItY2FuYXJ5Cg==/);
  });

  test('fail where they were changed, and write nothing', async () => {
    await destination();
    await keys(key);
    await stage.push({ 'faucet.yaml': (await encryptFile(secret(), [key.recipient])).replace('stringData:', 'type: kubernetes.io/tls\nstringData:') });
    await stage.declare();
    await stage.start();
    await stage.until(async () => expect(await message()).toContain('encrypted with SOPS: the MAC does not fit'));
    expect(await stage.get(secretType, 'faucet')).toBeUndefined();
  });
});
