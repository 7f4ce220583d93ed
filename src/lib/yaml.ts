import { Composer, isAlias, LineCounter, Parser, visit } from 'yaml';
import type { CST, Document, Node } from 'yaml';
import { type FieldPath, parseFieldPath } from './field-path.ts';
import { describeYamlProblem, YamlError } from './yaml-error.ts';
import { childOf, NodeProblem, ValueReader } from './yaml-value.ts';

export interface YamlLimits {
  /** Of the whole text. */
  readonly bytes?: number;
  readonly documents?: number;
  /** Nesting of lists and maps. */
  readonly depth?: number;
  /** Values that the aliases and merge keys of one document may add. */
  readonly aliasedNodes?: number;
}

/** Enough for the largest bundles of CustomResourceDefinitions in use; what an API server takes as one object is 3 MiB. */
const defaultYamlLimits: Required<YamlLimits> = { bytes: 4 << 20, documents: 20_000, depth: 200, aliasedNodes: 10_000 };

/** One document of a YAML text. */
export interface YamlDocument {
  /** Where its content starts, counted from 1. */
  readonly line: number;
  /** Strings, finite numbers, booleans, null, arrays and plain objects; nothing is shared within it. */
  readonly value: unknown;
  /**
   * The line of a field, by its path (`spec.data[0].remoteRef.key`, or steps), or of the nearest ancestor that stands in the text.
   * Parses the document again: it is meant for what a person is told.
   */
  readonly lineOf: (path: string | FieldPath) => number;
}

// failsafe: every scalar stays text until yaml-scalar.ts resolves it as Kubernetes' tools do
const options = { schema: 'failsafe', version: '1.2', uniqueKeys: false, strict: true, prettyErrors: false, logLevel: 'silent' } as const;

/**
 * Reads a YAML or JSON text of any number of documents, as sigs.k8s.io/yaml would: YAML 1.1 booleans and octal numbers, see
 * `resolvePlainScalar`. Empty documents are left out. Duplicate keys, tags beyond the core ones, aliases that blow up, control characters
 * and text that is not UTF-8 are refused.
 * @throws YamlError at the first thing wrong; it never quotes the text
 */
export function parseYaml(input: Uint8Array | string, limits: YamlLimits = {}): readonly YamlDocument[] {
  const bounds = { ...defaultYamlLimits, ...limits };
  const text = decode(input, bounds.bytes);
  const lines = new LineCounter();
  const documents: YamlDocument[] = [];
  for (const document of compose(text, lines, bounds.depth)) {
    if (documents.length === bounds.documents) throw new YamlError(`more than ${bounds.documents} documents`, position(lines, document.range?.[0] ?? 0));
    const value = readValue(document, lines, bounds);
    if (value === null) continue;
    const from = document.range?.[0] ?? 0;
    const source = { text, from, to: document.range?.[2] ?? text.length, line: position(lines, from).line };
    const line = position(lines, document.contents?.range?.[0] ?? from).line;
    const find = lineFinder(source);
    documents.push({ line, value, lineOf: (path) => find(path) ?? line });
  }
  return documents;
}

/** A document as the parser's nodes, for readers of this folder that need more than values: comments, styles, order. */
export interface ComposedDocument {
  readonly document: Document;
  /** Counted from 1. */
  readonly position: (offset: number) => { readonly line: number; readonly column: number };
}

/**
 * The documents of a text as nodes, within the limits of `parseYaml` on size, number and depth. Every scalar is still its text.
 * @throws YamlError
 */
export function* composeYaml(input: Uint8Array | string, limits: YamlLimits = {}): Generator<ComposedDocument> {
  const bounds = { ...defaultYamlLimits, ...limits };
  const lines = new LineCounter();
  let count = 0;
  for (const document of compose(decode(input, bounds.bytes), lines, bounds.depth)) {
    if (++count > bounds.documents) throw new YamlError(`more than ${bounds.documents} documents`, position(lines, document.range?.[0] ?? 0));
    yield { document, position: (offset) => position(lines, offset) };
  }
}

