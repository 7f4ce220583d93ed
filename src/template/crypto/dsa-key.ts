import { createPublicKey, type KeyObject } from 'node:crypto';
import { DerReader } from './der.ts';
import { integer, sequence } from './write-der.ts';

/** A DSA private key. Go makes them, but signs nothing with them any more. */
export interface DsaKey {
  readonly kind: 'dsa';
  readonly p: bigint;
  readonly q: bigint;
  readonly g: bigint;
  readonly y: bigint;
  readonly x: bigint;
}

/** Reads OpenSSL's form. @throws DerError where it is something else */
export function parseDsaKey(der: Buffer): DsaKey {
  const reader = new DerReader(der).sequence();
  reader.smallInteger();
  const [p, q, g, y, x] = [reader.integer(), reader.integer(), reader.integer(), reader.integer(), reader.integer()];
  return { kind: 'dsa', p, q, g, y, x };
}

/** Writes OpenSSL's form. */
export function writeDsaKey({ p, q, g, y, x }: DsaKey): Buffer {
  return sequence(...[0n, p, q, g, y, x].map(integer));
}

/** The numbers of a key of Node.js. */
export function readDsaKey(key: KeyObject): DsaKey {
  const info = new DerReader(key.export({ format: 'der', type: 'pkcs8' })).sequence();
  info.integer();
  const parameters = parametersOf(info.sequence());
  const x = new DerReader(info.octets()).integer();
  const publicInfo = new DerReader(createPublicKey(key).export({ format: 'der', type: 'spki' })).sequence();
  publicInfo.next();
  return { kind: 'dsa', ...parameters, y: new DerReader(publicInfo.bits()).integer(), x };
}

function parametersOf(algorithm: DerReader): Pick<DsaKey, 'p' | 'q' | 'g'> {
  algorithm.objectIdentifier();
  const reader = algorithm.sequence();
  return { p: reader.integer(), q: reader.integer(), g: reader.integer() };
}
