import { isAlias, isMap, isScalar, isSeq, Scalar } from 'yaml';
import type { Alias, Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { resolvePlainScalar } from './yaml-scalar.ts';

/** What may be wrong with a node that is well-formed YAML. */
export class NodeProblem extends Error {
  readonly node: unknown;

  constructor(problem: string, node: unknown) {
    super(problem);
    this.node = node;
  }
}

export interface ValueLimits {
  /** Nesting of lists and maps. */
  readonly depth: number;
  /** Nodes that aliases and merge keys may add to what is written out, per document. */
  readonly aliasedNodes: number;
}

const coreTags = 'tag:yaml.org,2002:';

/**
 * Turns the nodes of one document into plain data: strings, finite numbers, booleans, null, arrays and objects with string keys.
 * Nothing is shared: an alias is copied where it stands, within the limits. Nodes must come from the failsafe schema,
 * in which every scalar is still its text.
 * @throws NodeProblem
 */
export class ValueReader {
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  readonly #limits: ValueLimits;
  #aliasDepth = 0;
  #aliased = 0;

  constructor(limits: ValueLimits) {
    this.#limits = limits;
  }

  read(node: Node | null, depth = 0): unknown {
    if (node === null) return null;
    if (depth > this.#limits.depth) throw new NodeProblem(`nested more than ${this.#limits.depth} levels deep`, node);
    if (this.#aliasDepth > 0 && ++this.#aliased > this.#limits.aliasedNodes) {
      throw new NodeProblem(`aliases expand to more than ${this.#limits.aliasedNodes} values`, node);
    }
    if (isAlias(node)) return this.#readAlias(node, depth);
    // a later anchor of the same name replaces the earlier one, for the aliases after it
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return readScalar(node);
    if (this.#open.has(node)) throw new NodeProblem('an alias stands inside the value it refers to', node);
    this.#open.add(node);
    try {
      return isSeq(node) ? this.#readList(node, depth) : this.#readMap(node as YAMLMap<Node, Node | null>, depth);
    } finally {
      this.#open.delete(node);
    }
  }

  #readAlias(alias: Alias, depth: number): unknown {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) throw new NodeProblem('an alias refers to an anchor that is not set before it', alias);
    this.#aliasDepth += 1;
    try {
      return this.read(target, depth);
    } catch (error) {
      // point at the alias that a person wrote, not at what it stands for
      throw error instanceof NodeProblem ? new NodeProblem(error.message, alias) : error;
    } finally {
      this.#aliasDepth -= 1;
    }
  }

  #readList(list: YAMLSeq, depth: number): readonly unknown[] {
    checkTag(list, 'seq');
    return list.items.map((item) => this.read(item as Node | null, depth + 1));
  }

  #readMap(map: YAMLMap<Node, Node | null>, depth: number): Readonly<Record<string, unknown>> {
    checkTag(map, 'map');
    const merged: Pair<Node, Node | null>[] = [];
    const own = new Map<string, unknown>();
    for (const pair of map.items) {
      if (isMergeKey(pair.key)) {
        if (merged.length > 0) throw new NodeProblem('this key stands twice in the same map', pair.key);
        merged.push(pair);
        continue;
      }
      const key = this.#readKey(pair.key, depth);
      if (own.has(key)) throw new NodeProblem('this key stands twice in the same map', pair.key);
      own.set(key, this.read(pair.value, depth + 1));
    }
    const entries = merged[0] === undefined ? own : this.#merge(merged[0].value, own, depth);
    return Object.fromEntries(entries);
  }

  /** Adds what `<<` refers to. The map's own keys win, then the earlier of several maps. */
  #merge(value: Node | null, own: Map<string, unknown>, depth: number): Map<string, unknown> {
    const read = this.read(value, depth + 1);
    const all = new Map<string, unknown>();
    for (const source of (Array.isArray(read) ? read : [read]).toReversed()) {
      if (typeof source !== 'object' || source === null || Array.isArray(source)) throw new NodeProblem('<< takes a map or a list of maps', value);
      for (const [key, item] of Object.entries(source)) all.set(key, item);
    }
    for (const [key, item] of own) all.set(key, item);
    return all;
  }

  #readKey(node: Node | null, depth: number): string {
    const key = this.read(node, depth + 1);
    if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'boolean') {
      throw new NodeProblem('a key must be a string, a number or a boolean', node);
    }
    // JavaScript would take it for the object's prototype
    if (key === '__proto__') throw new NodeProblem('__proto__ cannot be a key', node);
    return String(key);
  }
}

/** A plain `<<`; quoted it is a key like any other. */
function isMergeKey(key: Node | null): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.source === '<<' && key.tag === undefined;
}

function readScalar(node: Scalar): unknown {
  const text = node.source ?? String(node.value);
  const tag = node.tag;
  if (tag === `${coreTags}str` || tag === '!') return text;
  if (tag === undefined && node.type !== Scalar.PLAIN) return text;
  const resolved = resolvePlainScalar(text);
  if (resolved.kind === 'range') throw new NodeProblem(resolved.problem, node);
  if (tag === undefined || tag === tagOf(resolved.value) || (tag === `${coreTags}float` && typeof resolved.value === 'number')) return resolved.value;
  throw new NodeProblem('this tag is not supported, or does not fit the value', node);
}

function tagOf(value: string | number | boolean | null): string {
  if (value === null) return `${coreTags}null`;
  if (typeof value === 'number') return Number.isInteger(value) ? `${coreTags}int` : `${coreTags}float`;
  return typeof value === 'boolean' ? `${coreTags}bool` : `${coreTags}str`;
}

function checkTag(node: YAMLMap | YAMLSeq, expected: 'map' | 'seq'): void {
  if (node.tag === undefined || node.tag === `${coreTags}${expected}` || node.tag === '!') return;
  throw new NodeProblem('this tag is not supported, or does not fit the value', node);
}

/** The node at one step below another, or undefined. Looks through aliases and into merged maps. */
export function childOf(node: Node | null, step: string | number, anchors: ReadonlyMap<string, Node>): { readonly at: Node; readonly value: Node | null } | undefined {
  const target = isAlias(node) ? anchors.get(node.source) : node;
  if (isSeq(target)) {
    const item = target.items[Number(step)] as Node | null | undefined;
    return item === undefined || item === null ? undefined : { at: item, value: item };
  }
  if (!isMap(target)) return undefined;
  const items = target.items as readonly Pair<Node, Node | null>[];
  const pair = items.find(({ key }) => isScalar(key) && !isMergeKey(key) && keyText(key) === String(step));
  if (pair !== undefined) return { at: pair.key, value: pair.value };
  const merge = items.find(({ key }) => isMergeKey(key))?.value ?? null;
  const sources = isSeq(merge) ? (merge.items as readonly (Node | null)[]) : [merge];
  return sources.map((source) => childOf(source, step, anchors)).find((found) => found !== undefined);
}

function keyText(key: Scalar): string | undefined {
  try {
    return String(readScalar(key));
  } catch {
    return undefined;
  }
}
