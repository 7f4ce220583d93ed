/** The syntax tree of a template. `pos` is a byte offset in its text, at the place that Go's errors give. */

export interface TextNode {
  readonly kind: 'text';
  readonly pos: number;
  readonly text: string;
}

export interface ActionNode {
  readonly kind: 'action';
  readonly pos: number;
  readonly pipe: PipeNode;
}

/** `if`, `with` and `range`. An `else if` is an else list that holds nothing but another branch. */
export interface BranchNode {
  readonly kind: 'if' | 'with' | 'range';
  readonly pos: number;
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList?: ListNode;
}

export interface JumpNode {
  readonly kind: 'break' | 'continue';
  readonly pos: number;
}

export interface TemplateNode {
  readonly kind: 'template';
  readonly pos: number;
  readonly name: string;
  readonly pipe?: PipeNode;
}

export interface ListNode {
  readonly kind: 'list';
  readonly pos: number;
  readonly nodes: readonly StatementNode[];
}

export type StatementNode = TextNode | ActionNode | BranchNode | JumpNode | TemplateNode;

export interface PipeNode {
  readonly kind: 'pipe';
  readonly pos: number;
  readonly isAssign: boolean;
  readonly declarations: readonly VariableNode[];
  readonly commands: readonly CommandNode[];
}

export interface CommandNode {
  readonly kind: 'command';
  readonly pos: number;
  /** What is evaluated, and its arguments. */
  readonly args: readonly [OperandNode, ...OperandNode[]];
}

export interface DotNode {
  readonly kind: 'dot' | 'nil';
  readonly pos: number;
}

export interface FieldNode {
  readonly kind: 'field';
  readonly pos: number;
  readonly path: readonly string[];
}

export interface VariableNode {
  readonly kind: 'variable';
  readonly pos: number;
  /** With its dollar. */
  readonly name: string;
  readonly path: readonly string[];
}

/** Fields of something that is neither dot nor a variable. */
export interface ChainNode {
  readonly kind: 'chain';
  readonly pos: number;
  readonly operand: OperandNode;
  readonly path: readonly string[];
}

export interface IdentifierNode {
  readonly kind: 'identifier';
  readonly pos: number;
  readonly name: string;
}

export interface BoolNode {
  readonly kind: 'bool';
  readonly pos: number;
  readonly value: boolean;
}

export interface StringNode {
  readonly kind: 'string';
  readonly pos: number;
  /** As it is written, with its quotes. */
  readonly quoted: string;
  readonly value: string;
}

/** A number under each of the types that can hold it, as Go's untyped constants are. */
export interface NumberNode {
  readonly kind: 'number';
  readonly pos: number;
  readonly text: string;
  readonly int?: bigint;
  readonly uint?: bigint;
  readonly float?: number;
}

export type OperandNode = DotNode | FieldNode | VariableNode | ChainNode | IdentifierNode | BoolNode | StringNode | NumberNode | PipeNode;

export type Node = StatementNode | ListNode | PipeNode | CommandNode | OperandNode;
