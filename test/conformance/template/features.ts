import { externalSecretFunctionNames } from '../../../src/template/function-names.ts';
import { tokenize } from '../../../src/template/parse/lexer.ts';
import type { Node, OperandNode, PipeNode } from '../../../src/template/parse/node.ts';
import { parseTemplate } from '../../../src/template/parse/parse-template.ts';
import { TemplateError } from '../../../src/template/template-error.ts';
import { fromText } from '../../../src/template/value/byte-string.ts';
import type { TemplateCase } from '../../support/template/corpus.ts';

/** What some cases use of the language, as far as they parse; each case counts once for all that it uses. */
export interface FeatureCounts {
  readonly nodes: ReadonlyMap<string, number>;
  readonly functions: ReadonlyMap<string, number>;
  readonly unparsed: number;
}

/** Counts by kind of node, and by name of function. */
export function countFeatures(cases: readonly TemplateCase[]): FeatureCounts {
  const nodes = new Map<string, number>();
  const functions = new Map<string, number>();
  let unparsed = 0;
  for (const one of cases) {
    const used = featuresOf(one);
    if (used === undefined) unparsed += 1;
    for (const feature of used?.nodes ?? []) nodes.set(feature, (nodes.get(feature) ?? 0) + 1);
    for (const name of used?.functions ?? []) functions.set(name, (functions.get(name) ?? 0) + 1);
  }
  return { nodes, functions, unparsed };
}

/** Most frequent first. */
export function describeCounts(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

interface Used {
  readonly nodes: Set<string>;
  readonly functions: Set<string>;
}

function featuresOf({ text, encoding, delimiters }: TemplateCase): Used | undefined {
  const bytes = encoding === 'latin1' ? text : fromText(text);
  const [left = '{{', right = '}}'] = (delimiters ?? []).map(fromText);
  const used: Used = { nodes: new Set(), functions: new Set() };
  try {
    const { definitions } = parseTemplate({ name: 't', text: bytes, delimiters: [left, right] }, externalSecretFunctionNames);
    for (const definition of definitions.values()) visit(definition, used);
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
  // the tree does not say how these are written
  for (const { kind } of tokenize(bytes, [left, right])) if (kind === 'define' || kind === 'block' || kind === 'rawString') used.nodes.add(kind);
  if (bytes.includes(`${left}/*`) || bytes.includes(`${left}- /*`)) used.nodes.add('comment');
  if (bytes.includes(`${left}- `) || bytes.includes(` -${right}`)) used.nodes.add('trim');
  return used;
}

/** Our parser bounds how deep a tree is. */
function visit(node: Node, used: Used): void {
  if (node.kind !== 'list' && node.kind !== 'command' && node.kind !== 'pipe') used.nodes.add(node.kind);
  switch (node.kind) {
    case 'list':
      for (const item of node.nodes) visit(item, used);
      return;
    case 'if':
    case 'with':
    case 'range':
      if (node.elseList !== undefined) used.nodes.add(`${node.kind} else`);
      for (const part of [node.pipe, node.list, node.elseList]) if (part !== undefined) visit(part, used);
      return;
    case 'action':
    case 'template':
      if (node.pipe !== undefined) visit(node.pipe, used);
      return;
    case 'pipe':
      visitPipe(node, used);
      return;
    case 'command':
      if (node.args.length > 1 && hasMethodName(node.args[0])) used.nodes.add('method with arguments');
      for (const arg of node.args) visit(arg, used);
      return;
    case 'chain':
      visit(node.operand, used);
      break;
    case 'identifier':
      used.functions.add(node.name);
      break;
    default:
  }
  if (hasMethodName(node)) used.nodes.add('method');
}

function visitPipe(pipe: PipeNode, used: Used): void {
  if (pipe.declarations.length > 0) used.nodes.add(pipe.isAssign ? 'assignment' : 'declaration');
  if (pipe.commands.length > 1) used.nodes.add('pipeline');
  for (const command of pipe.commands) visit(command, used);
}

/** Data of cases have small names, most of them: what begins with a large letter is a method or a field of a time, a version or the like, or is meant to be one. */
function hasMethodName(node: Node | OperandNode): boolean {
  return 'path' in node && node.path.some((name) => /^[A-Z]/.test(name));
}
