import { goText, membersOf } from '../../src/provider/go-json.ts';
import { decodeJsonString, jsonElements } from '../../src/provider/json-text.ts';
import type { Comparison, JsonPathOperand, JsonPathSelector, JsonPathStep, JsonPathTest } from './json-path.ts';

/** A path takes more work than it may: of an answer that somebody else has made, and a filter with values of anybody's. */
export class JsonWorkError extends Error {
  constructor() {
    super('takes too much work for this answer');
    this.name = 'JsonWorkError';
  }
}

/** Characters that are gone over; each value that is looked at counts as a few. */
const [mostWork, lookWork] = [8 * 1024 * 1024, 16];

/**
 * The values in a JSON value that a path leads to, in their order; none where it leads nowhere.
 * @param raw one checked JSON value (see `jsonValue`); so are the answers
 * @throws JsonWorkError
 */
export function selectJson(raw: string, path: readonly JsonPathStep[]): readonly string[] {
  const selection = new Selection(raw);
  return selection.select([selection.root], path).map(({ raw: found }) => found);
}

/** A value, and what is in it once that was looked at. */
interface Node {
  readonly raw: string;
  members?: ReadonlyMap<string, Node>;
  elements?: readonly Node[];
}

class Selection {
  readonly root: Node;
  #work = 0;

  constructor(raw: string) {
    this.root = { raw };
  }

  select(from: readonly Node[], steps: readonly JsonPathStep[]): readonly Node[] {
    let nodes = from;
    for (const { deep, selectors } of steps) {
      const starts = deep ? nodes.flatMap((node) => this.#descend(node)) : nodes;
      nodes = starts.flatMap((node) => selectors.flatMap((selector) => this.#take(node, selector)));
    }
    return nodes;
  }

  /** A value and all that is in it, in their order. */
  #descend(node: Node): readonly Node[] {
    const found: Node[] = [];
    const waiting = [node];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      found.push(next);
      for (const child of this.#children(next).toReversed()) waiting.push(child);
    }
    return found;
  }

  #take(node: Node, selector: JsonPathSelector): readonly Node[] {
    this.#charge(lookWork);
    switch (selector.kind) {
      case 'name':
        return present(this.#members(node).get(selector.name));
      case 'index':
        return present(this.#elements(node).at(selector.index));
      case 'all':
        return this.#children(node);
      case 'slice':
        return sliceOf(this.#elements(node), selector);
      case 'filter':
        return this.#children(node).filter((child) => this.#holds(selector.test, child));
      default:
        return selector satisfies never;
    }
  }

  #holds(test: JsonPathTest, element: Node): boolean {
    this.#charge(lookWork);
    switch (test.kind) {
      case 'exists':
        return this.#valueOf(test.operand, element) !== undefined;
      case 'compare':
        return compare(test.operator, this.#valueOf(test.left, element), this.#valueOf(test.right, element));
      case 'not':
        return !this.#holds(test.test, element);
      case 'and':
        return test.tests.every((one) => this.#holds(one, element));
      case 'or':
        return test.tests.some((one) => this.#holds(one, element));
      default:
        return test satisfies never;
    }
  }

  /** The first value where a path leads to several. */
  #valueOf(operand: JsonPathOperand, element: Node): Scalar | undefined {
    if (operand.kind === 'literal') return operand.value;
    const [node] = this.select([operand.from === '@' ? element : this.root], operand.steps);
    return node === undefined ? undefined : scalarOf(node.raw);
  }

  #children(node: Node): readonly Node[] {
    this.#charge(lookWork);
    return node.raw.startsWith('{') ? [...this.#members(node).values()] : this.#elements(node);
  }

  #members(node: Node): ReadonlyMap<string, Node> {
    if (node.members === undefined) this.#charge(node.raw.length);
    node.members ??= new Map(Array.from(membersOf(node.raw), ([key, raw]) => [key, { raw }]));
    return node.members;
  }

  #elements(node: Node): readonly Node[] {
    if (node.elements === undefined) this.#charge(node.raw.length);
    node.elements ??= Array.from(jsonElements(node.raw), (raw) => ({ raw }));
    return node.elements;
  }

  #charge(work: number): void {
    this.#work += work;
    if (this.#work > mostWork) throw new JsonWorkError();
  }
}

/** Objects and arrays are compared by their text. */
type Scalar = string | number | boolean | null | { readonly text: string };

function scalarOf(raw: string): Scalar {
  if (raw.startsWith('"')) return decodeJsonString(raw);
  if (/^[{[]/.test(raw)) return { text: goText(raw, 'plain') };
  return raw === 'null' ? null : raw === 'true' || raw === 'false' ? raw === 'true' : Number(raw);
}

/** What is not there equals only what is not there; only numbers and texts have an order. */
function compare(operator: Comparison, left: Scalar | undefined, right: Scalar | undefined): boolean {
  if (operator === '==' || operator === '!=') return isEqual(left, right) === (operator === '==');
  const order = orderOf(left, right);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function isEqual(left: Scalar | undefined, right: Scalar | undefined): boolean {
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null) return left === right;
  return left.text === right.text;
}

function orderOf(left: Scalar | undefined, right: Scalar | undefined): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  return undefined;
}

function present(node: Node | undefined): readonly Node[] {
  return node === undefined ? [] : [node];
}

/** As RFC 9535 has it: a negative step goes backwards, one of 0 takes nothing. */
function sliceOf(elements: readonly Node[], { start, end, step }: { readonly start: number | undefined; readonly end: number | undefined; readonly step: number }): readonly Node[] {
  const { length } = elements;
  const place = (position: number): number => (position < 0 ? position + length : position);
  const clamp = (position: number, [low, high]: readonly [number, number]): number => Math.min(Math.max(position, low), high);
  if (step === 0) return [];
  if (step > 0) {
    const [from, to] = [clamp(place(start ?? 0), [0, length]), clamp(place(end ?? length), [0, length])];
    return elements.slice(from, to).filter((_, offset) => offset % step === 0);
  }
  const from = clamp(place(start ?? length - 1), [-1, length - 1]);
  const to = end === undefined ? -1 : clamp(place(end), [-1, length - 1]);
  return elements.slice(to + 1, from + 1).toReversed().filter((_, offset) => offset % -step === 0);
}
