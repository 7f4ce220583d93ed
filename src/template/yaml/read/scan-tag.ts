import { utf8Size } from '../../value/byte-string.ts';
import { hexValue, isBlank, isBlankOrEnd, isWord, oneOf } from './characters.ts';
import type { Mark, Source } from './source.ts';

const isPunctuation = oneOf(";/?:@&=+$,.!~*'()[]%");

/** A tag as it is written: `!!int` has the handle `!!`; one without a handle is spelled out. */
export interface Tag {
  readonly handle: string;
  readonly suffix: string;
}

/** @throws GoYamlError */
export function scanTag(source: Source): Tag {
  const from = source.mark();
  const tag = source.at('<', 1) ? scanVerbatim(source, from) : scanShorthand(source, from);
  if (!isBlankOrEnd(source.peek())) throw source.error('did not find expected whitespace or line break', from);
  return tag;
}

function scanVerbatim(source: Source, from: Mark): Tag {
  source.skip(2);
  const suffix = scanUri(source, from, '');
  if (!source.at('>')) throw source.error("did not find the expected '>'", from);
  source.skip();
  return { handle: '', suffix };
}

function scanShorthand(source: Source, from: Mark): Tag {
  const handle = scanHandle(source, from, false);
  if (handle.length > 1 && handle.endsWith('!')) return { handle, suffix: scanUri(source, from, '') };
  const suffix = scanUri(source, from, handle);
  return suffix === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix };
}

/** `!`, `!!` or `!name!`; of a tag also `!name`, which is no handle then. */
function scanHandle(source: Source, from: Mark, isDirective: boolean): string {
  if (!source.at('!')) throw source.error("did not find expected '!'", from);
  source.skip();
  const name = source.takeWhile(isWord);
  if (source.at('!')) {
    source.skip();
    return `!${name}!`;
  }
  if (isDirective && name !== '') throw source.error("did not find expected '!'", from);
  return `!${name}`;
}

/** @param head what has been read of it, with its `!` */
function scanUri(source: Source, from: Mark, head: string): string {
  let uri = head.slice(1);
  const start = source.index;
  while (isWord(source.peek()) || isPunctuation(source.peek())) {
    if (source.at('%')) uri += scanEscapes(source, from);
    else {
      uri += String.fromCharCode(source.peek());
      source.skip();
    }
  }
  if (head === '' && source.index === start) throw source.error('did not find expected tag URI', from);
  return uri;
}

/** One character of escaped bytes. */
function scanEscapes(source: Source, from: Mark): string {
  const first = scanOctet(source, from);
  const size = utf8Size(first);
  if (size === 0) throw source.error('found an incorrect leading UTF-8 octet', from);
  source.skip(3);
  const bytes = [first];
  while (bytes.length < size) {
    const next = scanOctet(source, from);
    if ((next & 0xc0) !== 0x80) throw source.error('found an incorrect trailing UTF-8 octet', from);
    source.skip(3);
    bytes.push(next);
  }
  return Buffer.from(bytes).toString('utf8');
}

function scanOctet(source: Source, from: Mark): number {
  const high = hexValue(source.peek(1));
  const low = hexValue(source.peek(2));
  if (!source.at('%') || high === undefined || low === undefined) throw source.error('did not find URI escaped octet', from);
  return high * 16 + low;
}

/** What a %TAG directive says. */
export function scanTagDirective(source: Source, from: Mark): Tag {
  source.skipBlanks();
  const handle = scanHandle(source, from, true);
  if (!isBlank(source.peek())) throw source.error('did not find expected whitespace', from);
  source.skipBlanks();
  const suffix = scanUri(source, from, '');
  if (!isBlankOrEnd(source.peek())) throw source.error('did not find expected whitespace or line break', from);
  return { handle, suffix };
}
