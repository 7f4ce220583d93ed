import { parseCertificate, type Certificate } from '../crypto/certificate.ts';
import { certificatePem, orderChain } from '../crypto/certificate-chain.ts';
import { chargeKey, chargeTime, milliseconds } from '../crypto/charge-time.ts';
import { decodePem, encodePem, type PemBlock } from '../crypto/pem.ts';
import { readPkcs12, type KeyStore } from '../crypto/pkcs12/read-pkcs12.ts';
import { writeKeyStore, writeTrustStore } from '../crypto/pkcs12/write-pkcs12.ts';
import { readAnyKey, writePkcs8 } from '../crypto/private-key.ts';
import { within } from '../crypto/within.ts';
import { FunctionError } from '../template-error.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { meteredFunction, text } from '../value/go-function.ts';
import type { CallContext } from '../value/value.ts';

/** Functions that read and write PKCS#12 files. Those without `Pass` in their name have the empty password. */
export const pkcs12: FunctionMap = new Map([
  ['fullPemToPkcs12', meteredFunction([text, text], text, (context, certs, key) => toPkcs12(context, certs, key, { password: '', withAuthorities: true }))],
  [
    'fullPemToPkcs12Pass',
    meteredFunction([text, text, text], text, (context, certs, key, password) => toPkcs12(context, certs, key, { password, withAuthorities: true })),
  ],
  ['pemToPkcs12', meteredFunction([text, text], text, (context, cert, key) => toPkcs12(context, cert, key, { password: '', withAuthorities: false }))],
  ['pemToPkcs12Pass', meteredFunction([text, text, text], text, (context, cert, key, password) => toPkcs12(context, cert, key, { password, withAuthorities: false }))],
  ['pemTruststoreToPKCS12', meteredFunction([text], text, (context, certs) => toTrustStore(context, certs, ''))],
  ['pemTruststoreToPKCS12Pass', meteredFunction([text, text], text, toTrustStore)],
  ['pkcs12cert', meteredFunction([text], text, (context, file) => certificatesOf(context, '', file))],
  ['pkcs12certPass', meteredFunction([text, text], text, certificatesOf)],
  ['pkcs12key', meteredFunction([text], text, (context, file) => keyOf(context, '', file))],
  ['pkcs12keyPass', meteredFunction([text, text], text, keyOf)],
]);

function open({ meter }: CallContext, password: string, file: string): KeyStore {
  chargeKey(meter, file.length);
  meter.allocate(file.length * 2);
  return readPkcs12(meter, Buffer.from(file, 'latin1'), password);
}

function keyOf(context: CallContext, password: string, file: string): string {
  const { key } = within('unable to decode pkcs12 with password', () => open(context, password, file));
  return encodePem({ type: 'PRIVATE KEY', bytes: writePkcs8(key) });
}

/** The certificates from the leaf up, or as they are in the file where they are no single chain. */
function certificatesOf(context: CallContext, password: string, file: string): string {
  const { certificate, authorities } = within('unable to decode pkcs12 certificate with password', () => open(context, password, file));
  return chainOrAll(context, [certificate, ...authorities]).map(certificatePem).join('');
}

function chainOrAll({ meter }: CallContext, certificates: readonly Certificate[]): readonly Certificate[] {
  try {
    return orderChain(meter, certificates);
  } catch (error) {
    if (error instanceof FunctionError) return certificates;
    throw error;
  }
}

function toPkcs12(context: CallContext, certs: string, key: string, options: { readonly password: string; readonly withAuthorities: boolean }): string {
  chargeKey(context.meter, key.length);
  const { block, rest } = firstBlock(certs);
  const certificate = parseCertificate(block.bytes);
  const authorities = options.withAuthorities ? readAuthorities(context, rest) : [];
  const privateKey = readAnyKey(firstBlock(key).block.bytes);
  return writeKeyStore(context, { key: privateKey, certificate, authorities }, options.password).toString('base64');
}

function toTrustStore(context: CallContext, certs: string, password: string): string {
  return writeTrustStore(context, readAuthorities(context, certs), password).toString('base64');
}

/** All certificates of a text, in which nothing else may be. */
function readAuthorities({ meter }: CallContext, certs: string): readonly Certificate[] {
  const certificates: Certificate[] = [];
  for (let rest = certs; rest !== ''; ) {
    chargeTime(meter, milliseconds.readCertificate);
    const found = firstBlock(rest);
    certificates.push(parseCertificate(found.block.bytes));
    rest = found.rest;
  }
  return certificates;
}

const nilDereference = 'runtime error: invalid memory address or nil pointer dereference';

/** @throws FunctionError where there is no PEM block, where Go panics */
function firstBlock(pem: string): { readonly block: PemBlock; readonly rest: string } {
  const { block, rest } = decodePem(pem);
  if (block === undefined) throw new FunctionError('there is no PEM block, or something after the last one', nilDereference);
  return { block, rest };
}
