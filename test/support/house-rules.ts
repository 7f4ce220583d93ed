import { emptyNames, emptyWords, mostLines } from './rooms.ts';
import type { Import, SourceFile } from './source-file.ts';

/** The room a file lives in: `src/<room>` or `providers`. */
function roomOf(path: string): string {
  return path.startsWith('src/') ? path.split('/').slice(0, 2).join('/') : (path.split('/')[0] ?? '');
}

function isOurs(item: Import): boolean {
  return /^(src|providers|test|crds|charts|\.\.)(\/|$)/.test(item.target);
}

function describeImport(file: SourceFile, item: Import): string {
  return `${file.path}:${item.line} -> ${item.target}`;
}

function importsThat(files: readonly SourceFile[], strays: (file: SourceFile, item: Import) => boolean): readonly string[] {
  return files.flatMap((file) => file.imports.filter((item) => strays(file, item)).map((item) => describeImport(file, item)));
}

/** Imports, of types too, from a room that the importer's row does not name; and files in no known room. */
export function roomViolations(files: readonly SourceFile[], rooms: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const homeless = files.filter((file) => !Object.hasOwn(rooms, roomOf(file.path))).map((file) => `${file.path}: ${roomOf(file.path)} is not a room`);
  const strays = importsThat(files, (file, item) => {
    const home = roomOf(file.path);
    return isOurs(item) && roomOf(item.target) !== home && !(rooms[home] ?? []).includes(roomOf(item.target));
  });
  return [...homeless, ...strays];
}

/** Packages that have no door, packages taken through another room's door, and built-in modules without `node:`. */
export function doorViolations(files: readonly SourceFile[], doors: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return importsThat(files, (file, item) => {
    if (isOurs(item)) return false;
    const door = Object.keys(doors).find((name) => isPackage(item.target, name));
    if (door === undefined) return !item.target.startsWith('node:');
    return !(doors[door] ?? []).some((place) => file.path === place || file.path.startsWith(`${place}/`));
  });
}

/** Whether a specifier is the package `name` or a path inside it; a name that ends in a slash is a scope. */
function isPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(name.endsWith('/') ? name : `${name}/`);
}

/** Imports between two folders of the same parent, where the folders must not know one another. */
export function strangerViolations(files: readonly SourceFile[], parent: string): readonly string[] {
  const child = (path: string): string | undefined => {
    const rest = path.startsWith(`${parent}/`) ? path.slice(parent.length + 1).split('/') : [];
    return rest.length > 1 ? rest[0] : undefined;
  };
  return importsThat(files, (file, item) => {
    const from = child(file.path);
    const to = child(item.target);
    return from !== undefined && to !== undefined && from !== to;
  });
}

/** Imports of tests, which only the test runner loads, and of files that are not there. */
export function targetViolations(files: readonly SourceFile[]): readonly string[] {
  const known = new Set(files.map((file) => file.path));
  return importsThat(files, (_, item) => isOurs(item) && !known.has(item.target));
}

/** Modules that are not named by a literal. */
export function opaqueViolations(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => file.opaque.map((line) => `${file.path}:${line} loads a module it does not name`));
}

/** Circles of imports, those of types included: one path for each circle found. */
export function cycles(files: readonly SourceFile[]): readonly string[] {
  const graph = new Map(files.map((file) => [file.path, file.imports.map((item) => item.target)]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) if (graph.has(next)) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** What the offline commands must not load. */
export interface OfflineRules {
  readonly packages: readonly string[];
  readonly rooms: readonly string[];
}

/** The ways, of statically loaded imports alone, on which `entry` reaches what it must not load. */
export function offlineViolations(files: readonly SourceFile[], entry: string, rules: OfflineRules): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  if (!byPath.has(entry)) return [`${entry} does not exist`];
  const ways = new Map([[entry, [entry]]]);
  const found: string[] = [];
  // a Map is walked in the order of insertion, entries added on the way included
  for (const [path, way] of ways) {
    if (rules.rooms.includes(roomOf(path))) found.push(way.join(' -> '));
    for (const item of byPath.get(path)?.imports ?? []) {
      if (item.kind !== 'value') continue;
      if (byPath.has(item.target) && !ways.has(item.target)) ways.set(item.target, [...way, item.target]);
      if (rules.packages.some((name) => isPackage(item.target, name))) found.push([...way, item.target].join(' -> '));
    }
  }
  return found;
}

/** Files that hold more than one subject, by their length. */
export function sizeViolations(files: readonly SourceFile[]): readonly string[] {
  return files.filter((file) => file.lines > mostLines).map((file) => `${file.path} has ${file.lines} lines, ${mostLines} at the most`);
}

/** Names of files and folders that say nothing, or are not in kebab-case. */
export function nameViolations(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const steps = path.replace(/\.ts$/, '').split('/');
    const empty = steps.find((step) => emptyNames.has(step) || step.split(/[-.]/).some((word) => emptyWords.has(word)));
    if (empty !== undefined) return [`${path}: "${empty}" says nothing about what it holds`];
    const odd = steps.find((step) => !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(step));
    return odd === undefined ? [] : [`${path}: "${odd}" is not in kebab-case`];
  });
}

/** Tests that are kept from running, or keep the others from running. */
export function withheldTestViolations(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => file.withheldTests.map((line) => `${file.path}:${line} withholds a test`));
}

/** What is known of one folder of providers/. It gives a provider, generators, or both. */
export interface ProviderFolder {
  readonly name: string;
  readonly files: readonly string[];
  /** Whether providers/index.ts imports something of it. */
  readonly isLoaded: boolean;
  /** Whether one of its tests runs the shared contract of providers. */
  readonly runsContract: boolean;
}

/** Folders that nobody loads, ids without a folder, providers that are not listed, and folders without README, tests or, for a provider, its contract. */
export function providerViolations(ids: readonly string[], folders: readonly ProviderFolder[], folderOf: Readonly<Record<string, string>> = {}): readonly string[] {
  const names = folders.map((folder) => folder.name);
  const listed = ids.map((id) => folderOf[id] ?? id);
  return [
    ...folders.filter((folder) => !folder.isLoaded).map((folder) => `providers/index.ts does not load ${folder.name}`),
    ...folders.filter(({ name, isLoaded, runsContract }) => isLoaded && runsContract && !listed.includes(name)).map((folder) => `providers/index.ts does not list ${folder.name}`),
    ...listed.filter((name) => !names.includes(name)).map((name) => `providers/${name} does not exist`),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((name) => `providers/index.ts lists ${name} twice`),
    ...folders.filter((folder) => !folder.files.includes('README.md')).map((folder) => `providers/${folder.name} has no README.md`),
    ...folders.filter((folder) => listed.includes(folder.name) && !folder.runsContract).map((folder) => `providers/${folder.name} has no test that runs the provider contract`),
    ...folders.filter((folder) => !folder.files.some((file) => file.endsWith('.test.ts'))).map((folder) => `providers/${folder.name} has no test`),
  ];
}
