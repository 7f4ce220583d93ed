import { generateKeyPair, type KeyObject } from 'node:crypto';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { encodePem } from '../template/crypto/pem.ts';
import { SealError } from './seal-error.ts';
import { writeSealingCertificate } from './sealing-certificate-der.ts';

export interface GenerateKeyOptions {
  /** Of the modulus: 4096 is what Sealed Secrets makes. */
  readonly bits: number;
  /** How long the certificate is good, in milliseconds. The key opens what it sealed for ever. */
  readonly validFor: number;
  /** The name in the certificate; empty in Sealed Secrets unless told. */
  readonly commonName: string;
  /** Milliseconds since the epoch: from then on the certificate is good. */
  readonly now: number;
  /** So many random bytes, for the serial number. The primes are OpenSSL's choice. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/** A new key, as the Secret of a sealing key holds it. */
export interface GeneratedKey {
  readonly certificatePem: string;
  /** PKCS#1 in PEM. */
  readonly keyPem: SecretBytes;
}

/** Less is broken too cheaply, more takes minutes to make and tenths of a second to open with. */
const [fewestBits, mostBits] = [2048, 16_384] as const;
/** RFC 5280: the last second that a certificate can name. */
const endOfTime = Date.UTC(9999, 11, 31, 23, 59, 59);

/**
 * Makes a key with a certificate that it signs itself. Takes seconds of work, which the threads of Node's pool do, not the event loop.
 * @throws SealError for a size or a validity that no key can have
 */
export async function generateSealingKey({ bits, validFor, commonName, now, randomBytes }: GenerateKeyOptions): Promise<GeneratedKey> {
  if (!Number.isInteger(bits) || bits < fewestBits || bits > mostBits) throw new SealError(`a sealing key has ${fewestBits} to ${mostBits} bits, not ${bits}; 4096 is usual`);
  if (!(validFor > 0) || now + validFor > endOfTime) throw new SealError('a sealing certificate must end after it begins, and before the year 10000');
  const keys = await generateRsa(bits);
  const certificate = await writeSealingCertificate({ commonName, notBefore: now, notAfter: now + validFor, serial: randomBytes(16) }, keys);
  const keyPem = keys.privateKey.export({ type: 'pkcs1', format: 'pem' });
  return { certificatePem: encodePem({ type: 'CERTIFICATE', bytes: certificate }), keyPem: SecretBytes.fromUtf8(keyPem.toString()) };
}

async function generateRsa(modulusLength: number): Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength }, (error, publicKey, privateKey) => (error === null ? resolve({ publicKey, privateKey }) : reject(error)));
  });
}
