import { runes } from '../value/byte-string.ts';
import { isSpace } from '../value/rune-class.ts';
import type { ListNode, StatementNode } from './node.ts';

/** The templates that one text defines. */
export class TreeSet {
  readonly #trees = new Map<string, ListNode>();

  get definitions(): ReadonlyMap<string, ListNode> {
    return this.#trees;
  }

  /** Adds a definition. One that is empty replaces nothing. @returns false where there is another one that is not empty */
  add(name: string, root: ListNode): boolean {
    const known = this.#trees.get(name);
    if (known === undefined || isEmpty(known)) {
      this.#trees.set(name, root);
      return true;
    }
    return isEmpty(root);
  }
}

/** Whether a definition holds nothing but white space and comments. */
export function isEmpty({ nodes }: ListNode): boolean {
  return nodes.every(isBlankText);
}

function isBlankText(node: StatementNode): boolean {
  return node.kind === 'text' && runes(node.text).every(({ rune }) => isSpace(rune));
}
