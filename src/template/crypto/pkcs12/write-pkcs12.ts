import { createCipheriv, createHash, createHmac } from 'node:crypto';
import type { CallContext } from '../../value/value.ts';
import type { Certificate } from '../certificate.ts';
import { contextTag, tags } from '../der.ts';
import { describeName } from '../distinguished-name.ts';
import { writePkcs8 } from '../private-key.ts';
import { element, explicit, integer, objectIdentifier, octets, sequence, setOf } from '../write-der.ts';
import { derivePbkdf2Key, derivePkcs12Key, purposes } from './derive-key.ts';
import { oids } from './object-identifiers.ts';
import { pkcs12Password, type Pkcs12Password, wideText } from './password.ts';
import type { KeyStore } from './read-pkcs12.ts';

const iterations = 2048;
const saltSize = 16;

/**
 * Writes a key and its certificates as go-pkcs12's Modern encoder does, which OpenSSL 3 does too: PBES2 with AES-256 and HMAC-SHA-256.
 * @param password a byte string
 * @throws FunctionError where the password cannot be written
 */
export function writeKeyStore(context: CallContext, { key, certificate, authorities }: KeyStore, password: string): Buffer {
  const secret = pkcs12Password(password);
  const localKeyId = attribute(oids.localKeyId, octets(createHash('sha1').update(certificate.raw).digest()));
  // Go writes attributes where there are none, too
  const certBags = [certBag(certificate, [localKeyId]), ...authorities.map((authority) => certBag(authority, []))];
  const shroudedKey = encrypt(context, writePkcs8(key), secret);
  const keyBag = bag(oids.shroudedKeyBag, sequence(shroudedKey.algorithm, octets(shroudedKey.data)), [localKeyId]);
  return seal(context, [encryptedSafe(context, certBags, secret), plainSafe([keyBag])], secret);
}

/** Writes certificates that Java is to trust, for all purposes; each is called by its subject. */
export function writeTrustStore(context: CallContext, certificates: readonly Certificate[], password: string): Buffer {
  const secret = pkcs12Password(password);
  const bags = certificates.map((certificate) => {
    const friendlyName = element(tags.bmp, wideText(describeName(certificate.subjectName)));
    return certBag(certificate, [attribute(oids.javaTrust, objectIdentifier(oids.anyPurpose)), attribute(oids.friendlyName, friendlyName)]);
  });
  return seal(context, [encryptedSafe(context, bags, secret)], secret);
}

function seal({ meter, random }: CallContext, safes: readonly Buffer[], { wide }: Pkcs12Password): Buffer {
  const message = sequence(...safes);
  const salt = Buffer.from(random(saltSize));
  const key = derivePkcs12Key(meter, wide, { hash: 'sha256', salt, iterations }, purposes.integrity, 32);
  const digest = createHmac('sha256', key).update(message).digest();
  const macData = sequence(sequence(sequence(objectIdentifier(oids.sha256)), octets(digest)), octets(salt), integer(iterations));
  return sequence(integer(3), sequence(objectIdentifier(oids.data), explicit(0, octets(message))), macData);
}

function plainSafe(bags: readonly Buffer[]): Buffer {
  return sequence(objectIdentifier(oids.data), explicit(0, octets(sequence(...bags))));
}

function encryptedSafe(context: CallContext, bags: readonly Buffer[], secret: Pkcs12Password): Buffer {
  const { algorithm, data } = encrypt(context, sequence(...bags), secret);
  const info = sequence(objectIdentifier(oids.data), algorithm, element(contextTag(0), data));
  return sequence(objectIdentifier(oids.encryptedData), explicit(0, sequence(integer(0), info)));
}

function certBag({ raw }: Certificate, attributes: readonly Buffer[]): Buffer {
  return bag(oids.certBag, sequence(objectIdentifier(oids.x509Certificate), explicit(0, octets(raw))), attributes);
}

function bag(type: string, content: Buffer, attributes: readonly Buffer[]): Buffer {
  return sequence(objectIdentifier(type), explicit(0, content), setOf(...attributes));
}

function attribute(type: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(type), setOf(value));
}

function encrypt({ meter, random }: CallContext, plain: Buffer, { utf8 }: Pkcs12Password): { readonly algorithm: Buffer; readonly data: Buffer } {
  meter.allocate(plain.length * 4);
  const salt = Buffer.from(random(saltSize));
  const vector = random(16);
  const cipher = createCipheriv('aes-256-cbc', derivePbkdf2Key(meter, utf8, { hash: 'sha256', salt, iterations }, 32), vector);
  const derivation = sequence(objectIdentifier(oids.pbkdf2), sequence(octets(salt), integer(iterations), sequence(objectIdentifier(oids.hmacSha256))));
  const scheme = sequence(objectIdentifier(oids.aes256), octets(vector));
  return { algorithm: sequence(objectIdentifier(oids.pbes2), sequence(derivation, scheme)), data: Buffer.concat([cipher.update(plain), cipher.final()]) };
}
