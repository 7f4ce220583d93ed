import { FunctionError } from '../../template-error.ts';
import { DerError, type DerReader, type Element, readOnly, tags } from '../der.ts';
import type { Derivation } from './derive-key.ts';
import { hmacHashes, oids } from './object-identifiers.ts';

/** An AlgorithmIdentifier. */
export interface Algorithm {
  readonly name: string;
  readonly parameters?: Element;
}

export function readAlgorithm(reader: DerReader): Algorithm {
  const inner = reader.sequence();
  const name = inner.objectIdentifier();
  return inner.isEmpty ? { name } : { name, parameters: inner.next() };
}

/** Reads what parameters hold. @throws DerError where there are none, or more than that */
export function readParameters<T>({ parameters }: Algorithm, read: (reader: DerReader) => T): T {
  if (parameters?.tag !== tags.sequence) throw new DerError('parameters are missing');
  return readOnly(parameters.raw, (reader) => read(reader.sequence()));
}

/** How PBKDF2 is to make a key, and how long a one, if that is said. @throws DerError, FunctionError */
export function readPbkdf2(algorithm: Algorithm): Derivation & { readonly size?: number } {
  if (algorithm.name !== oids.pbkdf2) throw new FunctionError('pkcs12: the key derivation is not supported');
  return readParameters(algorithm, (reader) => {
    const salt = reader.next();
    if (salt.tag !== tags.octets) throw new FunctionError('pkcs12: only octet string salts are supported');
    const iterations = reader.smallInteger();
    const size = reader.tag === tags.integer ? reader.smallInteger() : undefined;
    const hash = reader.tag === tags.sequence ? hmacHashes.get(readAlgorithm(reader).name) : 'sha1';
    if (hash === undefined) throw new FunctionError('pkcs12: the pseudorandom function is not supported');
    return { hash, salt: salt.content, iterations, ...(size === undefined ? {} : { size }) };
  });
}