function decode(input: Uint8Array | string, limit: number): string {
  const size = typeof input === 'string' ? Buffer.byteLength(input) : input.length;
  if (size > limit) throw new YamlError(`larger than ${limit} bytes`, { line: 1, column: 1 });
  const text = typeof input === 'string' ? input : decodeUtf8(input);
  // tab, line feed and carriage return are the only control characters YAML allows (1.2, §5.1)
  // oxlint-disable-next-line no-control-regex
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/.exec(text);
  if (control !== null) throw new YamlError('a control character stands here', positionIn(text, control.index));
  return text;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // the decoder does not say where; what stands before the first replacement character was good
    const text = new TextDecoder('utf-8').decode(bytes);
    throw new YamlError('this is not UTF-8 text', positionIn(text, Math.max(0, text.indexOf('\ufffd'))));
  }
}

/** Composes documents one by one, so that a limit or an error ends the work early. */
function* compose(text: string, lines: LineCounter, depth: number): Generator<Document> {
  const tokens = new Parser(lines.addNewLine).parse(text);
  const composer = new Composer(options);
  for (const document of composer.compose(boundedDepth(tokens, depth, lines))) {
    const error = document.errors[0];
    if (error !== undefined) throw new YamlError(describeYamlProblem(error.code), position(lines, error.pos[0]));
    yield document;
  }
}

/** The composer recurses: what nests too deeply is refused on the way there, without recursion. */
function* boundedDepth(tokens: Iterable<CST.Token>, limit: number, lines: LineCounter): Generator<CST.Token> {
  for (const token of tokens) {
    const stack: { readonly token: CST.Token; readonly depth: number }[] = [{ token, depth: 0 }];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { token: parent, depth } = next;
      if (depth > limit) throw new YamlError(`nested more than ${limit} levels deep`, position(lines, parent.offset));
      if (parent.type === 'document' && parent.value !== undefined) stack.push({ token: parent.value, depth });
      if (!('items' in parent)) continue;
      for (const { key, value } of parent.items) {
        if (key !== undefined && key !== null) stack.push({ token: key, depth: depth + 1 });
        if (value !== undefined) stack.push({ token: value, depth: depth + 1 });
      }
    }
    yield token;
  }
}

function readValue(document: Document, lines: LineCounter, limits: Required<YamlLimits>): unknown {
  try {
    return new ValueReader(limits).read(document.contents);
  } catch (error) {
    if (!(error instanceof NodeProblem)) throw error;
    const range = (error.node as { range?: readonly number[] | null } | null)?.range;
    throw new YamlError(error.message, position(lines, range?.[0] ?? document.range?.[0] ?? 0));
  }
}

interface DocumentText {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** The line `from` stands on. */
  readonly line: number;
}

/** A document's nodes again, with what is needed to find one and say where it stands. */
interface Nodes {
  readonly root: Node | null;
  readonly anchors: ReadonlyMap<string, Node>;
  readonly lines: LineCounter;
}

/** Nodes take much memory, so only the text is kept; questions that come together share one parse. */
function lineFinder(source: DocumentText): (path: string | FieldPath) => number | undefined {
  let kept: WeakRef<Nodes> | undefined;
  return (path) => {
    const nodes = kept?.deref() ?? readNodes(source);
    kept = new WeakRef(nodes);
    let value = nodes.root;
    let at = value;
    for (const step of typeof path === 'string' ? parseFieldPath(path) : path) {
      const child = childOf(value, step, nodes.anchors);
      if (child === undefined) break;
      ({ at, value } = child);
    }
    const offset = at?.range?.[0];
    return offset === undefined ? undefined : source.line + position(nodes.lines, offset).line - 1;
  };
}

function readNodes({ text, from, to }: DocumentText): Nodes {
  const lines = new LineCounter();
  const tokens = new Parser(lines.addNewLine).parse(text.slice(from, to));
  const [document] = new Composer(options).compose(tokens);
  const anchors = new Map<string, Node>();
  // what parsed before may not parse by itself where a directive stood before it
  if (document === undefined || document.errors.length > 0) return { root: null, anchors, lines };
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return { root: document.contents, anchors, lines };
}

function position(lines: LineCounter, offset: number): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function positionIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
