import { SopsError } from './sops-error.ts';
import type { SopsEntry, SopsMap, SopsNode } from './sops-tree.ts';
import { textValue } from './sops-value.ts';

/** What the lines of the metadata begin with; `__map_` and `__list_` stand in their names where a map or a list was. */
const prefix = 'sops_';
const mostLines = 20_000;

/**
 * Reads a file of `NAME=value` lines as SOPS does: no quotes, no spaces, `\n` for a line break, `#` at the beginning of a line for a comment.
 * @throws SopsError `document`
 */
export function readDotenv(content: Uint8Array): { readonly root: SopsMap; readonly metadata: SopsMap } {
  const lines = textOf(content).split('\n');
  if (lines.length > mostLines) throw new SopsError('document', `has more than ${mostLines} lines`);
  const entries: SopsEntry[] = [];
  const said = new Map<string, string>();
  const seen = new Set<string>();
  let comments: string[] = [];
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    if (text === '') continue;
    if (text.startsWith('#')) {
      comments.push(text.slice(1));
      continue;
    }
    const at = text.indexOf('=');
    if (at < 0) throw new SopsError('document', 'a line is neither NAME=value nor a comment', line);
    const [key, value] = [text.slice(0, at), text.slice(at + 1).replaceAll('\\n', '\n')];
    if (seen.has(key)) throw new SopsError('document', 'a name stands twice', line);
    seen.add(key);
    if (key.startsWith(prefix)) said.set(key.slice(prefix.length), value);
    else entries.push({ key, comments, line, value: { kind: 'leaf', value: textValue(value), line } });
    comments = [];
  }
  if (said.size === 0) throw new SopsError('document', 'has no sops metadata: it is not encrypted with SOPS');
  return { root: { kind: 'map', entries }, metadata: unflatten(said) };
}

function textOf(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new SopsError('document', 'this is not UTF-8 text');
  }
}

interface Branch {
  value?: string;
  readonly names: Map<string, Branch>;
  readonly items: Map<number, Branch>;
}

const deepest = 8;

function unflatten(said: ReadonlyMap<string, string>): SopsMap {
  const root: Branch = { names: new Map(), items: new Map() };
  for (const [name, value] of said) place(root, name, value);
  const tree = nodeOf(root);
  if (tree.kind !== 'map') throw malformed();
  return tree;
}

function malformed(): SopsError {
  return new SopsError('document', 'the names of the sops metadata contradict one another');
}

/** `age__list_0__map_enc` is the field `enc` of the first item of `age`. */
function place(root: Branch, name: string, value: string): void {
  const steps = name.split(/(?=__map_|__list_)/);
  if (steps.length > deepest) throw malformed();
  let at = root;
  for (const step of steps) at = childOf(at, step);
  if (at.value !== undefined) throw malformed();
  at.value = value;
}

function childOf(branch: Branch, step: string): Branch {
  const fresh: Branch = { names: new Map(), items: new Map() };
  if (!step.startsWith('__list_')) {
    const name = step.replace(/^__map_/, '');
    const known = branch.names.get(name) ?? fresh;
    branch.names.set(name, known);
    return known;
  }
  const position = step.slice('__list_'.length);
  if (!/^\d{1,4}$/.test(position)) throw malformed();
  const known = branch.items.get(Number(position)) ?? fresh;
  branch.items.set(Number(position), known);
  return known;
}

function nodeOf({ value, names, items }: Branch): SopsNode {
  const kinds = Number(value !== undefined) + Number(names.size > 0) + Number(items.size > 0);
  if (kinds !== 1) throw malformed();
  if (value !== undefined) return { kind: 'leaf', value: textValue(value), line: 1 };
  if (names.size > 0) return { kind: 'map', entries: [...names].map(([key, branch]) => ({ key, comments: [], line: 1, value: nodeOf(branch) })) };
  const ordered = [...items].toSorted(([a], [b]) => a - b);
  if (ordered.some(([position], index) => position !== index)) throw malformed();
  return { kind: 'list', items: ordered.map(([, branch]) => ({ value: nodeOf(branch), comments: [] })) };
}
