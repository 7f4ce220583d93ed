import { TemplateError } from '../template-error.ts';
import { toText } from '../value/byte-string.ts';
import type { Delimiters } from './lexer.ts';
import { tokenize } from './lexer.ts';
import type { ListNode } from './node.ts';
import type { FunctionNames } from './pipeline-parser.ts';
import { ParseFailure, TokenReader } from './token-reader.ts';
import { TreeParser } from './tree-parser.ts';
import { TreeSet } from './tree-set.ts';

/** A template and all that it defines. */
export interface ParsedTemplate {
  readonly name: string;
  /** Its text, to which the positions of all nodes refer. */
  readonly source: string;
  /** The template itself and its `define` and `block` definitions, by name. */
  readonly definitions: ReadonlyMap<string, ListNode>;
  /** Where definitions come from several texts: of each the name and source of its own. */
  readonly origins?: ReadonlyMap<string, Pick<ParsedTemplate, 'name' | 'source'>>;
}

export interface TemplateSource {
  /** Byte strings, both. The name stands in error messages. */
  readonly name: string;
  readonly text: string;
  readonly delimiters?: Delimiters;
}

/**
 * Parses a template as Go's text/template does. The functions say which identifiers exist.
 * @throws TemplateError with Go's message and line
 */
export function parseTemplate({ name, text, delimiters }: TemplateSource, functions: FunctionNames): ParsedTemplate {
  const trees = new TreeSet();
  try {
    const tokens = new TokenReader(tokenize(text, delimiters));
    new TreeParser({ tokens, trees, parseName: name, functions, depth: 0 }).parseMain(name);
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    throw new TemplateError(toText(`template: ${name}:${error.line}: ${error.message}`), { line: error.line });
  }
  return { name, source: text, definitions: trees.definitions };
}
