import { FunctionError } from '../template-error.ts';
import { DerError, DerReader, tags } from './der.ts';
import { integer, sequence } from './write-der.ts';

export interface RsaPublicKey {
  readonly n: bigint;
  readonly e: bigint;
}

/** An RSA private key of two primes. */
export interface RsaKey extends RsaPublicKey {
  readonly kind: 'rsa';
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  readonly dp: bigint;
  readonly dq: bigint;
  readonly qInverse: bigint;
}

/** More would cost seconds to check; Go has no such bound, and no use has more than half. */
const mostBits = 16_384;

/** Reads PKCS#1. @throws DerError where it is something else, FunctionError where it is no good key */
export function readRsaKey(der: Buffer): RsaKey {
  const outer = new DerReader(der);
  const reader = outer.sequence();
  const version = reader.integer();
  const [n, e, d, p, q] = [reader.integer(), reader.integer(), reader.integer(), reader.integer(), reader.integer()];
  const [dp, dq, qInverse] = [optionalInteger(reader), optionalInteger(reader), optionalInteger(reader)];
  outer.end();
  if (version > 1n) throw new FunctionError('x509: unsupported private key version');
  if (reader.tag === tags.sequence) throw new FunctionError('an RSA key of more than two primes is not supported');
  if ([n, d, p, q, dp ?? 1n, dq ?? 1n, qInverse ?? 1n].some((value) => value <= 0n)) throw new FunctionError('x509: private key contains zero or negative value');
  return completeRsaKey({ n, e, d, p, q, dp, dq, qInverse });
}

function optionalInteger(reader: DerReader): bigint | undefined {
  return reader.tag === tags.integer ? reader.integer() : undefined;
}

type Needed = 'n' | 'e' | 'd' | 'p' | 'q';
type RsaNumbers = Pick<RsaKey, Needed> & { readonly [K in Exclude<keyof RsaKey, Needed | 'kind'>]?: bigint | undefined };

/** A key with all of its numbers, those that follow from others where one of them is absent. @throws FunctionError where they do not fit together */
export function completeRsaKey({ n, e, d, p, q, dp, dq, qInverse }: RsaNumbers): RsaKey {
  if (bitLength(n) > mostBits || [d, p, q, dp ?? 0n, dq ?? 0n, qInverse ?? 0n].some((value) => bitLength(value) > bitLength(n))) {
    throw new FunctionError('crypto/rsa: the key is too large');
  }
  checkPublic({ n, e });
  if (p <= 1n || q <= 1n || p % 2n === 0n || q % 2n === 0n || p >= n || q >= n || d >= n) throw new FunctionError('crypto/rsa: invalid prime or exponent');
  const isWhole = dp !== undefined && dq !== undefined && qInverse !== undefined;
  const key: RsaKey = isWhole
    ? { kind: 'rsa', n, e, d, p, q, dp, dq, qInverse }
    : { kind: 'rsa', n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qInverse: inverse(q % p, p) };
  checkPrivate(key);
  return key;
}

function checkPublic({ n, e }: RsaPublicKey): void {
  if (n % 2n === 0n) throw new FunctionError('crypto/rsa: public modulus is even');
  if (e < 2n) throw new FunctionError('crypto/rsa: public exponent too small or negative');
  if (e % 2n === 0n) throw new FunctionError('crypto/rsa: public exponent is even');
  if (e > 0x7fff_ffffn) throw new FunctionError('crypto/rsa: public exponent too large');
}

function checkPrivate({ n, e, d, p, q, dp, dq, qInverse }: RsaKey): void {
  if (p * q !== n) throw new FunctionError('crypto/rsa: p * q != n');
  for (const [exponent, prime] of [[dp, p], [dq, q]] as const) {
    if (exponent >= prime - 1n || (exponent * e) % (prime - 1n) !== 1n) throw new FunctionError('crypto/rsa: invalid CRT exponent');
    if (d % (prime - 1n) !== exponent) throw new FunctionError('crypto/rsa: private exponent and CRT exponents do not match');
  }
  if (qInverse >= p || (qInverse * q) % p !== 1n) throw new FunctionError('crypto/rsa: invalid CRT coefficient');
  const distance = p > q ? p - q : q - p;
  if (bitLength(distance) <= Math.floor(bitLength(n) / 2) - 100) throw new FunctionError('crypto/rsa: |p - q| too small');
  if (bitLength(d) <= Math.floor(bitLength(n) / 2)) throw new FunctionError('crypto/rsa: d too small');
}

/** Go refuses to use smaller ones. */
const leastBits = 1024;

/** @throws FunctionError where a key is too small to be used */
export function checkRsaSize({ n }: RsaPublicKey): void {
  const size = bitLength(n);
  if (size < leastBits) throw new FunctionError(`crypto/rsa: ${size}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)`);
}

/** Of a number that is not negative. */
export function bitLength(value: bigint): number {
  if (value <= 0n) return 0;
  const hex = value.toString(16);
  return hex.length * 4 - Math.clz32(Number.parseInt(hex.charAt(0), 16)) + 28;
}

/** The inverse of a number modulo another, by Euclid's algorithm; 0 where there is none. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [rest, next] = [modulus, value];
  let [factor, nextFactor] = [0n, 1n];
  while (next > 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  if (rest !== 1n) return 0n;
  return factor < 0n ? factor + modulus : factor;
}

/** Writes PKCS#1. */
export function writeRsaKey({ n, e, d, p, q, dp, dq, qInverse }: RsaKey): Buffer {
  return sequence(...[0n, n, e, d, p, q, dp, dq, qInverse].map(integer));
}

/** @throws DerError where it is something else */
export function readRsaPublicKey(der: Buffer): RsaPublicKey {
  const reader = new DerReader(der).sequence();
  const key = { n: reader.integer(), e: reader.integer() };
  if (key.n <= 0n || key.e <= 0n) throw new DerError('an RSA key is not positive');
  return key;
}

export function writeRsaPublicKey({ n, e }: RsaPublicKey): Buffer {
  return sequence(integer(n), integer(e));
}
