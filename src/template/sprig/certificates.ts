import { parseCertificate } from '../crypto/certificate.ts';
import { chargeKey, chargeOperation, chargeTime, milliseconds } from '../crypto/charge-time.ts';
import { createCertificate, type Issuer } from '../crypto/create-certificate.ts';
import type { DsaKey } from '../crypto/dsa-key.ts';
import { generateRsaKey } from '../crypto/generate-key.ts';
import { parseIp } from '../crypto/ip-address.ts';
import { encodeKeyPem, parseKeyPem } from '../crypto/key-pem.ts';
import { decodePem, encodePem } from '../crypto/pem.ts';
import type { PrivateKey } from '../crypto/private-key.ts';
import { bitLength } from '../crypto/rsa-key.ts';
import { within } from '../crypto/within.ts';
import { FunctionError } from '../template-error.ts';
import { toText } from '../value/byte-string.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { any, int, listOf, meteredFunction, text } from '../value/go-function.ts';
import type { CallContext, Value } from '../value/value.ts';
import { decodeBase64 } from './base64.ts';
import { certificate, type CertificatePair } from './certificate-pair.ts';
import { strval } from './strval.ts';

/** What a certificate is for. */
interface Purpose {
  readonly name: string;
  readonly days: number;
  readonly ips?: readonly Value[];
  readonly hosts?: readonly Value[];
  readonly isAuthority?: boolean;
}

type Key = PrivateKey | DsaKey;

const values = listOf(any);

/** Makes certificates, and keys for them where none is given. */
export const certificates: FunctionMap = new Map([
  ['buildCustomCert', meteredFunction([text, text], certificate, build)],
  ['genCA', meteredFunction([text, int], certificate, (context, name, days) => issue(context, { name, days, isAuthority: true }))],
  [
    'genCAWithKey',
    meteredFunction([text, int, text], certificate, (context, name, days, key) => issue(context, { name, days, isAuthority: true }, read(context, key))),
  ],
  ['genSelfSignedCert', meteredFunction([text, values, values, int], certificate, (context, name, ips, hosts, days) => issue(context, { name, ips, hosts, days }))],
  [
    'genSelfSignedCertWithKey',
    meteredFunction([text, values, values, int, text], certificate, (context, name, ips, hosts, days, key) =>
      issue(context, { name, ips, hosts, days }, read(context, key)),
    ),
  ],
  [
    'genSignedCert',
    meteredFunction([text, values, values, int, certificate], certificate, (context, name, ips, hosts, days, authority) => signed(context, { name, ips, hosts, days }, authority)),
  ],
  [
    'genSignedCertWithKey',
    meteredFunction([text, values, values, int, certificate, text], certificate, (context, name, ips, hosts, days, authority, key) =>
      signed(context, { name, ips, hosts, days }, authority, read(context, key)),
    ),
  ],
]);

function read({ meter }: CallContext, pem: string): Key {
  chargeKey(meter, pem.length);
  return within('parsing private key', () => parseKeyPem(pem));
}

function signed(context: CallContext, purpose: Purpose, authority: CertificatePair, key?: Key): CertificatePair {
  chargeKey(context.meter, authority.key.length);
  const { block } = decodePem(authority.cert);
  if (block === undefined) throw new FunctionError('unable to decode certificate');
  const issuer = within('error parsing certificate: decodedSignerCert.Bytes', () => parseCertificate(block.bytes));
  const issuerKey = within('error parsing private key', () => parseKeyPem(authority.key));
  return issue(context, purpose, key, { certificate: issuer, key: issuerKey });
}

/** @param key a new one where it is absent @param issuer the certificate itself where it is absent */
function issue(context: CallContext, purpose: Purpose, given?: Key, issuer?: { readonly certificate: Omit<Issuer, 'key'>; readonly key: Key }): CertificatePair {
  const { meter, now, random } = context;
  const addresses = (purpose.ips ?? []).map((ip) => readAddress(context, ip));
  const dnsNames = (purpose.hosts ?? []).map((host) => readHost(context, host));
  if (given === undefined) chargeTime(meter, milliseconds.rsa2048);
  const key = given ?? generateRsaKey(2048);
  const signer = issuer?.key ?? key;
  chargeOperation(meter, signer.kind === 'rsa' ? bitLength(signer.n) : 0);
  const notBefore = now();
  return within('error creating certificate', () => {
    if (signer.kind === 'dsa') throw new FunctionError('x509: certificate private key does not implement crypto.Signer');
    if (key.kind === 'dsa') throw new FunctionError('x509: unsupported public key type: *dsa.PublicKey');
    const request = {
      commonName: purpose.name,
      key,
      dnsNames,
      addresses,
      isAuthority: purpose.isAuthority ?? false,
      notBefore: toSeconds(notBefore),
      notAfter: toSeconds(notBefore + lifetime(purpose.days)),
      serial: random(16),
    };
    const bytes = createCertificate(request, issuer === undefined ? undefined : { ...issuer.certificate, key: signer });
    return { cert: encodePem({ type: 'CERTIFICATE', bytes }), key: encodeKeyPem(key) };
  });
}

/** Nanoseconds; beyond 292 years they turn around, as Go's do. */
function lifetime(days: number): bigint {
  return BigInt.asIntN(64, BigInt(days) * 86_400_000_000_000n);
}

/** The second that some nanoseconds since the epoch are in. */
function toSeconds(nanoseconds: bigint): bigint {
  return (nanoseconds - (((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)) / 1_000_000_000n;
}

function readAddress(context: CallContext, value: Value): Buffer {
  if (typeof value !== 'string') throw new FunctionError('error parsing ip: it is not a string', `error parsing ip: ${strval(context, value)} is not a string`);
  const address = parseIp(toText(value));
  if (address === undefined) throw new FunctionError('error parsing ip: it is not an IP address', `error parsing ip: ${value}`);
  return address;
}

function readHost(context: CallContext, value: Value): string {
  if (typeof value === 'string') return value;
  throw new FunctionError('error processing alternate dns name: it is not a string', `error processing alternate dns name: ${strval(context, value)} is not a string`);
}

function build({ meter }: CallContext, encodedCert: string, encodedKey: string): CertificatePair {
  chargeKey(meter, encodedKey.length);
  meter.allocate(encodedCert.length + encodedKey.length);
  const cert = decodeBase64(encodedCert);
  if (typeof cert !== 'string') throw new FunctionError('unable to decode base64 certificate');
  const key = decodeBase64(encodedKey);
  if (typeof key !== 'string') throw new FunctionError('unable to decode base64 private key');
  const { block } = decodePem(cert);
  if (block === undefined) throw new FunctionError('unable to decode certificate');
  within('error parsing certificate: decodedCert.Bytes', () => parseCertificate(block.bytes));
  within('error parsing private key', () => parseKeyPem(key));
  return { cert, key };
}
