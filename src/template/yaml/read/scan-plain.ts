import { code, isBlank, isBlankOrEnd, isBreak, oneOf } from './characters.ts';
import { FoldedText } from './folded-text.ts';
import type { Mark, Source } from './source.ts';

const endsInFlow = oneOf(',?[]{}');

interface PlainScalar {
  readonly text: string;
  /** It ends on an earlier line than where reading has stopped. */
  readonly isFollowedByBreak: boolean;
}

/** Reads a scalar without quotes. @param indent what its further lines must have, outside of brackets. @throws GoYamlError */
export function scanPlain(source: Source, indent: number, isInFlow: boolean): PlainScalar {
  const from = source.mark();
  const folded = new FoldedText();
  while (!source.isAtBorder() && !source.at('#')) {
    const start = source.index;
    while (!isBlankOrEnd(source.peek()) && !isEnd(source, isInFlow)) source.skip();
    if (source.index > start) folded.addText(source.slice(start));
    if (!isBlank(source.peek()) && !isBreak(source.peek())) break;
    readBlanks(source, folded, indent, from);
    if (!isInFlow && source.column < indent) break;
  }
  return { text: folded.text, isFollowedByBreak: folded.isBroken };
}

function isEnd(source: Source, isInFlow: boolean): boolean {
  if (source.peek() === code(':')) return isBlankOrEnd(source.peek(1));
  return isInFlow && endsInFlow(source.peek());
}

function readBlanks(source: Source, folded: FoldedText, indent: number, from: Mark): void {
  for (;;) {
    if (isBlank(source.peek())) {
      const isMisplaced = folded.isBroken && source.column < indent && source.at('\t');
      if (isMisplaced) throw source.error('found a tab character that violates indentation', from);
      folded.addBlank(String.fromCharCode(source.peek()));
      source.skip();
    } else if (isBreak(source.peek())) folded.addBreak(source.takeBreak());
    else return;
  }
}
