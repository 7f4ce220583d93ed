import { quote } from '../format/quote.ts';
import { describeNode } from './describe-node.ts';
import type { CommandNode, OperandNode, PipeNode, VariableNode } from './node.ts';
import { readCharacter, readNumber } from './read-number.ts';
import type { Token, TokenKind } from './token.ts';
import type { TokenReader } from './token-reader.ts';
import { unquoteString } from './unquote.ts';

/** Go allows 10,000, on a stack that grows; nobody needs a hundred. */
const mostParentheses = 1_000;

/** Commands that may only come first in a pipeline, because they take no argument. */
const notExecutable: ReadonlySet<string> = new Set(['bool', 'dot', 'nil', 'number', 'string']);

/** What may begin an operand. */
const operandStarts: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool', 'charConstant', 'complex', 'dot', 'field', 'identifier', 'number', 'nil', 'rawString', 'string', 'variable', 'leftParen',
]);

/** The functions that there are: parsing needs no more of them than their names. */
export type FunctionNames = Pick<ReadonlySet<string>, 'has'>;

/** Parses what stands inside of actions, and keeps the variables that are in scope. */
export class PipelineParser {
  readonly #tokens: TokenReader;
  readonly #functions: FunctionNames;
  readonly #fail: (message: string) => never;
  readonly #unexpected: (token: Token, context: string) => never;
  readonly #variables: string[] = ['$'];
  /** How often each name is in scope. */
  readonly #inScope = new Map([['$', 1]]);
  #parentheses = 0;

  constructor(tokens: TokenReader, functions: FunctionNames, fail: (message: string) => never, unexpected: (token: Token, context: string) => never) {
    this.#tokens = tokens;
    this.#functions = functions;
    // Go names the line of the token it has read last
    this.#fail = fail;
    this.#unexpected = unexpected;
  }

  get variableCount(): number {
    return this.#variables.length;
  }

  /** Variables live until the `end` of the branch they were declared in. */
  popVariables(count: number): void {
    for (const name of this.#variables.splice(count)) this.#inScope.set(name, (this.#inScope.get(name) ?? 0) - 1);
  }

  parse(context: string, end: TokenKind): PipeNode {
    const { pos } = this.#tokens.peekNonSpace();
    const { declarations, isAssign } = this.#declarations(context);
    const commands: CommandNode[] = [];
    for (;;) {
      const start = this.#tokens.index;
      const token = this.#tokens.nextNonSpace();
      if (token.kind === end) break;
      if (!operandStarts.has(token.kind)) this.#unexpected(token, context);
      this.#tokens.moveTo(start);
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    const stage = commands.findIndex(({ args }, index) => index > 0 && notExecutable.has(args[0].kind));
    if (stage > 0) this.#fail(`non executable command in pipeline stage ${stage + 1}`);
    return { kind: 'pipe', pos, isAssign, declarations, commands };
  }

  #declarations(context: string): Pick<PipeNode, 'declarations' | 'isAssign'> {
    const declarations: VariableNode[] = [];
    while (this.#tokens.peekNonSpace().kind === 'variable') {
      const start = this.#tokens.index;
      const token = this.#tokens.next();
      this.#tokens.peek();
      const next = this.#tokens.peekNonSpace();
      if (next.kind === 'assign' || next.kind === 'declare') {
        this.#tokens.next();
        declarations.push(this.#declare(token));
        return { declarations, isAssign: next.kind === 'assign' };
      }
      if (next.kind !== 'char' || next.text !== ',') {
        this.#tokens.moveTo(start);
        break;
      }
      this.#tokens.next();
      declarations.push(this.#declare(token));
      this.#checkSecond(context, declarations.length);
    }
    return { declarations, isAssign: false };
  }

  #checkSecond(context: string, count: number): void {
    if (context !== 'range' || count >= 2) this.#fail(`too many declarations in ${context}`);
    const { kind } = this.#tokens.peekNonSpace();
    if (kind !== 'variable' && kind !== 'rightDelim' && kind !== 'rightParen') this.#fail('range can only initialize variables');
  }

  #declare({ text, pos }: Token): VariableNode {
    this.#variables.push(text);
    this.#inScope.set(text, (this.#inScope.get(text) ?? 0) + 1);
    return { kind: 'variable', pos, name: text, path: [] };
  }

  #command(): CommandNode {
    const { pos } = this.#tokens.peekNonSpace();
    const args: OperandNode[] = [];
    for (;;) {
      this.#tokens.peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) args.push(operand);
      const token = this.#tokens.peek();
      if (token.kind === 'rightDelim' || token.kind === 'rightParen') break;
      this.#tokens.next();
      if (token.kind === 'pipe') break;
      if (token.kind !== 'space') this.#unexpected(token, 'operand');
    }
    const [first, ...more] = args;
    if (first === undefined) return this.#fail('empty command');
    return { kind: 'command', pos, args: [first, ...more] };
  }

  /** A term and the fields that follow it without a space; undefined where no term begins. */
  #operand(): OperandNode | undefined {
    const term = this.#term();
    const { kind, pos } = this.#tokens.peek();
    if (term === undefined || kind !== 'field') return term;
    const path: string[] = [];
    while (this.#tokens.peek().kind === 'field') path.push(this.#tokens.next().text.slice(1));
    if (term.kind === 'field' || term.kind === 'variable') return { ...term, pos, path: [...term.path, ...path] };
    if (notExecutable.has(term.kind)) this.#fail(`unexpected . after term ${quote(describeNode(term))}`);
    return { kind: 'chain', pos, operand: term, path };
  }

  #term(): OperandNode | undefined {
    const start = this.#tokens.index;
    const { kind, pos, text } = this.#tokens.nextNonSpace();
    switch (kind) {
      case 'identifier':
        if (!this.#functions.has(text)) this.#fail(`function ${quote(text)} not defined`);
        return { kind, pos, name: text };
      case 'dot':
      case 'nil':
        return { kind, pos };
      case 'variable':
        if ((this.#inScope.get(text) ?? 0) === 0) this.#fail(`undefined variable ${quote(text)}`);
        return { kind, pos, name: text, path: [] };
      case 'field':
        return { kind, pos, path: [text.slice(1)] };
      case 'bool':
        return { kind, pos, value: text === 'true' };
      case 'charConstant':
      case 'complex':
      case 'number':
        return this.#number(kind, pos, text);
      case 'leftParen':
        return this.#parenthesized();
      case 'string':
      case 'rawString':
        return { kind: 'string', pos, quoted: text, value: unquoteString(text) ?? this.#fail('invalid syntax') };
      default:
        this.#tokens.moveTo(start);
        return undefined;
    }
  }

  #number(kind: TokenKind, pos: number, text: string): OperandNode {
    const number = kind === 'charConstant' ? readCharacter(text) : readNumber(text);
    return 'problem' in number ? this.#fail(number.problem) : { kind: 'number', pos, ...number };
  }

  #parenthesized(): PipeNode {
    if (this.#parentheses >= mostParentheses) this.#fail('max expression depth exceeded');
    this.#parentheses += 1;
    const pipe = this.parse('parenthesized pipeline', 'rightParen');
    this.#parentheses -= 1;
    return pipe;
  }
}
