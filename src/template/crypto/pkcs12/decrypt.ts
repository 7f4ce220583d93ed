import { createDecipheriv } from 'node:crypto';
import { FunctionError } from '../../template-error.ts';
import type { Meter } from '../../value/value.ts';
import { tags } from '../der.ts';
import { type Algorithm, readAlgorithm, readParameters, readPbkdf2 } from './algorithm.ts';
import { type Derivation, derivePbkdf2Key, derivePkcs12Key, purposes } from './derive-key.ts';
import { oids } from './object-identifiers.ts';
import type { Pkcs12Password } from './password.ts';
import { decryptRc2 } from './rc2.ts';

/** A cipher with its key: decrypts whole blocks, and leaves the padding. */
interface Decryption {
  readonly blockSize: number;
  readonly decrypt: (data: Buffer) => Buffer;
}

/** Decrypts as an algorithm says. @throws FunctionError, DerError, LimitError */
export function decryptWithPassword(meter: Meter, algorithm: Algorithm, data: Buffer, password: Pkcs12Password): Buffer {
  const { blockSize, decrypt } = decryptionOf(meter, algorithm, password);
  if (data.length === 0) throw new FunctionError('pkcs12: empty encrypted data');
  if (data.length % blockSize !== 0) throw new FunctionError('pkcs12: input is not a multiple of the block size');
  meter.allocate(data.length * 2);
  meter.step(data.length / 20);
  const plain = decrypt(data);
  const padding = plain.at(-1) ?? 0;
  const kept = plain.length - padding;
  const isPadded = padding > 0 && padding <= blockSize && plain.subarray(kept).every((byte) => byte === padding);
  if (!isPadded) throw new FunctionError('pkcs12: decryption error, incorrect padding');
  return plain.subarray(0, kept);
}

function decryptionOf(meter: Meter, algorithm: Algorithm, password: Pkcs12Password): Decryption {
  switch (algorithm.name) {
    case oids.pbes2:
      return modernDecryption(meter, algorithm, password);
    case oids.tripleDes: {
      const { key, vector } = legacyKey(meter, algorithm, password, 24);
      return cipher('des-ede3-cbc', 8, key, vector);
    }
    case oids.rc2With128Bits:
      return rc2(legacyKey(meter, algorithm, password, 16));
    case oids.rc2With40Bits:
      return rc2(legacyKey(meter, algorithm, password, 5));
    default:
      throw new FunctionError('pkcs12: the encryption is not supported', `pkcs12: pbe algorithm ${algorithm.name} is not supported`);
  }
}

interface KeyAndVector {
  readonly key: Buffer;
  readonly vector: Buffer;
}

function legacyKey(meter: Meter, algorithm: Algorithm, { wide }: Pkcs12Password, size: number): KeyAndVector {
  const derivation: Derivation = readParameters(algorithm, (reader) => ({ hash: 'sha1', salt: reader.octets(), iterations: reader.smallInteger() }));
  return {
    key: derivePkcs12Key(meter, wide, derivation, purposes.encryption, size),
    vector: derivePkcs12Key(meter, wide, derivation, purposes.vector, 8),
  };
}

function rc2({ key, vector }: KeyAndVector): Decryption {
  return { blockSize: 8, decrypt: (data) => decryptRc2(key, vector, data) };
}

const aesKeySizes = new Map([
  ['2.16.840.1.101.3.4.1.2', 16],
  ['2.16.840.1.101.3.4.1.22', 24],
  [oids.aes256, 32],
]);

function modernDecryption(meter: Meter, algorithm: Algorithm, { utf8 }: Pkcs12Password): Decryption {
  const { derivation, scheme } = readParameters(algorithm, (reader) => ({ derivation: readPbkdf2(readAlgorithm(reader)), scheme: readAlgorithm(reader) }));
  const size = aesKeySizes.get(scheme.name);
  if (size === undefined) throw new FunctionError('pkcs12: the encryption is not supported', `pkcs12: pbes2 algorithm ${scheme.name} is not supported`);
  const vector = scheme.parameters?.content;
  if (scheme.parameters?.tag !== tags.octets || vector?.length !== 16) throw new FunctionError('pkcs12: the initial vector is malformed');
  return cipher(`aes-${size * 8}-cbc`, 16, derivePbkdf2Key(meter, utf8, derivation, size), vector);
}

function cipher(name: string, blockSize: number, key: Buffer, vector: Buffer): Decryption {
  return {
    blockSize,
    decrypt: (data) => {
      const decryption = createDecipheriv(name, key, vector).setAutoPadding(false);
      return Buffer.concat([decryption.update(data), decryption.final()]);
    },
  };
}
