import { RE2JS } from 're2js';
import { compileGlob, type Glob } from './glob.ts';

/** A regular expression, as Argo CD knows one. */
const expression = /^\/(.*)\/$/s;

/**
 * Compiles a pattern of names as Argo CD reads those of namespaces: `/…/` is a regular expression, which need match only a part of the name,
 * and all else is a glob. Matching takes time linear in the name.
 * @returns undefined where it is malformed, or an expression that RE2 does not know
 */
export function compileNamePattern(text: string): Glob | undefined {
  const [, source] = expression.exec(text) ?? [];
  if (source === undefined) return compileGlob(text);
  try {
    const regex = RE2JS.compile(source);
    return (name) => regex.matcher(name).find();
  } catch {
    // the compiler's message would quote the expression
    return undefined;
  }
}
