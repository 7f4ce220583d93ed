import { formatValue } from '../format/format-value.ts';
import { printableValue } from '../format/printable-value.ts';
import { quote } from '../format/quote.ts';
import type { ActionNode, BranchNode, ListNode, StatementNode, TemplateNode } from '../parse/node.ts';
import { describeNode } from '../parse/describe-node.ts';
import { LimitError } from '../template-error.ts';
import { Func } from '../value/value.ts';
import type { Value } from '../value/value.ts';
import type { Evaluated } from './evaluated.ts';
import type { ExecutionOptions } from './frame.ts';
import { Frame } from './frame.ts';
import { evaluatePipeline } from './expression.ts';
import { elementsOf } from './range-elements.ts';
import { isTrue } from '../value/truth.ts';

/** How a list of statements ended. */
type Flow = 'next' | 'break' | 'continue';

/** Invocations within invocations. Go allows 100,000, on a stack that grows. */
const mostInvocations = 500;

/**
 * Executes a template.
 * @returns the output, a byte string
 * @throws TemplateError, LimitError
 */
export function execute(options: ExecutionOptions, data: Value): string {
  const execution = new Execution(options);
  execution.invoke(options.template.name, data);
  return execution.output();
}

class Execution {
  readonly #options: ExecutionOptions;
  readonly #output: string[] = [];
  #depth = 0;

  constructor(options: ExecutionOptions) {
    this.#options = options;
  }

  output(): string {
    return this.#output.join('');
  }

  invoke(name: string, data: Value): void {
    const root = this.#options.template.definitions.get(name);
    if (root === undefined) throw new Error('a template is without its main definition');
    this.#list(new Frame(this.#options, name, data), root, data);
  }

  #write(text: string): void {
    this.#options.context.meter.allocate(text.length);
    this.#output.push(text);
  }

  #list(frame: Frame, { nodes }: ListNode, dot: Evaluated): Flow {
    for (const node of nodes) {
      const flow = this.#statement(frame, node, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  #statement(frame: Frame, node: StatementNode, dot: Evaluated): Flow {
    this.#options.context.meter.step();
    frame.node = node;
    switch (node.kind) {
      case 'text':
        this.#write(node.text);
        return 'next';
      case 'action':
        this.#action(frame, node, dot);
        return 'next';
      case 'break':
      case 'continue':
        return node.kind;
      case 'template':
        this.#template(frame, node, dot);
        return 'next';
      case 'range':
        return this.#range(frame, node, dot);
      default:
        return this.#ifOrWith(frame, node, dot);
    }
  }

  #action(frame: Frame, node: ActionNode, dot: Evaluated): void {
    const value = evaluatePipeline(frame, node.pipe, dot);
    // an action that declares variables prints nothing
    if (node.pipe.declarations.length > 0) return;
    frame.node = node;
    if (value instanceof Func) frame.fail(`can't print ${describeNode(node)} of type ${value.type.name}`);
    this.#write(formatValue(printableValue(value), this.#options.context.meter));
  }

  #template(frame: Frame, node: TemplateNode, dot: Evaluated): void {
    if (!this.#options.template.definitions.has(node.name)) frame.fail(`template ${quote(node.name)} not defined`);
    if (this.#depth === mostInvocations) throw new LimitError(`templates invoke each other more than ${mostInvocations} deep`);
    const data = node.pipe === undefined ? undefined : evaluatePipeline(frame, node.pipe, dot);
    this.#depth += 1;
    this.invoke(node.name, data);
    this.#depth -= 1;
  }

  #ifOrWith(frame: Frame, node: BranchNode, dot: Evaluated): Flow {
    const mark = frame.scope.mark;
    const value = evaluatePipeline(frame, node.pipe, dot);
    let flow: Flow = 'next';
    if (isTrue(value)) flow = this.#list(frame, node.list, node.kind === 'with' ? value : dot);
    else if (node.elseList !== undefined) flow = this.#list(frame, node.elseList, dot);
    frame.scope.pop(mark);
    return flow;
  }

  #range(frame: Frame, node: BranchNode, dot: Evaluated): Flow {
    const mark = frame.scope.mark;
    const value = evaluatePipeline(frame, node.pipe, dot);
    let isEmpty = true;
    let flow: Flow = 'next';
    for (const [index, element] of elementsOf(frame, value, node.pipe.declarations.length)) {
      isEmpty = false;
      if (this.#iteration(frame, node, index, element) === 'break') break;
    }
    if (isEmpty && node.elseList !== undefined) {
      flow = this.#list(frame, node.elseList, dot);
      // Go's range takes a break in its own else for its own
      if (flow === 'break') flow = 'next';
    }
    frame.scope.pop(mark);
    return flow;
  }

  #iteration(frame: Frame, node: BranchNode, index: Evaluated, element: Evaluated): Flow {
    const { declarations, isAssign } = node.pipe;
    // with two variables the index comes first; with one it is the element
    const values = declarations.length > 1 ? [index, element] : [element];
    for (const [at, { name }] of declarations.entries()) {
      if (isAssign) frame.scope.set(name, values[at]);
      else frame.scope.setFromTop(declarations.length - at, values[at]);
    }
    const mark = frame.scope.mark;
    const flow = this.#list(frame, node.list, element);
    frame.scope.pop(mark);
    return flow;
  }
}
