import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FunctionError, LimitError } from '../../template-error.ts';
import { fromText } from '../../value/byte-string.ts';
import type { CallContext } from '../../value/value.ts';
import { parseCertificate } from '../certificate.ts';
import { createCertificate } from '../create-certificate.ts';
import { generateEcKey, generateEd25519Key, generateRsaKey } from '../generate-key.ts';
import type { PrivateKey } from '../private-key.ts';
import { explicit, integer, objectIdentifier, octets, sequence } from '../write-der.ts';
import { oids } from './object-identifiers.ts';
import { readPkcs12 } from './read-pkcs12.ts';
import { writeKeyStore, writeTrustStore } from './write-pkcs12.ts';

function context(steps = Number.POSITIVE_INFINITY): CallContext {
  let left = steps;
  const step = (count = 1): void => {
    left -= count;
    if (left < 0) throw new LimitError('too much');
  };
  return { meter: { step, allocate: () => undefined }, now: () => 0n, random: (size) => randomBytes(size) };
}

function certificateOf(key: PrivateKey, commonName = 'example'): ReturnType<typeof parseCertificate> {
  const serial = randomBytes(16);
  return parseCertificate(createCertificate({ commonName, key, dnsNames: [], addresses: [], isAuthority: false, notBefore: 0n, notAfter: 1n, serial }));
}

const ecKey = generateEcKey();
const keys: readonly PrivateKey[] = [ecKey, generateEd25519Key(), generateRsaKey(2048)];
const store = { key: ecKey, certificate: certificateOf(ecKey), authorities: [certificateOf(ecKey, 'one'), certificateOf(ecKey, 'two')] };
const text = fc.string({ unit: fc.integer({ min: 0, max: 0xd7ff }).map((code) => String.fromCharCode(code)), maxLength: 40 });

/** A file of which the password is checked in so many rounds. */
function fileWithIterations(iterations: number): Buffer {
  const macData = sequence(sequence(sequence(objectIdentifier(oids.sha256)), octets(Buffer.alloc(32))), octets(Buffer.alloc(8)), integer(iterations));
  return sequence(integer(3), sequence(objectIdentifier(oids.data), explicit(0, octets(sequence()))), macData);
}

describe('PKCS#12 files', () => {
  it.each(keys)('hold a key of kind $kind', (key) => {
    const written = { key, certificate: certificateOf(key), authorities: [] };
    expect(readPkcs12(context().meter, writeKeyStore(context(), written, 'secret'), 'secret')).toEqual(written);
  });

  it('are opened by their password and no other', () => {
    fc.assert(
      fc.property(text, text, (password, other) => {
        const file = writeKeyStore(context(), store, fromText(password));
        expect(readPkcs12(context().meter, file, fromText(password))).toEqual(store);
        // a password is repeated, each time with a NUL, until a block is full (RFC 7292, appendix B.2): one that holds NULs may be the same as a shorter one
        if (other !== password && !`${password}${other}`.includes('\0')) expect(() => readPkcs12(context().meter, file, fromText(other))).toThrow('pkcs12: decryption password incorrect');
      }),
      { numRuns: 20 },
    );
  });

  it('have no password that needs more than two bytes a character', () => {
    expect(() => writeKeyStore(context(), store, fromText('\u{1f600}'))).toThrow('UCS-2');
    expect(() => readPkcs12(context().meter, Buffer.alloc(0), fromText('\u{1f600}'))).toThrow('UCS-2');
  });

  it('are not opened where bytes are others', () => {
    const file = writeKeyStore(context(), store, '');
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(file);
        changed[at] = (changed[at] ?? 0) ^ change;
        try {
          readPkcs12(context(3_000_000).meter, changed, '');
        } catch (error) {
          expect(error instanceof FunctionError || error instanceof LimitError).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('do not decide how long it takes to open them', () => {
    expect(() => readPkcs12(context(10_000).meter, fileWithIterations(1_000_000), '')).toThrow(LimitError);
    expect(() => readPkcs12(context().meter, fileWithIterations(0x7fff_ffff), '')).toThrow(/more than \d+ iterations/);
  });

  it('with certificates to trust hold no key', () => {
    const file = writeTrustStore(context(), [store.certificate, ...store.authorities], 'secret');
    expect(() => readPkcs12(context().meter, file, 'secret')).toThrow('pkcs12: private key missing');
  });
});
