import { createPublicKey } from 'node:crypto';
import { type Curve, curves } from '../crypto/curve.ts';
import { ecKeyOf } from '../crypto/ec-key.ts';
import { keyAlgorithms, type PrivateKey, publicKeyInfoOf } from '../crypto/private-key.ts';
import { completeRsaKey, writeRsaPublicKey } from '../crypto/rsa-key.ts';
import { bits, nothing, objectIdentifier, sequence, unsignedBytes, unsignedOf } from '../crypto/write-der.ts';
import { FunctionError } from '../template-error.ts';
import type { JwkFields } from './jwk-fields.ts';

function field({ bytes }: JwkFields, name: string): Buffer {
  return bytes.get(name) ?? Buffer.alloc(0);
}

function curveOf({ curve }: JwkFields): Curve {
  const found = curves.find(({ jwk }) => jwk === curve);
  // jwx does not know Go's smallest curve
  if (found === undefined || found.jwk === 'P-224') throw new FunctionError('invalid curve algorithm');
  return found;
}

/** The SubjectPublicKeyInfo of a public key. @throws FunctionError where it is none that Go writes */
export function publicKeyInfoOfJwk(jwk: JwkFields): Buffer {
  if (jwk.isPrivate) {
    // Go makes the key before it sees that it is a private one
    privateKeyOfJwk(jwk);
    throw new FunctionError('x509: unsupported public key type: a private key');
  }
  switch (jwk.kind) {
    case 'RSA': {
      const e = BigInt.asIntN(64, unsignedOf(field(jwk, 'e')));
      return sequence(sequence(objectIdentifier(keyAlgorithms.rsa), nothing), bits(writeRsaPublicKey({ n: unsignedOf(field(jwk, 'n')), e })));
    }
    case 'EC':
      return ecPublicKeyInfo(jwk);
    case 'OKP':
      if (jwk.curve !== 'Ed25519') throw new FunctionError('x509: unsupported public key type');
      return sequence(sequence(objectIdentifier(keyAlgorithms.ed25519)), bits(field(jwk, 'x')));
    default:
      throw new FunctionError('x509: unsupported public key type: []uint8');
  }
}

function ecPublicKeyInfo(jwk: JwkFields): Buffer {
  const curve = curveOf(jwk);
  const point = pointOf(jwk, curve);
  const key = sequence(sequence(objectIdentifier(keyAlgorithms.ec), objectIdentifier(curve.objectIdentifier)), bits(point));
  try {
    createPublicKey({ key, format: 'der', type: 'spki' });
  } catch {
    throw new FunctionError('ecdsa: the point is not on the curve');
  }
  return key;
}

/** Uncompressed. */
function pointOf(jwk: JwkFields, { size }: Curve): Buffer {
  const coordinates = ['x', 'y'].map((name) => unsignedBytes(unsignedOf(field(jwk, name)), size));
  if (coordinates.some(({ length }) => length > size)) throw new FunctionError('ecdsa: a coordinate is too large');
  return Buffer.concat([Buffer.from([4]), ...coordinates]);
}

/** @throws FunctionError where it is no private key, or none that Go writes */
export function privateKeyOfJwk(jwk: JwkFields): PrivateKey {
  if (!jwk.isPrivate) throw new FunctionError('x509: unknown key type while marshaling PKCS#8: no private key');
  switch (jwk.kind) {
    case 'RSA':
      return rsaKeyOf(jwk);
    case 'EC': {
      const curve = curveOf(jwk);
      const key = ecKeyOf(curve, field(jwk, 'd'));
      if (!key.point.equals(pointOf(jwk, curve))) throw new FunctionError('ecdsa: public key does not match private key');
      return key;
    }
    default:
      return edwardsKeyOf(jwk);
  }
}

function rsaKeyOf(jwk: JwkFields): PrivateKey {
  const optional = (name: string): bigint | undefined => (field(jwk, name).length === 0 ? undefined : unsignedOf(field(jwk, name)));
  const [n = 0n, e = 0n, d = 0n, p = 0n, q = 0n] = ['n', 'e', 'd', 'p', 'q'].map((name) => unsignedOf(field(jwk, name)));
  return completeRsaKey({ n, e: BigInt.asIntN(64, e), d, p, q, dp: optional('dp'), dq: optional('dq'), qInverse: optional('qi') });
}

function edwardsKeyOf(jwk: JwkFields): PrivateKey {
  if (jwk.curve !== 'Ed25519') throw new FunctionError('invalid curve algorithm');
  const seed = field(jwk, 'd');
  if (seed.length !== 32) throw new FunctionError('wrong private key size');
  const key: PrivateKey = { kind: 'ed25519', seed };
  // the bits are the last of the public key's information
  if (!publicKeyInfoOf(key).subarray(-32).equals(field(jwk, 'x'))) throw new FunctionError('invalid x value given d value');
  return key;
}
