import { jsonToItem } from './json-to-item.ts';
import type { TableItem } from './table.ts';

/** Of JSON, what may stand alone: a number ends where it could not go on. */
const scalar = /^(?:true|false|null|"(?:[^"\\]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/s;

/** The JSON value that a text begins with, and its text; undefined where there is none. What follows it is not looked at. */
export function leadingJson(text: string): { readonly text: string; readonly value: TableItem } | undefined {
  const end = /^[{[]/.test(text) ? endOfBrackets(text) : endOfScalar(text);
  if (end === undefined) return undefined;
  const own = text.slice(0, end);
  const value = jsonToItem(own);
  return value === undefined ? undefined : { text: own, value };
}

function endOfScalar(text: string): number | undefined {
  const found = scalar.exec(text)?.[0];
  // a fraction or an exponent that was begun must be one
  if (found === undefined || (/^[-\d]/.test(found) && /^[.eE]/.test(text.slice(found.length)))) return undefined;
  return found.length;
}

function endOfBrackets(text: string): number | undefined {
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;
  for (let depth = 0, found = token.exec(text); found !== null; found = token.exec(text)) {
    if ('{['.includes(found[0])) depth += 1;
    if ('}]'.includes(found[0])) depth -= 1;
    if (depth === 0) return token.lastIndex;
  }
  return undefined;
}
