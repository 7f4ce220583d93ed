import { createHash } from 'node:crypto';
import { formatErrors } from '../../api/schema.ts';
import type { KubeObject } from '../../api/object.ts';
import { parseFieldPath } from '../../lib/field-path.ts';
import { LruMap } from '../../lib/lru-map.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { parseYaml, type YamlDocument } from '../../lib/yaml.ts';
import type { Origin, Problem, SopsEntry } from '../plan/plan.ts';
import { isLfsPointer, lfsProblem } from '../source/lfs-pointer.ts';
import { parseManifest } from './manifest-schema.ts';
import { readSopsEntries } from './sops-entries.ts';
import { readSopsManifests, type SopsManifest } from './sops-manifest.ts';

/** One Kubernetes object in a file. */
export interface Manifest {
  /** Deeply frozen. */
  readonly object: KubeObject;
  readonly origin: Origin;
  /** The line of a field, in the file. */
  readonly lineOf: (path: string) => number;
  /** Of an object that is encrypted with SOPS. */
  readonly sops?: SopsManifest;
  /** Values of a Secret that are files of SOPS by themselves. */
  readonly sopsEntries?: readonly SopsEntry[];
}

/** What a file holds. Documents that are no manifests at all (no apiVersion and no kind) are left out. */
export interface ManifestFile {
  readonly manifests: readonly Manifest[];
  /** All errors; where the text is not YAML there is one, and no manifest. */
  readonly problems: readonly Problem[];
  /** How many documents are no manifests. */
  readonly others: number;
}

/** Reads the manifests of files, each content once. */
export interface ManifestReader {
  readonly read: (file: string, content: Uint8Array) => ManifestFile;
}

/**
 * @param cacheBytes how much text is remembered, by content: a controller sees most files again at the next commit
 */
export function createManifestReader(cacheBytes: number): ManifestReader {
  const cache = new LruMap<{ readonly parsed: ManifestFile; readonly size: number }>(cacheBytes, ({ size }) => size);
  return {
    read: (file, content) => {
      const key = createHash('sha256').update(file).update('\0').update(content).digest('base64');
      const known = cache.get(key);
      if (known !== undefined) return known.parsed;
      const parsed = readManifests(file, content);
      cache.set(key, { parsed, size: content.length });
      return parsed;
    },
  };
}

/** What has been found of a file so far. */
interface Found {
  readonly manifests: Manifest[];
  readonly problems: Problem[];
  others: number;
}

function readManifests(file: string, content: Uint8Array): ManifestFile {
  const found: Found = { manifests: [], problems: [], others: 0 };
  if (isLfsPointer(content)) return { ...found, problems: [{ severity: 'error', message: lfsProblem, origin: { file, line: 1 } }] };
  const sops = readSopsManifests(file, content);
  if ('problem' in sops) return { manifests: [], others: 0, problems: [sops.problem] };
  try {
    for (const document of parseYaml(content)) {
      const encrypted = sops.at(document);
      if (encrypted === undefined) for (const item of flatten(document)) addManifest({ ...item, file }, found);
      else if ('severity' in encrypted) found.problems.push(encrypted);
      else addManifest({ ...encrypted, line: document.line, lineOf: document.lineOf, file }, found);
    }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { manifests: [], others: 0, problems: [{ severity: 'error', message: `not valid YAML: ${error.problem} (column ${error.column})`, origin: { file, line: error.line } }] };
  }
  return found;
}

function addManifest({ value, line, lineOf, file, sops }: Item & { readonly file: string; readonly sops?: SopsManifest }, found: Found): void {
  if (!looksLikeManifest(value)) {
    found.others += 1;
    return;
  }
  const parsed = parseManifest(value);
  const { entries, errors } = parsed.ok && sops === undefined ? readSopsEntries(parsed.value) : { entries: [], errors: [] };
  for (const { path, message } of parsed.ok ? errors : parsed.errors) found.problems.push({ severity: 'error', message, path, origin: { file, line: lineOf(path) } });
  if (!parsed.ok) return;
  const more = { ...(sops === undefined ? {} : { sops }), ...(entries.length === 0 ? {} : { sopsEntries: entries }) };
  found.manifests.push({ object: freeze(parsed.value), origin: { file, line }, lineOf, ...more });
}

interface Item {
  readonly value: unknown;
  readonly line: number;
  readonly lineOf: (path: string) => number;
}

/** The objects of a `List` (or `ConfigMapList`, …) stand for themselves, as in kubectl and Argo CD. */
function flatten({ value, line, lineOf }: YamlDocument): readonly Item[] {
  if (!isRecord(value) || typeof value['kind'] !== 'string' || !value['kind'].endsWith('List') || !Array.isArray(value['items'])) {
    return [{ value, line, lineOf }];
  }
  const kind = value['kind'].slice(0, -'List'.length);
  // items of a typed list say neither apiVersion nor kind
  const inherited = kind === '' ? {} : { apiVersion: value['apiVersion'], kind };
  return value['items'].map((item: unknown, index) => ({
    value: isRecord(item) ? { ...inherited, ...item } : item,
    line: lineOf(['items', index]),
    lineOf: (path) => lineOf(['items', index, ...parseFieldPath(path)]),
  }));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function looksLikeManifest(value: unknown): boolean {
  return isRecord(value) && ('apiVersion' in value || 'kind' in value);
}

/** What is remembered is handed out more than once. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}

/** All problems of an object's fields as one line each, at the lines they stand on. */
export function fieldProblems(errors: readonly { readonly path: string; readonly message: string }[], manifest: Pick<Manifest, 'origin'> & { readonly lineOf?: (path: string) => number }): readonly Problem[] {
  return errors.map((error) => ({
    severity: 'error',
    message: error.path === '' ? formatErrors([error]) : error.message,
    path: error.path,
    origin: { file: manifest.origin.file, line: manifest.lineOf?.(error.path) ?? manifest.origin.line },
  }));
}
