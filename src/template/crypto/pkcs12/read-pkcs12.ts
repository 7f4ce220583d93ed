import { timingSafeEqual } from 'node:crypto';
import { FunctionError } from '../../template-error.ts';
import type { Meter } from '../../value/value.ts';
import { type Certificate, parseCertificates } from '../certificate.ts';
import { contextTag, DerReader, explicitTag, readOnly, tags } from '../der.ts';
import { type PrivateKey, readPkcs8 } from '../private-key.ts';
import { readingDer, within } from '../within.ts';
import { readAlgorithm } from './algorithm.ts';
import { decryptWithPassword } from './decrypt.ts';
import { type MacData, macOf, readMacData } from './integrity.ts';
import { oids } from './object-identifiers.ts';
import { noPassword, pkcs12Password, type Pkcs12Password } from './password.ts';

/** A private key with its certificate, and those that stand above it. */
export interface KeyStore {
  readonly key: PrivateKey;
  readonly certificate: Certificate;
  readonly authorities: readonly Certificate[];
}

interface Bag {
  readonly type: string;
  readonly content: Buffer;
}

/**
 * Reads a PKCS#12 file, as go-pkcs12's DecodeChain does.
 * @param password a byte string
 * @throws FunctionError, LimitError
 */
export function readPkcs12(meter: Meter, file: Buffer, password: string): KeyStore {
  const firstPassword = pkcs12Password(password);
  return readingDer('pkcs12: error reading P12 data', () => {
    const { message, macData } = readOnly(file, readOuter);
    const usedPassword = checkIntegrity(meter, message, macData, firstPassword);
    return collect(meter, readBags(meter, message, usedPassword), usedPassword);
  });
}

function readOuter(outer: DerReader): { readonly message: Buffer; readonly macData?: MacData } {
  const reader = outer.sequence();
  if (reader.integer() !== 3n) throw new FunctionError("pkcs12: can only decode v3 PFX PDU's");
  const safe = readContent(reader.sequence());
  if (safe.type !== oids.data) throw new FunctionError('pkcs12: only password-protected PFX is implemented');
  const message = readOnly(safe.content, (inner) => inner.next()).content;
  return reader.tag === tags.sequence ? { message, macData: readMacData(reader.sequence()) } : { message };
}

/** A ContentInfo. */
function readContent(reader: DerReader): Bag {
  return { type: reader.objectIdentifier(), content: reader.optional(explicitTag(0)) ?? Buffer.alloc(0) };
}

/** The form of the password that fits. @throws FunctionError where none does */
function checkIntegrity(meter: Meter, message: Buffer, macData: MacData | undefined, password: Pkcs12Password): Pkcs12Password {
  const isEmpty = password.wide.length === 2;
  if (macData === undefined) {
    if (!isEmpty) throw new FunctionError('pkcs12: no MAC in data');
    return password;
  }
  for (const candidate of isEmpty ? [password, noPassword] : [password]) {
    const mac = macOf(meter, macData, message, candidate);
    if (mac.length === macData.digest.length && timingSafeEqual(mac, macData.digest)) return candidate;
  }
  throw new FunctionError('pkcs12: decryption password incorrect');
}

const mostSafes = 2;

function readBags(meter: Meter, message: Buffer, password: Pkcs12Password): readonly Bag[] {
  const safes: Bag[] = [];
  for (const reader = readOnly(message, (inner) => inner.sequence()); !reader.isEmpty; ) safes.push(readContent(reader.sequence()));
  if (safes.length < 1 || safes.length > mostSafes) {
    throw new FunctionError(`pkcs12: expected between 1 and ${mostSafes} items in the authenticated safe, but this file has ${safes.length}`);
  }
  return safes.flatMap((safe) => {
    const bags: Bag[] = [];
    for (const reader = readOnly(openSafe(meter, safe, password), (inner) => inner.sequence()); !reader.isEmpty; ) {
      meter.step();
      bags.push(readBag(reader.sequence()));
    }
    return bags;
  });
}

function openSafe(meter: Meter, { type, content }: Bag, password: Pkcs12Password): Buffer {
  if (type === oids.data) return readOnly(content, (reader) => reader.octets());
  if (type !== oids.encryptedData) throw new FunctionError('pkcs12: only data and encryptedData content types are supported in authenticated safe');
  return readOnly(content, (outer) => {
    const reader = outer.sequence();
    if (reader.integer() !== 0n) throw new FunctionError('pkcs12: only version 0 of EncryptedData is supported');
    const info = reader.sequence();
    info.objectIdentifier();
    const algorithm = readAlgorithm(info);
    return decryptWithPassword(meter, algorithm, info.optional(contextTag(0)) ?? Buffer.alloc(0), password);
  });
}

function readBag(reader: DerReader): Bag {
  return { type: reader.objectIdentifier(), content: reader.take(explicitTag(0)) };
}

function collect(meter: Meter, bags: readonly Bag[], password: Pkcs12Password): KeyStore {
  let key: PrivateKey | undefined;
  const certificates: Certificate[] = [];
  for (const { type, content } of bags) {
    if (type === oids.certBag) certificates.push(readCertBag(content));
    if (type !== oids.keyBag && type !== oids.shroudedKeyBag) continue;
    if (key !== undefined) throw new FunctionError('pkcs12: expected exactly one key bag');
    key = type === oids.keyBag ? readPkcs8(content) : readShroudedKey(meter, content, password);
  }
  const [certificate, ...authorities] = certificates;
  if (certificate === undefined) throw new FunctionError('pkcs12: certificate missing');
  if (key === undefined) throw new FunctionError('pkcs12: private key missing');
  return { key, certificate, authorities };
}

function readCertBag(content: Buffer): Certificate {
  const certificates = readOnly(content, (outer) => {
    const reader = outer.sequence();
    if (reader.objectIdentifier() !== oids.x509Certificate) throw new FunctionError('pkcs12: only X509 certificates are supported in cert bags');
    return parseCertificates(new DerReader(reader.take(explicitTag(0))).octets());
  });
  const [certificate, ...others] = certificates;
  if (certificate === undefined || others.length > 0) throw new FunctionError('pkcs12: expected exactly one certificate in the certBag');
  return certificate;
}

function readShroudedKey(meter: Meter, content: Buffer, password: Pkcs12Password): PrivateKey {
  return readOnly(content, (outer) => {
    const reader = outer.sequence();
    const algorithm = readAlgorithm(reader);
    const key = decryptWithPassword(meter, algorithm, reader.octets(), password);
    readOnly(key, (inner) => inner.next());
    return within('pkcs12: error parsing PKCS#8 private key', () => readPkcs8(key));
  });
}

