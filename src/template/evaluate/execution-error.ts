import { SecretBytes } from '../../lib/secret-bytes.ts';
import { describeNode } from '../parse/describe-node.ts';
import type { Node } from '../parse/node.ts';
import type { ParsedTemplate } from '../parse/parse-template.ts';
import { quote } from '../format/quote.ts';
import { TemplateError } from '../template-error.ts';
import { toText } from '../value/byte-string.ts';

/** Where an execution is. */
export interface Place {
  readonly template: ParsedTemplate;
  /** The definition that is being executed. */
  readonly name: string;
  readonly node: Node;
}

/** More of an expression than this helps nobody to find it. */
const longestContext = 200;

/**
 * An error as Go's text/template words it, with position and expression.
 * @param detail Go's own message, where it quotes values of the data
 * @param cause what a function failed with
 */
export function executionError({ template, name, node }: Place, message: string, detail = message, cause?: Error): TemplateError {
  const origin = template.origins?.get(name) ?? template;
  const before = origin.source.slice(0, node.pos);
  const lineStart = before.lastIndexOf('\n') + 1;
  const position = { line: before.split('\n').length, column: node.pos - lineStart };
  const context = describeNode(node);
  const prefix = (shown: string): string => `template: ${origin.name}:${position.line}:${position.column}: executing ${quote(name)} at <${shown}>: `;
  const short = context.length > longestContext ? `${context.slice(0, longestContext)}…` : context;
  return new TemplateError(toText(prefix(short) + message), position, new SecretBytes(Buffer.from(prefix(context) + detail, 'latin1')), cause);
}
