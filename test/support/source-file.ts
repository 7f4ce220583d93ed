import { dirname, posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

/**
 * - `value`: loaded at once, because the statement is there at run time
 * - `type`: gone at run time
 * - `dynamic`: loaded when `import()` is evaluated
 */
export type ImportKind = 'value' | 'type' | 'dynamic';

export interface Import {
  /** A path from the repository's root for our own files, the specifier itself for packages. */
  readonly target: string;
  readonly kind: ImportKind;
  readonly line: number;
}

/** One TypeScript file, as far as the architecture rules look at it. */
export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Imports whose module is not named by a literal, and calls of `require`: nothing can be said about them. */
  readonly opaque: readonly number[];
  /** Lines on which a test is kept from running, or keeps others from running. */
  readonly withheldTests: readonly number[];
}

/** Reads the imports of every kind, type-only, dynamic and re-exports included. Throws where the file does not parse. */
export function readSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const imports: Import[] = [];
  const opaque: number[] = [];
  const withheldTests: number[] = [];
  const lineAt = lineFinder(text);
  const add = (specifier: string, kind: ImportKind, start: number): void => {
    imports.push({ target: resolve(path, specifier), kind, line: lineAt(start) });
  };

  new Visitor({
    ImportDeclaration: (node) => add(node.source.value, node.importKind === 'type' ? 'type' : 'value', node.start),
    ExportAllDeclaration: (node) => add(node.source.value, node.exportKind === 'type' ? 'type' : 'value', node.start),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) add(node.source.value, node.exportKind === 'type' ? 'type' : 'value', node.start);
    },
    TSImportType: (node) => add(node.source.value, 'type', node.start),
    ImportExpression: (node) => {
      if (node.source.type === 'Literal' && typeof node.source.value === 'string') add(node.source.value, 'dynamic', node.start);
      else opaque.push(lineAt(node.start));
    },
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require') opaque.push(lineAt(node.start));
    },
    MemberExpression: (node) => {
      const { property } = node;
      if (property.type === 'Identifier' && withholding.has(property.name) && testNames.has(rootName(node) ?? '')) {
        withheldTests.push(lineAt(node.start));
      }
    },
  }).visit(program);

  return { path, lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0), imports, opaque, withheldTests };
}

const testNames: ReadonlySet<string> = new Set(['it', 'test', 'describe', 'suite', 'bench', 'context', 'ctx', 'task']);
const withholding: ReadonlySet<string> = new Set(['only', 'skip', 'todo', 'fails', 'skipIf', 'runIf']);

interface Member {
  readonly object: { readonly type: string };
}

/** `it` for `it.each(...).only`: the identifier that a chain of members and calls starts from. */
function rootName(member: Member): string | undefined {
  let node: object = member.object;
  for (;;) {
    if ('object' in node && typeof node.object === 'object' && node.object !== null) node = node.object;
    else if ('callee' in node && typeof node.callee === 'object' && node.callee !== null) node = node.callee;
    else return 'name' in node && typeof node.name === 'string' ? node.name : undefined;
  }
}

function resolve(from: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(dirname(from), specifier) : specifier;
}

function lineFinder(text: string): (offset: number) => number {
  return (offset) => text.slice(0, offset).split('\n').length;
}
