import { createPrivateKey } from 'node:crypto';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { beforeAll, describe, expect, it } from 'vitest';
import { type NewSealingKey, newSealingKey } from '../../test/support/new-sealing-key.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { createBackup, decryptBackup, type KeySecret, readBackup, readIdentities } from './key-backup.ts';
import { type Decrypt, isAgeFile, readOpeningKeys } from './key-file.ts';
import { SealError } from './seal-error.ts';

let [one, two]: NewSealingKey[] = [];
beforeAll(async () => {
  [one, two] = await Promise.all([newSealingKey(), newSealingKey()]);
});

const fingerprints = async (file: string, decrypt = refuse): Promise<readonly string[]> => (await readOpeningKeys(Buffer.from(file), 'keys', decrypt)).map(({ certificate }) => certificate.fingerprint);
const refuse: Decrypt = () => Promise.reject(new SealError('encrypted'));
const secretOf = (key: NewSealingKey | undefined, withCertificate = true): object => ({
  apiVersion: 'v1', kind: 'Secret', metadata: { name: 'k' },
  data: { 'tls.key': Buffer.from(key?.keyPem ?? '').toString('base64'), ...(withCertificate ? { 'tls.crt': Buffer.from(key?.certificate.pem ?? '').toString('base64') } : {}) },
});
const own = (key: NewSealingKey | undefined): string => key?.certificate.fingerprint ?? '';

describe('a file of private keys', () => {
  it('may be PEM, of one or several keys, in PKCS#1 or PKCS#8', async () => {
    const pkcs8 = createPrivateKey(two?.keyPem ?? '').export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(await fingerprints(one?.keyPem ?? '')).toEqual([own(one)]);
    expect(await fingerprints(`\n${one?.certificate.pem}${one?.keyPem}${pkcs8}`)).toEqual([own(one), own(two)]);
  });

  it('may be a Secret, several of them, or a List, with certificates or without', async () => {
    expect(await fingerprints(JSON.stringify(secretOf(one)))).toEqual([own(one)]);
    expect(await fingerprints(`---\n${JSON.stringify(secretOf(one, false))}\n---\n${JSON.stringify(secretOf(two))}`)).toEqual([own(one), own(two)]);
    expect(await fingerprints(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [secretOf(one), secretOf(two)] }))).toEqual([own(one), own(two)]);
  });

  it.each([
    ['holds no private key', ''],
    ["keys:1: the document must contain a 'tls.key' key", '{"kind":"Secret","data":{}}'],
    ['holds no private key in PEM that can be read', `{"kind":"Secret","data":{"tls.key":"${Buffer.from('canary').toString('base64')}"}}`],
    ['holds no private key', '-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n'],
    ['keys:1', 'canary'],
  ])('that is none says so and quotes nothing: %s', async (problem, file) => {
    await expect(fingerprints(file)).rejects.toThrow(SealError);
    await expect(fingerprints(file)).rejects.toThrow(problem);
    await expect(fingerprints(file)).rejects.not.toThrow('canary');
  });

  it('says where a key and a certificate do not belong together', async () => {
    await expect(fingerprints(JSON.stringify({ ...secretOf(one), data: { 'tls.key': Buffer.from(one?.keyPem ?? '').toString('base64'), 'tls.crt': Buffer.from(two?.certificate.pem ?? '').toString('base64') } }))).rejects.toThrow('does not belong to its certificate');
  });
});

describe('a backup of keys', () => {
  const backedUp = (key: NewSealingKey | undefined, name: string): KeySecret => ({
    name,
    namespace: 'sealing',
    labels: new Map([['sealedsecrets.bitnami.com/sealed-secrets-key', 'active']]),
    annotations: new Map(),
    certificatePem: key?.certificate.pem ?? '',
    keyPem: SecretBytes.fromUtf8(key?.keyPem ?? ''),
  });

  it('is read back whole with an identity, and is YAML that kubectl and kubeseal take once it is decrypted', async () => {
    const identity = await generateIdentity();
    const backup = Buffer.from(await createBackup([backedUp(one, 'k1'), backedUp(two, 'k2')], { recipients: [await identityToRecipient(identity)] }));
    expect([isAgeFile(backup), backup.toString().startsWith('-----BEGIN AGE ENCRYPTED FILE-----\n'), backup.toString().endsWith('-----END AGE ENCRYPTED FILE-----\n')]).toEqual([true, true, true]);
    const keys = await readBackup(backup, { identities: readIdentities(`# mine\n${identity}\n\n`) }, 'backup');
    expect(keys.map(({ keyPem, ...rest }) => ({ ...rest, keyPem: Buffer.from(keyPem.reveal()).toString() }))).toEqual([backedUp(one, 'k1'), backedUp(two, 'k2')].map(({ keyPem, ...rest }) => ({ ...rest, keyPem: Buffer.from(keyPem.reveal()).toString() })));
    const plain = Buffer.from(await decryptBackup(backup, { identities: [identity] }, 'backup')).toString();
    expect(plain).toMatch(/^---\napiVersion: v1\ndata:\n {2}tls\.crt: \S+\n {2}tls\.key: \S+\nkind: Secret\nmetadata:\n {2}labels:\n {4}sealedsecrets\.bitnami\.com\/sealed-secrets-key: active\n {2}name: k1\n {2}namespace: sealing\ntype: kubernetes\.io\/tls\n---\n/);
    expect(await fingerprints(backup.toString(), async (file) => await decryptBackup(file, { identities: [identity] }, 'backup'))).toEqual([own(one), own(two)]);
  });

  it('is read back with its passphrase, and with no other', async () => {
    const backup = Buffer.from(await createBackup([backedUp(one, 'k1')], { passphrase: 'correct horse battery', workFactor: 10 }));
    expect(await readBackup(backup, { identities: [], passphrase: 'correct horse battery' }, 'backup')).toHaveLength(1);
    await expect(readBackup(backup, { identities: [], passphrase: 'canary horse battery' }, 'backup')).rejects.toThrow('backup cannot be decrypted');
    await expect(readBackup(backup, { identities: [await generateIdentity()] }, 'backup')).rejects.toThrow(SealError);
  });

  it('is refused for what is no recipient, and never says an identity', async () => {
    const identity = await generateIdentity();
    const keys = [backedUp(one, 'k1')];
    await expect(createBackup(keys, { recipients: [identity] })).rejects.toThrow('a private identity was given');
    await expect(createBackup(keys, { recipients: [identity] })).rejects.not.toThrow(identity.slice(15, 30));
    await expect(createBackup(keys, { recipients: ['canary'] })).rejects.toThrow('begins with age1');
    await expect(createBackup(keys, { recipients: [] })).rejects.toThrow('needs a recipient');
    await expect(createBackup(keys, { passphrase: 'short' })).rejects.toThrow('fewer than 12 characters');
    await expect(createBackup([], { recipients: ['age1'] })).rejects.toThrow('no key to back up');
    await expect(readBackup(Buffer.from('age-encryption.org/v1\n'), { identities: ['canary'] }, 'backup')).rejects.toThrow('an age identity cannot be read');
  });
});
