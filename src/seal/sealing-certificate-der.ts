import { createHash, type KeyObject, sign } from 'node:crypto';
import { DerReader, tags } from '../template/crypto/der.ts';
import { writeCommonName } from '../template/crypto/distinguished-name.ts';
import { bits, element, explicit, integer, nothing, objectIdentifier, octets, sequence, unsignedOf, yes } from '../template/crypto/write-der.ts';
import { fromText } from '../template/value/byte-string.ts';

/** What a sealing certificate says. */
export interface CertificateClaims {
  /** May be empty: the certificate names nobody then. */
  readonly commonName: string;
  /** Milliseconds since the epoch; certificates count whole seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
}

const sha256WithRsa = sequence(objectIdentifier('1.2.840.113549.1.1.11'), nothing);

/**
 * Writes the DER of a certificate that signs itself, field by field as Sealed Secrets' own are: version 3, key usage "encipher only", an
 * authority, with the identifier of its key. The signature is made on Node's thread pool.
 */
export async function writeSealingCertificate(claims: CertificateClaims, keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }): Promise<Buffer> {
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'der' });
  const name = writeCommonName(fromText(claims.commonName));
  const toBeSigned = sequence(
    explicit(0, integer(2)),
    integer(unsignedOf(claims.serial)),
    sha256WithRsa,
    name,
    sequence(time(claims.notBefore), time(claims.notAfter)),
    name,
    publicKey,
    explicit(3, extensions(publicKey)),
  );
  return sequence(toBeSigned, sha256WithRsa, bits(await signed(toBeSigned, keys.privateKey)));
}

function signed(bytes: Buffer, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign('sha256', bytes, key, (error, signature) => (error === null ? resolve(signature) : reject(error)));
  });
}

function extensions(publicKey: Buffer): Buffer {
  return sequence(
    // bit 7 and no other: encipherOnly
    extension('2.5.29.15', element(tags.bits, Buffer.from([0, 1])), true),
    extension('2.5.29.19', sequence(yes), true),
    extension('2.5.29.14', octets(keyIdOf(publicKey))),
  );
}

function extension(name: string, value: Buffer, isCritical = false): Buffer {
  return sequence(objectIdentifier(name), ...(isCritical ? [yes] : []), octets(value));
}

/** RFC 7093, as Go writes it: the first 160 bits of the SHA-256 of the public key's bits. */
function keyIdOf(publicKey: Buffer): Buffer {
  const info = new DerReader(publicKey).sequence();
  info.next();
  return createHash('sha256').update(info.bits()).digest().subarray(0, 20);
}

/** RFC 5280: UTCTime for the years from 1950 to 2049, GeneralizedTime for others. */
function time(milliseconds: number): Buffer {
  const date = new Date(Math.floor(milliseconds / 1000) * 1000);
  const year = date.getUTCFullYear();
  const text = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return year >= 1950 && year < 2050 ? element(tags.utcTime, Buffer.from(text.slice(2))) : element(tags.generalizedTime, Buffer.from(text));
}
