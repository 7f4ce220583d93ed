import { SecretBytes } from '../../lib/secret-bytes.ts';
import { writeQuotedJson } from '../../template/json/quote-json.ts';
import { TextBuilder } from '../../template/value/text-builder.ts';

/**
 * A Secret as one JSON object, byte for byte as External Secrets writes it, so that a takeover is no new version at the provider: keys
 * in the order of their bytes, no HTML escapes, and each byte that is not UTF-8 replaced.
 */
export function secretJson(data: ReadonlyMap<string, SecretBytes>): SecretBytes {
  // one character for each byte
  const members = Array.from(data, ([key, value]) => ({ key: Buffer.from(key, 'utf8').toString('latin1'), value })).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const builder = new TextBuilder();
  builder.add('{');
  for (const [index, { key, value }] of members.entries()) {
    if (index > 0) builder.add(',');
    writeQuotedJson(key, false, builder);
    builder.add(':');
    writeQuotedJson(Buffer.from(value.reveal()).toString('latin1'), false, builder);
  }
  builder.add('}');
  return new SecretBytes(Buffer.from(builder.text(), 'latin1'));
}
