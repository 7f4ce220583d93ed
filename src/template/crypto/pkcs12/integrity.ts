import { createHmac } from 'node:crypto';
import { FunctionError } from '../../template-error.ts';
import type { Meter } from '../../value/value.ts';
import type { DerReader } from '../der.ts';
import { tags } from '../der.ts';
import { type Algorithm, readAlgorithm, readParameters, readPbkdf2 } from './algorithm.ts';
import { derivePbkdf2Key, derivePkcs12Key, purposes } from './derive-key.ts';
import { hashes, hmacHashes, oids } from './object-identifiers.ts';
import type { Pkcs12Password } from './password.ts';

/** What a file says about its integrity. */
export interface MacData {
  readonly algorithm: Algorithm;
  readonly digest: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
}

export function readMacData(reader: DerReader): MacData {
  const info = reader.sequence();
  const algorithm = readAlgorithm(info);
  const digest = info.octets();
  const salt = reader.octets();
  return { algorithm, digest, salt, iterations: reader.tag === tags.integer ? reader.smallInteger() : 1 };
}

/** The message authentication code of a message, by the password. @throws FunctionError, DerError, LimitError */
export function macOf(meter: Meter, { algorithm, salt, iterations }: Omit<MacData, 'digest'>, message: Buffer, password: Pkcs12Password): Buffer {
  meter.step(message.length / 100);
  if (algorithm.name === oids.pbmac1) return modernMac(meter, algorithm, message, password);
  const hash = hashes.get(algorithm.name);
  if (hash === undefined) throw new FunctionError('pkcs12: the MAC digest algorithm is not supported', `pkcs12: MAC digest algorithm not supported: ${algorithm.name}`);
  const size = { sha1: 20, sha256: 32, sha512: 64 }[hash] ?? 20;
  return createHmac(hash, derivePkcs12Key(meter, password.wide, { hash, salt, iterations }, purposes.integrity, size)).update(message).digest();
}

const longestKey = 1024;

/** RFC 9579: everything stands in the parameters of the algorithm. */
function modernMac(meter: Meter, algorithm: Algorithm, message: Buffer, { utf8 }: Pkcs12Password): Buffer {
  const { derivation, scheme } = readParameters(algorithm, (reader) => ({ derivation: readPbkdf2(readAlgorithm(reader)), scheme: readAlgorithm(reader) }));
  const hash = hmacHashes.get(scheme.name);
  if (hash === undefined) throw new FunctionError('pkcs12: the MAC algorithm is not supported');
  const { size = 0 } = derivation;
  if (size <= 0) throw new FunctionError('pkcs12: PBMAC1 requires explicit KeyLength parameter in PBKDF2 parameters');
  if (size > longestKey) throw new FunctionError('pkcs12: the MAC key is too long');
  return createHmac(hash, derivePbkdf2Key(meter, utf8, derivation, size)).update(message).digest();
}
