import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { FunctionError } from '../template-error.ts';
import { DerError, DerReader, tags } from './der.ts';
import { type EcKey, readEcKey, writeEcKey } from './ec-key.ts';
import { readRsaKey, type RsaKey, writeRsaKey } from './rsa-key.ts';
import { within } from './within.ts';
import { integer, nothing, objectIdentifier, octets, sequence } from './write-der.ts';

/** A key of the Edwards curve, for signatures, or of the Montgomery curve, for key exchanges. */
export interface SeedKey {
  readonly kind: 'ed25519' | 'x25519';
  readonly seed: Buffer;
}

/** Keys that PKCS#8 holds. */
export type PrivateKey = RsaKey | EcKey | SeedKey;

export const keyAlgorithms = { rsa: '1.2.840.113549.1.1.1', ec: '1.2.840.10045.2.1', ed25519: '1.3.101.112', x25519: '1.3.101.110', dsa: '1.2.840.10040.4.1' } as const;

const seedSize = 32;
const unknownAlgorithm = 'x509: PKCS#8 wrapping contained private key with unknown algorithm';

/** Reads PKCS#8. @throws DerError where it is something else, FunctionError where it is no good key */
export function readPkcs8(der: Buffer): PrivateKey {
  const reader = new DerReader(der).sequence();
  reader.smallInteger();
  const algorithm = reader.sequence();
  const name = algorithm.objectIdentifier();
  const parameters = algorithm.isEmpty ? undefined : algorithm.next();
  const content = reader.octets();
  switch (name) {
    case keyAlgorithms.rsa:
      return within('x509: failed to parse RSA private key embedded in PKCS#8', () => readRsaKey(content));
    case keyAlgorithms.ec: {
      const curve = parameters?.tag === tags.objectIdentifier ? new DerReader(parameters.raw).objectIdentifier() : undefined;
      return within('x509: failed to parse EC private key embedded in PKCS#8', () => readEcKey(content, curve));
    }
    case keyAlgorithms.ed25519:
    case keyAlgorithms.x25519: {
      const kind = name === keyAlgorithms.ed25519 ? 'ed25519' : 'x25519';
      if (parameters !== undefined) throw new FunctionError(`x509: invalid ${kind} private key parameters`);
      const seed = within(`x509: invalid ${kind} private key`, () => new DerReader(content).octets());
      if (seed.length !== seedSize) throw new FunctionError(`x509: invalid ${kind} private key length`);
      return { kind, seed };
    }
    default:
      throw new FunctionError(unknownAlgorithm, `${unknownAlgorithm}: ${name}`);
  }
}

/** Reads a key in whichever form it is. @throws FunctionError where it is in none */
export function readAnyKey(der: Buffer): PrivateKey {
  for (const read of [readRsaKey, readPkcs8, readEcKey]) {
    try {
      return read(der);
    } catch (error) {
      if (!(error instanceof DerError || error instanceof FunctionError)) throw error;
    }
  }
  throw new FunctionError('unable to parse private key type');
}

/** Writes PKCS#8. */
export function writePkcs8(key: PrivateKey): Buffer {
  switch (key.kind) {
    case 'rsa':
      return wrap(sequence(objectIdentifier(keyAlgorithms.rsa), nothing), writeRsaKey(key));
    case 'ec':
      return wrap(sequence(objectIdentifier(keyAlgorithms.ec), objectIdentifier(key.curve.objectIdentifier)), writeEcKey(key, { named: false }));
    default:
      return wrap(sequence(objectIdentifier(keyAlgorithms[key.kind])), octets(key.seed));
  }
}

function wrap(algorithm: Buffer, key: Buffer): Buffer {
  return sequence(integer(0), algorithm, octets(key));
}

/** The key as Node.js takes it. */
export function toKeyObject(key: PrivateKey): KeyObject {
  return createPrivateKey({ key: writePkcs8(key), format: 'der', type: 'pkcs8' });
}

/** The public half: a SubjectPublicKeyInfo. */
export function publicKeyInfoOf(key: PrivateKey): Buffer {
  return createPublicKey(toKeyObject(key)).export({ format: 'der', type: 'spki' });
}
