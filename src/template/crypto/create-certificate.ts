import { createHash, sign } from 'node:crypto';
import { quote } from '../format/quote.ts';
import { FunctionError } from '../template-error.ts';
import { isAscii } from '../value/byte-string.ts';
import { contextTag, DerReader, tags } from './der.ts';
import { writeCommonName } from './distinguished-name.ts';
import { keyAlgorithms, type PrivateKey, publicKeyInfoOf, toKeyObject } from './private-key.ts';
import { checkRsaSize } from './rsa-key.ts';
import { bits, element, explicit, integer, nothing, objectIdentifier, octets, sequence, unsignedOf, yes } from './write-der.ts';

/** What a certificate is to say. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly key: PrivateKey;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly Buffer[];
  /** Whether it may sign others. */
  readonly isAuthority: boolean;
  /** Seconds since the epoch. */
  readonly notBefore: bigint;
  readonly notAfter: bigint;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
}

/** Who signs: the name and key identifier of a certificate, and the key that belongs to it. */
export interface Issuer {
  readonly subject: Buffer;
  readonly subjectKeyId?: Buffer;
  readonly publicKey: Buffer;
  readonly key: PrivateKey;
}

/** What stands in a certificate about how it is signed, and the hash, if the algorithm has one to choose. */
interface Signature {
  readonly algorithm: Buffer;
  readonly hash?: string;
}

/**
 * Creates a certificate as Go's x509.CreateCertificate does for sprig: for servers and clients, or as an authority.
 * @param issuer absent where the certificate signs itself
 * @throws FunctionError in Go's words
 */
export function createCertificate(request: CertificateRequest, issuer?: Issuer): Buffer {
  const signer = issuer?.key ?? request.key;
  const { algorithm, hash } = signatureOf(signer);
  if (request.key.kind === 'x25519') throw new FunctionError('x509: unsupported public key type: *ecdh.PublicKey');
  const subject = writeCommonName(request.commonName);
  const publicKey = publicKeyInfoOf(request.key);
  if (issuer !== undefined && !publicKeyInfoOf(signer).equals(issuer.publicKey)) throw new FunctionError("x509: provided PrivateKey doesn't match parent's PublicKey");

  const issuerName = issuer?.subject ?? subject;
  const authorityKeyId = issuerName.equals(subject) ? undefined : issuer?.subjectKeyId;
  const toBeSigned = sequence(
    explicit(0, integer(2)),
    integer(unsignedOf(request.serial)),
    algorithm,
    issuerName,
    sequence(time(request.notBefore), time(request.notAfter)),
    subject,
    publicKey,
    explicit(3, extensionsOf(request, subject, publicKey, authorityKeyId)),
  );
  return sequence(toBeSigned, algorithm, bits(sign(hash, toBeSigned, toKeyObject(signer))));
}

const rsaSha256 = '1.2.840.113549.1.1.11';

function signatureOf(key: PrivateKey): Signature {
  switch (key.kind) {
    case 'rsa':
      checkRsaSize(key);
      return { algorithm: sequence(objectIdentifier(rsaSha256), nothing), hash: 'sha256' };
    case 'ec':
      return { algorithm: sequence(objectIdentifier(key.curve.signature)), hash: key.curve.hash };
    case 'ed25519':
      return { algorithm: sequence(objectIdentifier(keyAlgorithms.ed25519)) };
    default:
      throw new FunctionError('x509: certificate private key does not implement crypto.Signer');
  }
}

function time(seconds: bigint): Buffer {
  const date = new Date(Number(seconds) * 1000);
  const year = date.getUTCFullYear();
  if (year < 0 || year > 9999) throw new FunctionError('asn1: structure error: cannot represent time as GeneralizedTime');
  const text = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return year >= 1950 && year < 2050 ? element(tags.utcTime, Buffer.from(text.slice(2))) : element(tags.generalizedTime, Buffer.from(text));
}

const serverAndClient = sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'), objectIdentifier('1.3.6.1.5.5.7.3.2'));
/** Digital signatures and key encipherment; with the first two and signing of certificates. */
const keyUsages = { leaf: Buffer.from([5, 0xa0]), authority: Buffer.from([2, 0xa4]) };

function extensionsOf({ isAuthority, dnsNames, addresses }: CertificateRequest, subject: Buffer, publicKey: Buffer, authorityKeyId: Buffer | undefined): Buffer {
  const extensions = [
    extension('2.5.29.15', element(tags.bits, isAuthority ? keyUsages.authority : keyUsages.leaf), true),
    extension('2.5.29.37', serverAndClient),
    extension('2.5.29.19', isAuthority ? sequence(yes) : sequence(), true),
  ];
  if (isAuthority) extensions.push(extension('2.5.29.14', octets(keyIdOf(publicKey))));
  if (authorityKeyId !== undefined && authorityKeyId.length > 0) extensions.push(extension('2.5.29.35', sequence(element(contextTag(0), authorityKeyId))));
  if (dnsNames.length + addresses.length > 0) {
    const names = [...dnsNames.map(dnsName), ...addresses.map((address) => element(contextTag(7), address))];
    // nothing else says whom the certificate is for
    extensions.push(extension('2.5.29.17', sequence(...names), subject.equals(sequence())));
  }
  return sequence(...extensions);
}

function extension(name: string, value: Buffer, isCritical = false): Buffer {
  return sequence(objectIdentifier(name), ...(isCritical ? [yes] : []), octets(value));
}

function dnsName(name: string): Buffer {
  if (!isAscii(name)) throw new FunctionError('x509: a DNS name cannot be encoded as an IA5String', `x509: ${quote(name)} cannot be encoded as an IA5String`);
  return element(contextTag(2), Buffer.from(name, 'latin1'));
}

/** RFC 7093: the first 160 bits of the public key's SHA-256. */
function keyIdOf(publicKey: Buffer): Buffer {
  const info = new DerReader(publicKey).sequence();
  info.next();
  return createHash('sha256').update(info.bits()).digest().subarray(0, 20);
}
