import { quote } from '../format/quote.ts';
import { describeToken } from './describe-token.ts';
import type { ActionNode, BranchNode, ListNode, PipeNode, StatementNode, TemplateNode } from './node.ts';
import { PipelineParser } from './pipeline-parser.ts';
import type { FunctionNames } from './pipeline-parser.ts';
import type { Token, TokenKind } from './token.ts';
import { ParseFailure } from './token-reader.ts';
import type { TokenReader } from './token-reader.ts';
import type { TreeSet } from './tree-set.ts';
import { unquoteString } from './unquote.ts';

export interface TreeParserOptions {
  readonly tokens: TokenReader;
  readonly trees: TreeSet;
  /** The name of the text, in error messages. */
  readonly parseName: string;
  readonly functions: FunctionNames;
  /** How many lists, of this tree and those around it, are open. */
  readonly depth: number;
}

/** What ends a list. */
type Terminator = { readonly kind: 'end'; readonly pos: number } | { readonly kind: 'else'; readonly pos: number };

/** Go has no such bound but its stack; a template that nests this deep is an attack. */
const mostDepth = 500;

/** Parses one tree: the main template, or one `define` or `block`. All trees of a text share its tokens. */
export class TreeParser {
  readonly #options: TreeParserOptions;
  readonly #tokens: TokenReader;
  readonly #pipelines: PipelineParser;
  #depth: number;
  #rangeDepth = 0;
  /** Where the open action started. */
  #actionLine = 0;
  /** Of the token last looked at by this parser. */
  #line = 0;

  constructor(options: TreeParserOptions) {
    this.#options = options;
    this.#tokens = options.tokens;
    this.#depth = options.depth;
    this.#pipelines = new PipelineParser(options.tokens, options.functions, (message) => this.#failNow(message), (token, context) => this.#unexpected(token, context));
  }

  /** Everything up to the end of the text. */
  parseMain(name: string): void {
    const pos = this.#peek().pos;
    const nodes: StatementNode[] = [];
    while (this.#peek().kind !== 'eof') {
      if (this.#definition()) continue;
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') return this.#fail(`unexpected {{${node.kind}}}`);
      nodes.push(node);
    }
    this.#add(name, { kind: 'list', pos, nodes });
  }

  /** A `define`, where one stands next. */
  #definition(): boolean {
    if (this.#peek().kind !== 'leftDelim') return false;
    const start = this.#tokens.index;
    this.#tokens.next();
    if (this.#nextNonSpace().kind === 'define') {
      new TreeParser({ ...this.#options, depth: this.#depth }).#parseDefinition();
      return true;
    }
    this.#tokens.moveTo(start);
    return false;
  }

  #parseDefinition(): void {
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, 'define clause');
    this.#expect('rightDelim', 'define clause');
    this.#parseBody(name, 'define clause', (message) => this.#fail(message));
  }

  #parseBody(name: string, context: string, fail: (message: string) => never): void {
    const { list, terminator } = this.#itemList();
    if (terminator.kind !== 'end') fail(`unexpected {{${terminator.kind}}} in ${context}`);
    this.#add(name, list);
  }

  #add(name: string, root: ListNode): void {
    if (!this.#options.trees.add(name, root)) this.#fail(`template: multiple definition of template ${quote(name)}`);
  }

