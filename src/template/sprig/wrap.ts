import type { FunctionMap } from '../value/go-function.ts';
import { int, meteredFunction, text } from '../value/go-function.ts';
import type { CallContext } from '../value/value.ts';

/** Functions that break a text into lines at its spaces, counting bytes. */
export const wrap: FunctionMap = new Map([
  ['wrap', meteredFunction([int, text], text, (context, width, value) => wrapLines(context, value, { width, lineEnd: '\n', cutsWords: false }))],
  [
    'wrapWith',
    meteredFunction([int, text, text], text, (context, width, lineEnd, value) =>
      wrapLines(context, value, { width, lineEnd: lineEnd === '' ? '\n' : lineEnd, cutsWords: true }),
    ),
  ],
]);

interface Wrapping {
  readonly width: number;
  readonly lineEnd: string;
  /** Whether a word longer than a line is cut; otherwise it makes its line longer. */
  readonly cutsWords: boolean;
}

function wrapLines(context: CallContext, value: string, { width: asked, lineEnd, cutsWords }: Wrapping): string {
  context.meter.step(value.length / 50);
  const width = Math.max(1, asked);
  const out: string[] = [];
  let offset = 0;
  while (value.length - offset > width) {
    if (value[offset] === ' ') {
      offset += 1;
      continue;
    }
    const { end, next } = lineAt(value, offset, width, cutsWords);
    context.meter.step();
    context.meter.allocate(end - offset + lineEnd.length + 16);
    out.push(value.slice(offset, end));
    offset = next;
    // a word that fills the rest of the text ends no line
    if (end < value.length) out.push(lineEnd);
  }
  out.push(value.slice(offset));
  return out.join('');
}

/** Where the line from `offset` ends, and where the next one begins; the space between them is lost. */
function lineAt(value: string, offset: number, width: number, cutsWords: boolean): { end: number; next: number } {
  const last = offset + width;
  const space = value.slice(offset, last + 1).lastIndexOf(' ');
  if (space >= 0) return { end: offset + space, next: offset + space + 1 };
  if (cutsWords) return { end: last, next: last };
  const later = value.indexOf(' ', last);
  return later < 0 ? { end: value.length, next: value.length } : { end: later, next: later + 1 };
}
