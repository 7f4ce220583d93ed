import { Scalar } from 'yaml';
import { resolvePlainScalar } from './yaml-scalar.ts';

/** A text as a scalar of one line, in the quotes that another has; plain where it may be. */
export function quotedLike(text: string, { type, inFlow }: { readonly type?: Scalar.Type | null | undefined; readonly inFlow: boolean }): string {
  if (type === Scalar.QUOTE_DOUBLE) return JSON.stringify(text);
  if (type === Scalar.QUOTE_SINGLE && /^[\x20-\x7e]*$/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return isPlain(text) && !(inFlow && type === undefined) ? text : JSON.stringify(text);
}

/** Whether a text can stand without quotes: few characters are let through, because few are needed. */
function isPlain(text: string): boolean {
  const resolved = resolvePlainScalar(text);
  return /^[A-Za-z0-9+/._-][A-Za-z0-9+/=._-]*$/.test(text) && !/^(-|---|\.\.\.)$/.test(text) && resolved.kind === 'value' && resolved.value === text;
}

/** Lines of a block map: the maps of a path one in another, and entries in the innermost. */
export function blockLines(path: readonly string[], entries: readonly (readonly [string, string])[], indent: string): readonly string[] {
  const [name, ...rest] = path;
  if (name !== undefined) return [`${indent}${quotedLike(name, { inFlow: false })}:`, ...blockLines(rest, entries, `${indent}  `)];
  return entries.map(([key, value]) => `${indent}${quotedLike(key, { inFlow: false })}: ${quotedLike(value, { inFlow: false })}`);
}

/** An entry between braces; with an indentation a map in it takes several lines, as JSON is printed for people. */
export function flowEntry([key, value]: readonly [string, unknown], indent?: string): string {
  const text = indent === undefined ? JSON.stringify(value) : JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
  return `${JSON.stringify(key)}: ${text}`;
}
