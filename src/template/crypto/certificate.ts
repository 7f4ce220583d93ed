import { createPublicKey } from 'node:crypto';
import { parseUrl } from '../sprig/url/parse-url.ts';
import { FunctionError } from '../template-error.ts';
import { isAscii } from '../value/byte-string.ts';
import { curves } from './curve.ts';
import { contextTag, DerError, DerReader, explicitTag, readOnly, tags } from './der.ts';
import { type NameAttribute, readName } from './distinguished-name.ts';
import { keyAlgorithms } from './private-key.ts';
import { readRsaPublicKey } from './rsa-key.ts';
import { within } from './within.ts';

/** What is needed of an X.509 certificate. */
export interface Certificate {
  /** All of it. */
  readonly raw: Buffer;
  /** The name that it is for: its DER, and its parts. */
  readonly subject: Buffer;
  readonly subjectName: readonly NameAttribute[];
  /** The SubjectPublicKeyInfo. */
  readonly publicKey: Buffer;
  readonly subjectKeyId?: Buffer;
  readonly authorityKeyId?: Buffer;
  readonly alternativeNames: AlternativeNames;
}

/** Byte strings, and addresses of 4 or 16 bytes. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly emails: readonly string[];
  readonly addresses: readonly Buffer[];
  readonly uris: readonly string[];
}

type Extensions = Pick<Certificate, 'subjectKeyId' | 'authorityKeyId'> & { readonly alternativeNames?: AlternativeNames };

/** Reads one certificate. @throws FunctionError */
export function parseCertificate(der: Buffer): Certificate {
  return within(malformed, () => readOnly(der, readCertificate));
}

/** Reads certificates, one after the other. @throws FunctionError */
export function parseCertificates(der: Buffer): readonly Certificate[] {
  return within(malformed, () => {
    const reader = new DerReader(der);
    const certificates: Certificate[] = [];
    while (!reader.isEmpty) certificates.push(readCertificate(reader));
    return certificates;
  });
}

const malformed = 'x509: malformed certificate';

function readCertificate(outer: DerReader): Certificate {
  const { tag, content, raw } = outer.next();
  if (tag !== tags.sequence) throw new DerError('it is no sequence');
  const reader = new DerReader(content);
  const toBeSigned = reader.sequence();
  const outerAlgorithm = reader.take(tags.sequence);
  reader.bits();

  const version = readVersion(toBeSigned);
  if (toBeSigned.integer() < 0n) throw new DerError('negative serial number');
  const innerAlgorithm = toBeSigned.take(tags.sequence);
  if (!innerAlgorithm.equals(outerAlgorithm)) throw new DerError("inner and outer signature algorithm identifiers don't match");
  new DerReader(innerAlgorithm).objectIdentifier();
  readName(takeRaw(toBeSigned));
  const validity = toBeSigned.sequence();
  readTime(validity);
  readTime(validity);
  const subject = takeRaw(toBeSigned);
  const subjectName = readName(subject);
  const publicKey = takeRaw(toBeSigned);
  checkPublicKey(publicKey);
  if (version > 0n) {
    toBeSigned.optional(contextTag(1));
    toBeSigned.optional(contextTag(2));
  }
  const extensions = version === 2n ? toBeSigned.optional(explicitTag(3)) : undefined;
  const { alternativeNames = noNames, ...keyIds } = extensions === undefined ? {} : readExtensions(extensions);
  return { raw, subject, subjectName, publicKey, alternativeNames, ...keyIds };
}

const noNames: AlternativeNames = { dns: [], emails: [], addresses: [], uris: [] };

function takeRaw(reader: DerReader): Buffer {
  const { tag, raw } = reader.next();
  if (tag !== tags.sequence) throw new DerError('an element has another tag');
  return raw;
}

function readVersion(reader: DerReader): bigint {
  const content = reader.optional(explicitTag(0));
  const version = content === undefined ? 0n : readOnly(content, (inner) => inner.integer());
  if (version < 0n || version > 2n) throw new DerError('invalid version');
  return version;
}

