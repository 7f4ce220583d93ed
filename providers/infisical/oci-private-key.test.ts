import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readOciKey } from './oci-private-key.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const passphrase = 'canary-passphrase';
const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
const [pbes2, pbkdf2, scrypt, pbeWithSha] = ['2a864886f70d01050d', '2a864886f70d01050c', '2b06010401da47040b', '2a864886f70d010c0103'];

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const salt = der(0x04, Buffer.alloc(8));
const integer = (hex: string): Buffer => der(0x02, Buffer.from(hex, 'hex'));

/** An encrypted key of these parameters; what is encrypted is none. */
function encrypted(...algorithm: readonly Buffer[]): string {
  const bytes = der(0x30, der(0x30, ...algorithm), der(0x04, Buffer.alloc(1216)));
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
}

function derivedBy(...parameters: readonly Buffer[]): string {
  const aes = der(0x30, oid('60864801650304012a'), der(0x04, Buffer.alloc(16)));
  return encrypted(oid(pbes2), der(0x30, der(0x30, ...parameters), aes));
}

describe('a key of Oracle Cloud', () => {
  it.each([
    ['PKCS #8', privateKey.export({ type: 'pkcs8', format: 'pem' }), undefined],
    ['PKCS #1', privateKey.export({ type: 'pkcs1', format: 'pem' }), undefined],
    ['PKCS #8 beside a passphrase that it does not need', privateKey.export({ type: 'pkcs8', format: 'pem' }), passphrase],
    ['PKCS #8 with a passphrase', pkcs8, passphrase],
    ['PKCS #8 with lines that end as on Windows, and words around it', `the key:\r\n${pkcs8.replaceAll('\n', '\r\n')}OCI_API_KEY\r\n`, passphrase],
    ['PKCS #1 with a passphrase', privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase }), passphrase],
  ])('is read as %s', (_, pem, secret) => {
    expect(readOciKey(pem.toString(), secret).asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
  });

  it.each([
    ['20 million rounds', derivedBy(oid(pbkdf2), der(0x30, salt, integer('01312d00')))],
    ['more rounds than a number has digits for', derivedBy(oid(pbkdf2), der(0x30, salt, integer('7fffffffffffffffff')))],
    ['no rounds', derivedBy(oid(pbkdf2), der(0x30, salt))],
    ['scrypt', derivedBy(oid(scrypt), der(0x30, salt, integer('40000000'), integer('08'), integer('01')))],
    ['a derivation of PKCS #12', encrypted(oid(pbeWithSha), der(0x30, salt, integer('01312d00')))],
  ])('is refused before its passphrase is tried where that means %s', (_, pem) => {
    const began = performance.now();

    expect(() => readOciKey(pem, passphrase)).toThrow(/100000 rounds of PBKDF2/);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it.each([
    ['a wrong passphrase', pkcs8, 'canary'],
    ['no passphrase', pkcs8, undefined],
    ['one of more than 4096 bits', generateKeyPairSync('rsa', { modulusLength: 4104 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), undefined],
    ['one that is not RSA', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), undefined],
    ['a large one', `${'#'.repeat(20_000)}\n${pkcs8}`, passphrase],
    ['none', 'canary', undefined],
    ['several', derivedBy(oid(pbkdf2), der(0x30, salt, integer('0800'))) + pkcs8, passphrase],
    ['bytes that are no key', '-----BEGIN PRIVATE KEY-----\nMAAwgA==\n-----END PRIVATE KEY-----', undefined],
  ])('is refused where it is %s, and is not quoted', (_, pem, secret) => {
    expect(() => readOciKey(pem, secret)).toThrow(/^auth\.ociAuthCredentials\.privateKey: (?!.*canary)/);
  });
});
