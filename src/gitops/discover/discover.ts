import { type ApplicationSet, isApplicationSet, parseApplicationSet } from '../../api/application-set.ts';
import { type Application, defaultApplicationNamespace, isApplication, parseApplication } from '../../api/application.ts';
import { formatKey, type KubeObject } from '../../api/object.ts';
import type { Origin, Problem } from '../plan/plan.ts';
import { isManifestName } from '../render/directory-files.ts';
import { fieldProblems, type Manifest, type ManifestFile, type ManifestReader } from '../render/manifest-reader.ts';
import { isSourceError } from '../source/source-error.ts';
import type { SourceFile, SourceTree } from '../source/source-tree.ts';

/** An Application in Git, parsed, with its namespace filled in. */
export interface DiscoveredApplication {
  readonly application: Application;
  /** The manifest as `up` writes it to the cluster. */
  readonly object: KubeObject;
  readonly origin: Origin;
  readonly lineOf: (path: string) => number;
  /** The ApplicationSet that renders it; `origin` and `lineOf` are then of that. */
  readonly generatedBy?: DiscoveredSet;
}

/** An ApplicationSet in Git, parsed, with its namespace filled in. */
export interface DiscoveredSet {
  readonly set: ApplicationSet;
  /** The manifest as `up` writes it to the cluster. */
  readonly object: KubeObject;
  readonly origin: Origin;
  readonly lineOf: (path: string) => number;
}

/** A YAML or JSON file that holds manifests, or cannot be read as YAML. */
export interface DiscoveredFile {
  readonly path: string;
  readonly manifests: readonly Manifest[];
  /** Of the file alone: broken YAML, an object without a name. They belong to the Application that covers the file. */
  readonly problems: readonly Problem[];
  /** Not YAML, but its text speaks of an Application: if no Application covers it, it may be one. */
  readonly mayHideApplication: boolean;
}

export interface Discovery {
  /** Sorted by namespace and name. */
  readonly applications: readonly DiscoveredApplication[];
  /** Sorted by namespace and name; not rendered yet. */
  readonly sets: readonly DiscoveredSet[];
  readonly files: readonly DiscoveredFile[];
  /** What is wrong with Applications and ApplicationSets. */
  readonly problems: readonly Problem[];
}

/** Bytes of all YAML that is looked through. */
const mostBytes = 256 << 20;

/**
 * Finds the Applications of a repository: in all YAML outside the `templates/` of charts. A broken file hides nothing but itself.
 * @throws SourceError where the tree itself cannot be read
 */
export async function discover(tree: SourceTree, reader: ManifestReader, signal: AbortSignal): Promise<Discovery> {
  const files: DiscoveredFile[] = [];
  const problems: Problem[] = [];
  let bytes = 0;
  for (const batch of batches(outsideCharts(await tree.list('', signal)))) {
    bytes += batch.reduce((sum, { size }) => sum + size, 0);
    if (bytes > mostBytes) {
      problems.push({ severity: 'error', message: `the repository holds more than ${mostBytes} bytes of YAML; what follows was not looked at`, origin: { file: batch[0]?.path ?? '', line: 1 } });
      break;
    }
    // asked for together, so that a Git tree answers in few processes
    for (const found of await Promise.all(batch.map((file) => readFile(tree, file, reader, signal)))) if (found !== undefined) files.push(found);
  }
  const applications = new Map<string, DiscoveredApplication>();
  const sets = new Map<string, DiscoveredSet>();
  for (const manifest of files.flatMap((file) => file.manifests)) {
    if (isApplication(manifest.object)) addApplication(manifest, applications, problems);
    if (isApplicationSet(manifest.object)) addSet(manifest, sets, problems);
  }
  return { applications: sorted(applications), sets: sorted(sets), files, problems };
}