function readTime(reader: DerReader): void {
  const { tag, content } = reader.next();
  const text = content.toString('latin1');
  const pattern = tag === tags.utcTime ? /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:Z|[+-]\d{4})$/ : /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:Z|[+-]\d{4})$/;
  if (tag !== tags.utcTime && tag !== tags.generalizedTime) throw new DerError('unsupported time format');
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '00'] = pattern.exec(text) ?? [];
  // RFC 5280: two digits mean the years from 1950 to 2049
  const fullYear = year.length === 2 ? `${Number(year) >= 50 ? '19' : '20'}${year}` : year;
  const iso = `${fullYear}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const date = new Date(iso);
  if (year === '' || Number.isNaN(date.getTime()) || date.toISOString() !== iso) throw new DerError('malformed time');
}

/** Keys of unknown kinds are let be. */
function checkPublicKey(publicKey: Buffer): void {
  const reader = new DerReader(publicKey).sequence();
  const algorithm = reader.sequence();
  const name = algorithm.objectIdentifier();
  const parameters = algorithm.isEmpty ? undefined : algorithm.next();
  const key = reader.bits();
  if (name === keyAlgorithms.rsa) {
    if (parameters?.tag !== tags.nothing || parameters.content.length > 0) throw new DerError('RSA key missing NULL parameters');
    readRsaPublicKey(key);
  }
  if (name === keyAlgorithms.ed25519 && (parameters !== undefined || key.length !== 32)) throw new DerError('an Ed25519 key is malformed');
  if (name !== keyAlgorithms.ec) return;
  const curve = parameters?.tag === tags.objectIdentifier ? new DerReader(parameters.raw).objectIdentifier() : undefined;
  if (!curves.some(({ objectIdentifier }) => objectIdentifier === curve)) throw new DerError('unsupported elliptic curve');
  if (key[0] !== 4 || !isKey(publicKey)) throw new DerError('a point is not on its curve');
}

function isKey(publicKey: Buffer): boolean {
  try {
    createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
    return true;
  } catch {
    return false;
  }
}

function readExtensions(content: Buffer): Extensions {
  const reader = new DerReader(content).sequence();
  const seen = new Set<string>();
  let extensions: Extensions = {};
  while (!reader.isEmpty) {
    const extension = reader.sequence();
    const name = extension.objectIdentifier();
    const isCritical = extension.tag === tags.boolean && extension.boolean();
    if (seen.has(name)) throw new DerError('it contains an extension twice');
    seen.add(name);
    extensions = { ...extensions, ...readExtension(name, extension.octets(), isCritical) };
  }
  return extensions;
}

/** What an extension says, if it is one that is needed; some others are looked at as Go does. */
function readExtension(name: string, value: Buffer, isCritical: boolean): Extensions {
  const reader = new DerReader(value);
  switch (name) {
    case '2.5.29.14':
      if (isCritical) throw new DerError('subject key identifier incorrectly marked critical');
      return { subjectKeyId: reader.octets() };
    case '2.5.29.15':
      reader.bits();
      return {};
    case '2.5.29.17':
      return { alternativeNames: readAlternativeNames(reader.sequence()) };
    case '2.5.29.19': {
      const constraints = reader.sequence();
      if (constraints.tag === tags.boolean) constraints.boolean();
      if (constraints.tag === tags.integer && constraints.integer() < 0n) throw new DerError('invalid basic constraints');
      return {};
    }
    case '2.5.29.35': {
      if (isCritical) throw new DerError('authority key identifier incorrectly marked critical');
      const authorityKeyId = reader.sequence().optional(contextTag(0));
      return authorityKeyId === undefined ? {} : { authorityKeyId };
    }
    case '2.5.29.37':
      for (const usages = reader.sequence(); !usages.isEmpty; ) usages.objectIdentifier();
      return {};
    default:
      return {};
  }
}

function readAlternativeNames(reader: DerReader): AlternativeNames {
  const [dns, emails, addresses, uris]: [string[], string[], Buffer[], string[]] = [[], [], [], []];
  const texts = new Map([[contextTag(1), emails], [contextTag(2), dns], [contextTag(6), uris]]);
  while (!reader.isEmpty) {
    const { tag, content } = reader.next();
    const text = content.toString('latin1');
    const list = texts.get(tag);
    if (list !== undefined) {
      if (!isAscii(text) || (list === uris && !isUri(text))) throw new DerError('a subject alternative name is malformed');
      list.push(text);
    }
    if (tag !== contextTag(7)) continue;
    if (content.length !== 4 && content.length !== 16) throw new DerError('an IP address has another length');
    addresses.push(content);
  }
  return { dns, emails, addresses, uris };
}

/** Whether Go takes it for a URI of a host, if there is one, that could be a DNS name. */
function isUri(text: string): boolean {
  try {
    const { host } = parseUrl(text);
    return host === '' || /^[!-\-/-~]+(?:\.[!-\-/-~]+)*$/.test(host);
  } catch (error) {
    if (error instanceof FunctionError) return false;
    throw error;
  }
}
