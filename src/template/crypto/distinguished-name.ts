import { FunctionError } from '../template-error.ts';
import { fromText, isAscii, runes, toText } from '../value/byte-string.ts';
import { DerError, DerReader, type Element, tags } from './der.ts';
import { element, objectIdentifier, sequence, setOf } from './write-der.ts';

/** One part of a name, with its value as a byte string of UTF-8. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}

/** The types that have a name, in the order in which Go lists them. */
const namedTypes: readonly (readonly [type: string, name: string])[] = [
  ['2.5.4.6', 'C'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.7', 'L'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.17', 'POSTALCODE'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'SERIALNUMBER'],
];
const commonName = '2.5.4.3';
/** Types of which Go keeps the last value only, and none that is empty. */
const singleTypes: ReadonlySet<string> = new Set([commonName, '2.5.4.5']);
const namedTypeSet: ReadonlySet<string> = new Set(namedTypes.map(([type]) => type));

/** A name with a common name only, or an empty one. @throws FunctionError where the text is not UTF-8 */
export function writeCommonName(text: string): Buffer {
  return text === '' ? sequence() : sequence(setOf(sequence(objectIdentifier(commonName), writeString(text))));
}

/** A PrintableString if it can be one, else a UTF8String. */
function writeString(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  if (/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)) return element(tags.printable, bytes);
  if (!isUtf8(text)) throw new FunctionError('asn1: string not valid UTF-8');
  return element(tags.utf8, bytes);
}

function isUtf8(bytes: string): boolean {
  return isAscii(bytes) || fromText(toText(bytes)) === bytes;
}

/** The parts of a name. @throws DerError */
export function readName(der: Buffer): readonly NameAttribute[] {
  const attributes: NameAttribute[] = [];
  const names = new DerReader(der).sequence();
  while (!names.isEmpty) {
    const set = new DerReader(names.take(tags.set));
    while (!set.isEmpty) {
      const part = set.sequence();
      attributes.push({ type: part.objectIdentifier(), value: readString(part.next()) });
    }
  }
  return attributes;
}

function readString({ tag, content }: Element): string {
  const bytes = content.toString('latin1');
  if (tag === tags.teletex) return fromText(bytes);
  if (tag === tags.bmp) return readBmp(content);
  const isValid =
    (tag === tags.printable && /^[A-Za-z0-9 '()*+,\-./:=?&]*$/.test(bytes)) ||
    (tag === tags.utf8 && isUtf8(bytes)) ||
    (tag === tags.ia5 && isAscii(bytes)) ||
    (tag === tags.numeric && /^[0-9 ]*$/.test(bytes));
  if (!isValid) throw new DerError('a name is malformed');
  return bytes;
}

function readBmp(content: Buffer): string {
  if (content.length % 2 !== 0) throw new DerError('a name is malformed');
  const codes = Array.from({ length: content.length / 2 }, (_, index) => content.readUInt16BE(index * 2));
  if (codes.at(-1) === 0) codes.pop();
  if (codes.some((code) => code >= 0xfffe || (code >= 0xfdd0 && code <= 0xfdef) || (code >= 0xd800 && code <= 0xdfff))) throw new DerError('a name is malformed');
  return fromText(codes.map((code) => String.fromCharCode(code)).join(''));
}

/** A name as Go prints it: roughly RFC 2253, a byte string. */
export function describeName(attributes: readonly NameAttribute[]): string {
  const unnamed = attributes.filter(({ type }) => !namedTypeSet.has(type)).map(({ type, value }) => `${type}=#${writeString(value).toString('hex')}`);
  const named = namedTypes.flatMap(([type, name]) => {
    const values = attributes.filter((attribute) => attribute.type === type).map(({ value }) => value);
    const kept = singleTypes.has(type) ? values.slice(-1).filter((value) => value !== '') : values;
    return kept.length === 0 ? [] : [kept.map((value) => `${name}=${escapeValue(value)}`).join('+')];
  });
  return [...unnamed, ...named].toReversed().join(',');
}

function escapeValue(value: string): string {
  let escaped = '';
  for (const { index, size } of runes(value)) {
    const char = value.slice(index, index + size);
    const isAtEnd = index === 0 || index === value.length - 1;
    const needsEscape = ',+"\\<>;'.includes(char) || (char === ' ' && isAtEnd) || (char === '#' && index === 0);
    escaped += needsEscape ? `\\${char}` : char;
  }
  return escaped;
}