function sorted<T>(byKey: ReadonlyMap<string, T>): readonly T[] {
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** YAML and JSON files, but not those that are templates of a chart. */
function outsideCharts(files: readonly SourceFile[]): readonly SourceFile[] {
  const charts = new Set(files.flatMap(({ path }) => (/(^|\/)Chart\.yaml$/.test(path) ? [path.slice(0, -'Chart.yaml'.length)] : [])));
  return files.filter(({ path }) => isManifestName(path) && !inTemplates(path, charts));
}

function inTemplates(path: string, charts: ReadonlySet<string>): boolean {
  for (let at = path.indexOf('templates/'); at >= 0; at = path.indexOf('templates/', at + 1)) if (charts.has(path.slice(0, at))) return true;
  return false;
}

function* batches(files: readonly SourceFile[], size = 256): Generator<readonly SourceFile[]> {
  for (let i = 0; i < files.length; i += size) yield files.slice(i, i + size);
}

async function readFile(tree: SourceTree, file: SourceFile, reader: ManifestReader, signal: AbortSignal): Promise<DiscoveredFile | undefined> {
  try {
    const content = await tree.read(file, signal);
    const read = reader.read(file.path, content);
    if (read.manifests.length === 0 && read.problems.length === 0) return undefined;
    return { path: file.path, manifests: read.manifests, problems: read.problems, mayHideApplication: mayHideApplication(read, content) };
  } catch (error) {
    if (!isSourceError(error, 'tooLarge', 'absent')) throw error;
    return { path: file.path, manifests: [], problems: [{ severity: 'error', message: error.message, origin: { file: file.path, line: 1 } }], mayHideApplication: false };
  }
}

function mayHideApplication({ problems }: ManifestFile, content: Uint8Array): boolean {
  if (problems.length === 0) return false;
  const text = Buffer.from(content).toString('latin1');
  return /^\s*(- )?kind:\s*["']?Application(Set)?\b/m.test(text) && text.includes('argoproj.io/');
}

/** The object as it is written to the cluster: a status in Git means nothing. */
function declaredObject({ object: { status: _status, ...declared } }: Manifest): KubeObject {
  return { ...declared, metadata: { ...declared.metadata, namespace: declared.metadata.namespace ?? defaultApplicationNamespace } };
}

function addSet(manifest: Manifest, sets: Map<string, DiscoveredSet>, problems: Problem[]): void {
  const { origin, lineOf } = manifest;
  const object = declaredObject(manifest);
  const key = formatKey(object.metadata);
  const rival = sets.get(key);
  const parsed = parseApplicationSet(object);
  if (rival !== undefined) problems.push({ severity: 'error', message: `ApplicationSet ${key} stands twice; the other is at ${rival.origin.file}:${rival.origin.line}`, path: 'metadata.name', origin: { file: origin.file, line: lineOf('metadata.name') } });
  else if (parsed.ok) sets.set(key, { set: parsed.value, object, origin, lineOf });
  else problems.push(...fieldProblems(parsed.errors, manifest));
}

function addApplication(manifest: Manifest, applications: Map<string, DiscoveredApplication>, problems: Problem[]): void {
  const { origin, lineOf } = manifest;
  const object = declaredObject(manifest);
  const { metadata } = object;
  const at = (path: string): Origin => ({ file: origin.file, line: lineOf(path) });
  if (object['operation'] !== undefined) {
    problems.push({ severity: 'error', message: 'an operation is asked of the cluster, not committed; remove it', path: 'operation', origin: at('operation') });
    return;
  }
  const key = formatKey(metadata);
  const rival = applications.get(key);
  if (rival !== undefined) {
    problems.push({ severity: 'error', message: `Application ${key} stands twice; the other is at ${rival.origin.file}:${rival.origin.line}`, path: 'metadata.name', origin: at('metadata.name') });
    return;
  }
  const parsed = parseApplication(object);
  if (parsed.ok) applications.set(key, { application: parsed.value, object, origin, lineOf });
  else problems.push(...fieldProblems(parsed.errors, manifest));
}
