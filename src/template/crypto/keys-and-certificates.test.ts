import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FunctionError } from '../template-error.ts';
import { parseCertificate } from './certificate.ts';
import { type CertificateRequest, createCertificate } from './create-certificate.ts';
import { generateDsaKey, generateEcKey, generateEd25519Key, generateRsaKey } from './generate-key.ts';
import { encodeKeyPem, parseKeyPem } from './key-pem.ts';
import { type PrivateKey, publicKeyInfoOf, readAnyKey, readPkcs8, toKeyObject, writePkcs8 } from './private-key.ts';
import { completeRsaKey, type RsaKey } from './rsa-key.ts';

const rsa = generateRsaKey(2048);
const keys: readonly PrivateKey[] = [rsa, generateEcKey(), generateEd25519Key(), ecKey('P-384'), ecKey('P-521'), ecKey('secp224r1')];

function ecKey(namedCurve: string): PrivateKey {
  return readPkcs8(generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'der', type: 'pkcs8' }));
}

function rsaKey(): RsaKey {
  if (rsa.kind !== 'rsa') throw new Error('the key is of another kind');
  return rsa;
}

function request(key: PrivateKey, changes: Partial<CertificateRequest> = {}): CertificateRequest {
  return { commonName: 'example', key, dnsNames: [], addresses: [], isAuthority: false, notBefore: 1_700_000_000n, notAfter: 1_800_000_000n, serial: Buffer.alloc(16, 0xab), ...changes };
}

describe('private keys', () => {
  it.each(keys)('of kind $kind are read in the forms in which they are written', (key) => {
    expect(parseKeyPem(encodeKeyPem(key))).toEqual(key);
    expect(readAnyKey(writePkcs8(key))).toEqual(key);
    expect(createPrivateKey(encodeKeyPem(key)).equals(toKeyObject(key))).toBe(true);
  });

  it('of DSA are what OpenSSL reads', () => {
    const key = generateDsaKey();
    expect(parseKeyPem(encodeKeyPem(key))).toEqual(key);
    expect(createPrivateKey(encodeKeyPem(key)).asymmetricKeyType).toBe('dsa');
  });

  it('of RSA may lack the numbers that follow from others', () => {
    const { n, e, d, p, q } = rsaKey();
    expect(completeRsaKey({ n, e, d, p, q })).toEqual(rsa);
  });

  it.each(['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qInverse'] as const)('of RSA are refused where %s is another number', (name) => {
    const key = rsaKey();
    for (const change of [1n, 2n, -1n]) expect(() => completeRsaKey({ ...key, [name]: key[name] + change })).toThrow(FunctionError);
  });
});

describe('certificates', () => {
  it.each(keys)('of a $kind key are signed by it', (key) => {
    const certificate = new X509Certificate(createCertificate(request(key)));
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.equals(createPublicKey(toKeyObject(key)))).toBe(true);
    expect(certificate.subject).toBe('CN=example');
    expect(certificate.issuer).toBe('CN=example');
    expect(certificate.ca).toBe(false);
    expect(certificate.serialNumber).toBe('AB'.repeat(16));
  });

  it('are signed by an authority, whose key they name', () => {
    const [authorityKey = rsa, key = rsa] = keys;
    const authority = parseCertificate(createCertificate(request(authorityKey, { isAuthority: true, commonName: 'authority' })));
    const bytes = createCertificate(request(key, { dnsNames: ['a.example', '*.b.example'], addresses: [Buffer.from([192, 0, 2, 1])] }), { ...authority, key: authorityKey });

    const certificate = new X509Certificate(bytes);
    expect(certificate.checkIssued(new X509Certificate(authority.raw))).toBe(true);
    expect(certificate.verify(createPublicKey(toKeyObject(authorityKey)))).toBe(true);
    expect(certificate.subjectAltName).toBe('DNS:a.example, DNS:*.b.example, IP Address:192.0.2.1');
    expect(parseCertificate(bytes)).toMatchObject({
      authorityKeyId: authority.subjectKeyId,
      publicKey: publicKeyInfoOf(key),
      alternativeNames: { dns: ['a.example', '*.b.example'], addresses: [Buffer.from([192, 0, 2, 1])], emails: [], uris: [] },
    });
  });

  it('are not signed by a key that is another', () => {
    const [authorityKey = rsa, key = rsa] = keys;
    const authority = parseCertificate(createCertificate(request(authorityKey, { isAuthority: true })));
    expect(() => createCertificate(request(key), { ...authority, key })).toThrow("x509: provided PrivateKey doesn't match parent's PublicKey");
  });

  it('hold times of all years that have four digits', () => {
    const [, key = rsa] = keys;
    const times = ['1949-12-31T23:59:59Z', '1950-01-01T00:00:00Z', '2049-12-31T23:59:59Z', '2050-01-01T00:00:00Z', '9999-12-31T23:59:59Z'];
    for (const time of times) {
      const seconds = BigInt(Date.parse(time) / 1000);
      expect(new X509Certificate(createCertificate(request(key, { notAfter: seconds }))).validToDate).toEqual(new Date(time));
    }
    expect(() => createCertificate(request(key, { notAfter: 253_402_300_800n }))).toThrow('cannot represent time');
  });

  it('are refused where a byte is missing or too many', () => {
    const [, key = rsa] = keys;
    const bytes = createCertificate(request(key));
    expect(() => parseCertificate(bytes.subarray(0, -1))).toThrow(FunctionError);
    expect(() => parseCertificate(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(FunctionError);
  });
});
