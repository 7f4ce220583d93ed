import type { Characters } from './code-points.ts';
import { GoYamlError, parseError } from './go-yaml-error.ts';
import type { Tag } from './scan-tag.ts';
import { Scanner } from './scanner.ts';
import type { Mark } from './source.ts';
import type { Token, TokenKind } from './token.ts';
import type { YamlList, YamlMapping, YamlTree } from './yaml-tree.ts';

/** go-yaml takes 10,000 levels; nothing that is meant to be read nests so deeply. */
const deepest = 200;

interface Properties {
  readonly anchor: string | undefined;
  readonly tag: string;
}

/** Builds the tree of a document from its tokens. */
export class DocumentParser {
  readonly #scanner: Scanner;
  readonly #handles = new Map<string, string>();
  readonly #anchors = new Map<string, YamlTree | 'open'>();
  #depth = 0;

  constructor(characters: Characters) {
    this.#scanner = new Scanner(characters);
  }

  read(): YamlTree | undefined {
    const { kind } = this.#scanner.peek();
    if (kind === 'stream end') return undefined;
    const isMarked = kind === 'directive' || kind === 'document start';
    this.#readDirectives();
    if (isMarked) this.#expect('document start', 'did not find expected <document start>');
    const isEmpty = isMarked && this.#isNext('directive', 'document start', 'document end', 'stream end');
    const tree = isEmpty ? emptyScalar(this.#scanner.peek().start) : this.#node({ isBlock: true, isIndentless: false });
    // go-yaml looks at what follows, but does not mind what that is
    this.#scanner.peek();
    return tree;
  }

  #readDirectives(): void {
    let hasVersion = false;
    for (let token = this.#scanner.peek(); token.kind === 'directive'; token = this.#scanner.peek()) {
      const { directive, start } = token;
      if ('version' in directive) {
        if (hasVersion) throw parseError('found duplicate %YAML directive', start.line);
        if (directive.version !== '1.1') throw parseError('found incompatible YAML document', start.line);
        hasVersion = true;
      } else {
        if (this.#handles.has(directive.handle)) throw parseError('found duplicate %TAG directive', start.line);
        this.#handles.set(directive.handle, directive.suffix);
      }
      this.#scanner.take();
    }
    for (const [handle, prefix] of [['!', '!'], ['!!', 'tag:yaml.org,2002:']] as const) {
      if (!this.#handles.has(handle)) this.#handles.set(handle, prefix);
    }
  }

  /** @param isIndentless whether the items of a list may stand at the column of the key before them */
  #node({ isBlock, isIndentless }: { readonly isBlock: boolean; readonly isIndentless: boolean }): YamlTree {
    const first = this.#scanner.peek();
    if (first.kind === 'alias') return this.#alias(first.name, first.start);
    const { anchor, tag } = this.#properties(first);
    // an anchor is known from where its node begins
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const tree = this.#nested(first.start, () => this.#content({ isBlock, isIndentless }, tag, first.start));
    if (tree === undefined && anchor === undefined && tag === '') {
      throw parseError('did not find expected node content', this.#scanner.peek().start.line, first.start.line);
    }
    const node = tree ?? { ...emptyScalar(first.start), tag, isPlain: tag === '' };
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    return node;
  }

  #nested<T>({ line }: Mark, read: () => T): T {
    this.#depth += 1;
    if (this.#depth > deepest) throw new GoYamlError(`nested more than ${deepest} levels deep`, line + 1);
    const result = read();
    this.#depth -= 1;
    return result;
  }

  #content({ isBlock, isIndentless }: { readonly isBlock: boolean; readonly isIndentless: boolean }, tag: string, start: Mark): YamlTree | undefined {
    const token = this.#scanner.peek();
    const place = { tag, line: start.line + 1 };
    if (isIndentless && token.kind === '-') return { kind: 'list', ...place, items: this.#indentlessItems() };
    if (token.kind === 'scalar') {
      this.#scanner.take();
      return { kind: 'scalar', ...place, text: token.text, isPlain: tag === '!' || (tag === '' && token.isPlain) };
    }
    if (token.kind === '[') return { kind: 'list', ...place, items: this.#flowItems() };
    if (token.kind === '{') return { kind: 'map', ...place, entries: this.#flowEntries() };
    if (!isBlock) return undefined;
    if (token.kind === 'block list') return { kind: 'list', ...place, items: this.#blockItems() };
    return token.kind === 'block map' ? { kind: 'map', ...place, entries: this.#blockEntries() } : undefined;
  }

  #alias(name: string, start: Mark): YamlTree {
    this.#scanner.take();
    const target = this.#anchors.get(name);
    const line = start.line + 1;
    if (target === undefined) throw new GoYamlError('an alias refers to an anchor that is not set before it', line, `yaml: unknown anchor '${name}' referenced`);
    if (target === 'open') throw new GoYamlError('an alias stands inside the value it refers to', line, `yaml: anchor '${name}' value contains itself`);
    return target;
  }

  /** An anchor and a tag, in either order. */
  #properties(first: Token): Properties {
    let anchor: string | undefined;
    let tag: string | undefined;
    for (let token = first; ; token = this.#scanner.peek()) {
      if (token.kind === 'anchor' && anchor === undefined) anchor = token.name;
      else if (token.kind === 'tag' && tag === undefined) tag = this.#spellOut(token.tag, token.start, first.start);
      else return { anchor, tag: tag ?? '' };
      this.#scanner.take();
    }
  }

  #spellOut({ handle, suffix }: Tag, start: Mark, context: Mark): string {
    if (handle === '') return suffix;
    const prefix = this.#handles.get(handle);
    if (prefix === undefined) throw parseError('found undefined tag handle', start.line, context.line);
    return prefix + suffix;
  }

  #blockItems(): YamlList['items'] {
    const items: YamlTree[] = [];
    const { start } = this.#scanner.peek();
    this.#scanner.take();
    while (this.#takes('-')) items.push(this.#blockValue(['-', 'block end'], false));
    this.#expect('block end', "did not find expected '-' indicator", start);
    return items;
  }

  #indentlessItems(): YamlList['items'] {
    const items: YamlTree[] = [];
    while (this.#takes('-')) items.push(this.#blockValue(['-', 'key', 'value', 'block end'], false));
    return items;
  }

  #blockEntries(): YamlMapping['entries'] {
    const entries: (readonly [YamlTree, YamlTree])[] = [];
    const { start } = this.#scanner.peek();
    const ends = ['key', 'value', 'block end'] as const;
    this.#scanner.take();
    while (this.#takes('key')) {
      const key = this.#blockValue(ends, true);
      entries.push([key, this.#takes('value') ? this.#blockValue(ends, true) : emptyScalar(this.#scanner.peek().start)]);
    }
    this.#expect('block end', 'did not find expected key', start);
    return entries;
  }

  /** A node, or an empty one where what ends it stands at once. */
  #blockValue(ends: readonly TokenKind[], isIndentless: boolean): YamlTree {
    const { kind, start } = this.#scanner.peek();
    return ends.includes(kind) ? emptyScalar(start) : this.#node({ isBlock: true, isIndentless });
  }

  #flowValue(ends: readonly TokenKind[]): YamlTree {
    const { kind, start } = this.#scanner.peek();
    return ends.includes(kind) ? emptyScalar(start) : this.#node({ isBlock: false, isIndentless: false });
  }

  #flowItems(): YamlList['items'] {
    const items: YamlTree[] = [];
    this.#flow(']', "did not find expected ',' or ']'", () => {
      const { start } = this.#scanner.peek();
      items.push(this.#takes('key') ? this.#flowPair(start) : this.#flowValue([]));
    });
    return items;
  }

