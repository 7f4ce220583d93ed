import { RE2JS } from 're2js';
import type { Meter } from '../value/value.ts';

const number = '[0-9xX*|]+';
const words = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const version = `v?${number}(?:\\.${number})?(?:\\.${number})?(?:-${words})?(?:\\+${words})?`;
/** JavaScript's own expressions would take too long over some texts. Hardly any constraint has a range, and to compile this takes long. */
let compiled: RE2JS | undefined;

function range(): RE2JS {
  return (compiled ??= RE2JS.compile(`\\s*(${version})\\s+-\\s+(${version})\\s*`));
}

/** Writes `1.2 - 1.4` as `>= 1.2, <= 1.4 `. */
export function rewriteRanges(text: string, meter: Meter): string {
  if (!/[\t\n\f\r ]-[\t\n\f\r ]/.test(text)) return text;
  meter.step(text.length / 2);
  const matcher = range().matcher(text);
  let rewritten = text;
  while (matcher.find()) rewritten = replaceFirst(rewritten, matcher.group() ?? '', `>= ${matcher.group(1)}, <= ${matcher.group(2)} `, meter);
  return rewritten;
}

/** The first place, which need not be the one that was found: Go replaces it too. */
function replaceFirst(text: string, old: string, replacement: string, meter: Meter): string {
  meter.step(text.length / 100);
  meter.allocate(text.length);
  const index = text.indexOf(old);
  return index < 0 ? text : text.slice(0, index) + replacement + text.slice(index + old.length);
}
