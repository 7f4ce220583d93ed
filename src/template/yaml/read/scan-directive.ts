import { isBlankOrEnd, isBreakOrEnd, isDigit, isWord } from './characters.ts';
import type { Tag } from './scan-tag.ts';
import { scanTagDirective } from './scan-tag.ts';
import type { Mark, Source } from './source.ts';

/** A version, `1.1`, or a handle of tags. */
export type Directive = { readonly version: string } | Tag;

const longestNumber = 2;

/** Reads a line that begins with `%`. @throws GoYamlError */
export function scanDirective(source: Source): Directive {
  const from = source.mark();
  source.skip();
  const name = source.takeWhile(isWord);
  if (name === '') throw source.error('could not find expected directive name', from);
  if (!isBlankOrEnd(source.peek())) throw source.error('found unexpected non-alphabetical character', from);
  const directive = scanContent(source, name, from);
  source.skipBlanks();
  source.skipComment();
  if (!isBreakOrEnd(source.peek())) throw source.error('did not find expected comment or line break', from);
  source.takeBreak();
  return directive;
}

function scanContent(source: Source, name: string, from: Mark): Directive {
  if (name === 'TAG') return scanTagDirective(source, from);
  if (name !== 'YAML') throw source.error('found unknown directive name', from);
  source.skipBlanks();
  const major = scanNumber(source, from);
  if (!source.at('.')) throw source.error("did not find expected digit or '.' character", from);
  source.skip();
  return { version: `${major}.${scanNumber(source, from)}` };
}

function scanNumber(source: Source, from: Mark): number {
  let digits = '';
  while (isDigit(source.peek())) {
    if (digits.length === longestNumber) throw source.error('found extremely long version number', from);
    digits += String.fromCharCode(source.peek());
    source.skip();
  }
  if (digits === '') throw source.error('did not find expected version number', from);
  return Number(digits);
}