  /** A map of one entry, without braces. */
  #flowPair({ line }: Mark): YamlMapping {
    const { kind, start } = this.#scanner.peek();
    const isKeyEmpty = kind === 'value' || kind === ',' || kind === ']';
    const key = isKeyEmpty ? emptyScalar(start) : this.#flowValue([]);
    // go-yaml passes over what follows an empty key
    if (isKeyEmpty) this.#scanner.take();
    const value = this.#takes('value') ? this.#flowValue([',', ']']) : emptyScalar(this.#scanner.peek().start);
    return { kind: 'map', tag: '', line: line + 1, entries: [[key, value]] };
  }

  #flowEntries(): YamlMapping['entries'] {
    const entries: (readonly [YamlTree, YamlTree])[] = [];
    this.#flow('}', "did not find expected ',' or '}'", () => {
      const isKey = this.#takes('key');
      const key = isKey ? this.#flowValue(['value', ',', '}']) : this.#flowValue([]);
      const hasValue = isKey && this.#takes('value');
      entries.push([key, hasValue ? this.#flowValue([',', '}']) : emptyScalar(this.#scanner.peek().start)]);
    });
    return entries;
  }

  /** What stands in brackets, separated by commas; one may be at the end. */
  #flow(close: ']' | '}', problem: string, read: () => void): void {
    const { start } = this.#scanner.peek();
    this.#scanner.take();
    for (let isFirst = true; !this.#isNext(close); isFirst = false) {
      if (!isFirst) this.#expect(',', problem, start);
      if (this.#isNext(close)) break;
      read();
    }
    this.#scanner.take();
  }

  #isNext(...kinds: readonly TokenKind[]): boolean {
    return kinds.includes(this.#scanner.peek().kind);
  }

  #takes(kind: TokenKind): boolean {
    if (!this.#isNext(kind)) return false;
    this.#scanner.take();
    return true;
  }

  /** @param context where what is being read begins */
  #expect(kind: TokenKind, problem: string, context?: Mark): void {
    if (!this.#takes(kind)) throw parseError(problem, this.#scanner.peek().start.line, context?.line);
  }
}

function emptyScalar({ line }: Mark): YamlTree & { readonly kind: 'scalar' } {
  return { kind: 'scalar', text: '', isPlain: true, tag: '', line: line + 1 };
}
