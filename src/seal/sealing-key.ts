import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { SealError } from './seal-error.ts';

/** What seals: the public half, with the certificate that carries it. */
export interface SealingCertificate {
  readonly pem: string;
  /** SHA-256 of the public key (SubjectPublicKeyInfo), hexadecimal: the same for every certificate of a key. */
  readonly fingerprint: string;
  readonly publicKey: KeyObject;
  /** Length of the modulus, and so of every wrapped key, in bytes. */
  readonly modulusBytes: number;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What opens. */
export interface SealingKey {
  readonly certificate: SealingCertificate;
  readonly privateKey: KeyObject;
}

/** A key that opens and whose certificate may be lost: all that opening needs. */
export interface OpeningKey {
  readonly privateKey: KeyObject;
  readonly certificate: Pick<SealingCertificate, 'fingerprint' | 'modulusBytes'>;
}

/** A private key alone, as it opens. */
export function openingKey(privateKey: KeyObject): OpeningKey {
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  return { privateKey, certificate: { fingerprint: fingerprintOf(createPublicKey(privateKey)), modulusBytes: Math.ceil(bits / 8) } };
}

/**
 * Reads the first certificate of a PEM file.
 * @param where the file, URL or Secret, for the error
 * @throws SealError for what holds none, or one that is not of an RSA key
 */
export function readSealingCertificate(text: string, where: string): SealingCertificate {
  const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(text)?.[0];
  if (pem === undefined) throw new SealError(`${where} holds no certificate in PEM${/BEGIN (RSA )?PUBLIC KEY/.test(text) ? ', but a bare public key: a certificate is needed, because it says until when it is good' : ''}`);
  const certificate = parsed(() => new X509Certificate(pem), `${where} holds a certificate that cannot be read`);
  return describe(`${pem}\n`, certificate, where);
}

/**
 * Reads a key with its certificate, as `tls.key` and `tls.crt` of a sealing key's Secret hold them. PKCS#1 and PKCS#8 are read.
 * @throws SealError where one cannot be read, or they do not belong together; quotes nothing
 */
export function readSealingKey(certificatePem: string, keyPem: string, where: string): SealingKey {
  const certificate = readSealingCertificate(certificatePem, where);
  const privateKey = readPrivateKey(keyPem, where);
  if (!new X509Certificate(certificate.pem).checkPrivateKey(privateKey)) throw new SealError(`${where} holds a key that does not belong to its certificate`);
  return { certificate, privateKey };
}

/** @throws SealError for what is no RSA key in PEM without a passphrase */
export function readPrivateKey(pem: string, where: string): KeyObject {
  const key = parsed(() => createPrivateKey(pem), `${where} holds no private key in PEM that can be read`);
  if (key.asymmetricKeyType !== 'rsa') throw new SealError(`${where} holds a key that is not RSA`);
  return key;
}

/** The fingerprint of a public key. */
export function fingerprintOf(publicKey: KeyObject): string {
  return createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('hex');
}

function describe(pem: string, certificate: X509Certificate, where: string): SealingCertificate {
  const { publicKey, validFromDate, validToDate } = certificate;
  const bits = publicKey.asymmetricKeyDetails?.modulusLength;
  if (publicKey.asymmetricKeyType !== 'rsa' || bits === undefined) throw new SealError(`${where} holds a certificate whose key is not RSA`);
  return { pem, fingerprint: fingerprintOf(publicKey), publicKey, modulusBytes: Math.ceil(bits / 8), notBefore: validFromDate.getTime(), notAfter: validToDate.getTime() };
}

function parsed<T>(read: () => T, problem: string): T {
  try {
    return read();
  } catch {
    // what OpenSSL says may hold a part of what it read
    throw new SealError(problem);
  }
}
