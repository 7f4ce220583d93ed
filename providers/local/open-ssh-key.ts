import { randomBytes } from 'node:crypto';
import { sshNumber, sshString, uint32 } from './ssh-wire.ts';

/** A key pair as SSH writes it down. */
export interface SshKeyPair {
  /** e.g. `ssh-ed25519`. */
  readonly algorithm: string;
  /** The fields of the public key after the algorithm, each as the wire has it. */
  readonly publicFields: readonly Uint8Array[];
  /** The same of the private key. */
  readonly privateFields: readonly Uint8Array[];
}

const magic = 'openssh-key-v1\0';
/** Of a private part that is not encrypted. */
const blockSize = 8;

/** The line that goes into `authorized_keys`, with its end. */
export function publicKeyLine({ algorithm, publicFields }: SshKeyPair, comment: string): string {
  const blob = publicBlob(algorithm, publicFields).toString('base64');
  return `${[algorithm, blob, ...(comment === '' ? [] : [comment])].join(' ')}\n`;
}

/**
 * The private key in OpenSSH's own format, without a passphrase.
 * (Source: PROTOCOL.key of OpenSSH.)
 */
export function privateKeyPem({ algorithm, publicFields, privateFields }: SshKeyPair, comment: string): string {
  const check = randomBytes(4);
  const content = Buffer.concat([check, check, sshString(algorithm), ...privateFields, sshString(comment)]);
  const padding = Buffer.from(Array.from({ length: (blockSize - (content.length % blockSize)) % blockSize }, (_unused, index) => index + 1));
  const body = Buffer.concat([
    Buffer.from(magic, 'latin1'),
    // cipher, key derivation and its options
    sshString('none'),
    sshString('none'),
    sshString(''),
    uint32(1),
    sshString(publicBlob(algorithm, publicFields)),
    sshString(Buffer.concat([content, padding])),
  ]);
  const lines = body.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

function publicBlob(algorithm: string, fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat([sshString(algorithm), ...fields]);
}

/** The parts of an RSA key, most significant byte first. */
export interface RsaParts {
  readonly modulus: Uint8Array;
  readonly publicExponent: Uint8Array;
  readonly privateExponent: Uint8Array;
  /** The inverse of the second prime modulo the first. */
  readonly coefficient: Uint8Array;
  readonly primes: readonly [Uint8Array, Uint8Array];
}

export function rsaPair({ modulus, publicExponent, privateExponent, coefficient, primes }: RsaParts): SshKeyPair {
  const [n, e] = [sshNumber(modulus), sshNumber(publicExponent)];
  return { algorithm: 'ssh-rsa', publicFields: [e, n], privateFields: [n, e, sshNumber(privateExponent), sshNumber(coefficient), ...primes.map(sshNumber)] };
}

/** @param curve as SSH calls it: `nistp256`; @param point uncompressed */
export function ecdsaPair(curve: string, point: Uint8Array, scalar: Uint8Array): SshKeyPair {
  const publicFields = [sshString(curve), sshString(point)];
  return { algorithm: `ecdsa-sha2-${curve}`, publicFields, privateFields: [...publicFields, sshNumber(scalar)] };
}

export function ed25519Pair(publicKey: Uint8Array, seed: Uint8Array): SshKeyPair {
  const publicFields = [sshString(publicKey)];
  return { algorithm: 'ssh-ed25519', publicFields, privateFields: [...publicFields, sshString(Buffer.concat([seed, publicKey]))] };
}