  #itemList(): { readonly list: ListNode; readonly terminator: Terminator } {
    if (this.#depth >= mostDepth) this.#failNow('max block depth exceeded');
    this.#depth += 1;
    const pos = this.#peekNonSpace().pos;
    const nodes: StatementNode[] = [];
    while (this.#peekNonSpace().kind !== 'eof') {
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') {
        this.#depth -= 1;
        return { list: { kind: 'list', pos, nodes }, terminator: node };
      }
      nodes.push(node);
    }
    return this.#fail('unexpected EOF');
  }

  #textOrAction(): StatementNode | Terminator {
    const token = this.#nextNonSpace();
    if (token.kind === 'text') return { kind: 'text', pos: token.pos, text: token.text };
    if (token.kind !== 'leftDelim') return this.#unexpected(token, 'input');
    this.#actionLine = token.line;
    const node = this.#action();
    this.#actionLine = 0;
    return node;
  }

  #action(): StatementNode | Terminator {
    const start = this.#tokens.index;
    const token = this.#nextNonSpace();
    switch (token.kind) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#jump(token.kind, token.pos);
      case 'else':
        return this.#else();
      case 'end':
        return { kind: 'end', pos: this.#expect('rightDelim', 'end').pos };
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token.kind);
      case 'template':
        return this.#template();
      default:
        this.#tokens.moveTo(start);
        return this.#output(this.#peekNonSpace().pos);
    }
  }

  #output(pos: number): ActionNode {
    return { kind: 'action', pos, pipe: this.#pipeline('command') };
  }

  #jump(kind: 'break' | 'continue', pos: number): StatementNode {
    const token = this.#nextNonSpace();
    if (token.kind !== 'rightDelim') this.#unexpected(token, `{{${kind}}}`);
    if (this.#rangeDepth === 0) this.#fail(`{{${kind}}} outside {{range}}`);
    return { kind, pos };
  }

  /** An `else if` or `else with` leaves its keyword for the branch that it stands in. */
  #else(): Terminator {
    const next = this.#peekNonSpace();
    const pos = next.kind === 'if' || next.kind === 'with' ? next.pos : this.#expect('rightDelim', 'else').pos;
    return { kind: 'else', pos };
  }

  #branch(kind: BranchNode['kind']): BranchNode {
    const variables = this.#pipelines.variableCount;
    const pipe = this.#pipeline(kind);
    if (kind === 'range') this.#rangeDepth += 1;
    const { list, terminator } = this.#itemList();
    if (kind === 'range') this.#rangeDepth -= 1;
    const elseList = terminator.kind === 'else' ? this.#elseList(kind, terminator.pos) : undefined;
    this.#pipelines.popVariables(variables);
    return { kind, pos: pipe.pos, pipe, list, ...(elseList === undefined ? {} : { elseList }) };
  }

  #elseList(kind: BranchNode['kind'], pos: number): ListNode {
    const next = this.#peek();
    if (kind !== 'range' && next.kind === kind) {
      this.#tokens.next();
      if (this.#depth >= mostDepth) this.#failNow('max block depth exceeded');
      this.#depth += 1;
      const branch = this.#branch(kind);
      this.#depth -= 1;
      return { kind: 'list', pos, nodes: [branch] };
    }
    const { list, terminator } = this.#itemList();
    if (terminator.kind !== 'end') this.#fail(`expected end; found {{${terminator.kind}}}`);
    return list;
  }

  /** `block` defines a template and invokes it in the same place. */
  #block(): TemplateNode {
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, 'block clause');
    const pipe = this.#pipeline('block clause');
    new TreeParser({ ...this.#options, depth: this.#depth }).#parseBody(name, 'block clause', (message) => this.#fail(message));
    return { kind: 'template', pos: token.pos, name, pipe };
  }

  #template(): TemplateNode {
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, 'template clause');
    const start = this.#tokens.index;
    if (this.#nextNonSpace().kind === 'rightDelim') return { kind: 'template', pos: token.pos, name };
    this.#tokens.moveTo(start);
    return { kind: 'template', pos: token.pos, name, pipe: this.#pipeline('template clause') };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'rawString') return this.#unexpected(token, context);
    return unquoteString(token.text) ?? this.#fail('invalid syntax');
  }

  #pipeline(context: string): PipeNode {
    const pipe = this.#pipelines.parse(context, 'rightDelim');
    this.#line = this.#tokens.line;
    return pipe;
  }

  #peek(): Token {
    const token = this.#tokens.peek();
    this.#line = this.#tokens.line;
    return token;
  }

  #peekNonSpace(): Token {
    const token = this.#tokens.peekNonSpace();
    this.#line = this.#tokens.line;
    return token;
  }

  #nextNonSpace(): Token {
    const token = this.#tokens.nextNonSpace();
    this.#line = this.#tokens.line;
    return token;
  }

  #expect(kind: TokenKind, context: string): Token {
    const token = this.#nextNonSpace();
    return token.kind === kind ? token : this.#unexpected(token, context);
  }

  #fail(message: string): never {
    throw new ParseFailure(message, this.#line);
  }

  /** As `fail`, of what the pipeline's parser has read meanwhile. */
  #failNow(message: string): never {
    this.#line = this.#tokens.line;
    return this.#fail(message);
  }

  #unexpected(token: Token, context: string): never {
    this.#line = this.#tokens.line;
    if (token.kind !== 'error') this.#fail(`unexpected ${describeToken(token)} in ${context}`);
    const isElsewhere = this.#actionLine !== 0 && this.#actionLine !== token.line;
    // not "unclosed action in action started at"
    const link = token.text.endsWith(' action') ? '' : ' in action';
    return this.#fail(`${token.text}${isElsewhere ? `${link} started at ${this.#options.parseName}:${this.#actionLine}` : ''}`);
  }
}
