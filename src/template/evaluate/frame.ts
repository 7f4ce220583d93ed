import type { Node } from '../parse/node.ts';
import type { ParsedTemplate } from '../parse/parse-template.ts';
import type { FunctionMap } from '../value/go-function.ts';
import type { CallContext, Value } from '../value/value.ts';
import { executionError } from './execution-error.ts';
import { Scope } from './scope.ts';

/** What becomes of a field that a map does not have: no value, the zero of the map's type, or an error. */
export type MissingKey = 'default' | 'zero' | 'error';

export interface ExecutionOptions {
  readonly template: ParsedTemplate;
  readonly functions: Pick<FunctionMap, 'get'>;
  readonly missingKey: MissingKey;
  readonly context: CallContext;
}

/** One invocation of one definition: its variables, and where it is. */
export class Frame {
  readonly options: ExecutionOptions;
  /** The definition that is executed. */
  readonly name: string;
  readonly scope: Scope;
  /** The node that errors name. */
  node: Node | undefined;

  constructor(options: ExecutionOptions, name: string, dollar: Value) {
    this.options = options;
    this.name = name;
    this.scope = new Scope(dollar, options.context.meter);
  }

  /**
   * Ends the execution.
   * @param detail Go's own message, where it quotes values
   * @param cause what a function failed with
   */
  fail(message: string, detail: string = message, cause?: Error): never {
    const { template } = this.options;
    const node = this.node ?? { kind: 'list', pos: 0, nodes: [] };
    throw executionError({ template, name: this.name, node }, message, detail, cause);
  }
}
