import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { ObjectKey } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import { hasCode, onFile } from './file-error.ts';

/** Where objects without a namespace are kept; no namespace can be called so. */
const clusterScope = '_cluster';
/** Holds what is the cluster's own; also the sign that a folder is one. */
const ownFolder = '.cluster';
/** File systems take names of 255 bytes; Kubernetes' are up to 253 before `.yaml` and a prefix. */
const longestFileName = 200;

/** A file's state: two equal stamps mean that nobody has written to it in between. */
export type Stamp = string;

/**
 * The files of a local cluster: `<namespace or _cluster>/<Kind.group>/<name>.yaml`, readable by their owner only, written
 * by rename so that nobody ever sees half of one. Files are named by their path below the folder.
 */
export class ObjectFolder {
  readonly dir: string;
  /** The stamps of files as we last wrote or read them. */
  readonly #seen = new Map<string, Stamp>();
  /** Files that we have read and could make nothing of. */
  readonly #unreadable = new Set<string>();

  /** Makes the folder where it is not there. @throws KubeError `invalid` where it is something else */
  constructor(dir: string) {
    this.dir = dir;
    onFile(dir, () => {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      const entries = readdirSync(dir);
      if (!entries.includes(ownFolder)) {
        if (entries.length > 0) throw new KubeError('invalid', `${dir} holds files that are not a local cluster's; choose a new or an empty folder`);
        mkdirSync(join(dir, ownFolder), { mode: 0o700 });
      }
      chmodSync(dir, 0o700);
      if (!existsSync(join(dir, '.gitignore'))) writeFileSync(join(dir, '.gitignore'), '*\n', { mode: 0o600 });
    });
  }

  /** The path of a file of the cluster's own. */
  ownFile(name: string): string {
    return join(this.dir, ownFolder, name);
  }

  writeOwn(name: string, text: string): void {
    this.#replace(this.ownFile(name), text);
  }

  /** The file that an object belongs in. */
  fileOf(kind: string, key: ObjectKey): string {
    return join(key.namespace === undefined ? clusterScope : safeName(key.namespace), safeName(kind), `${safeName(key.name)}.yaml`);
  }

  /** All files that may be objects, in a stable order; with `under`, those in one of the folders. */
  files(under = ''): readonly string[] {
    const depth = under === '' ? 0 : under.split(sep).length;
    let folders: readonly string[] = [under];
    for (let level = depth; level < 2; level += 1) folders = folders.flatMap((folder) => this.#entries(folder));
    return folders.flatMap((folder) => this.#entries(folder)).filter(isObjectFile);
  }

  /** The folders that objects stand in, with those above them, each with what tells it from another one of that path. */
  folders(): ReadonlyMap<string, string> {
    const scopes = this.#entries('');
    const paths = ['', ...scopes, ...scopes.flatMap((scope) => this.#entries(scope))];
    const found = paths.map((path) => [path, lstatSync(join(this.dir, path), { throwIfNoEntry: false })] as const);
    return new Map(found.flatMap(([path, stat]) => (stat?.isDirectory() === true ? [[path, `${stat.ino} ${stat.birthtimeMs}`]] : [])));
  }

  /** The kind of object that belongs in a file, and the namespace; undefined for a file in no such place. */
  placeOf(file: string): { readonly kind: string; readonly namespace: string | undefined } | undefined {
    const [scope, kind, name, ...more] = file.split(sep);
    if (scope === undefined || kind === undefined || name === undefined || more.length > 0 || !isObjectFile(file)) return undefined;
    return { kind, namespace: scope === clusterScope ? undefined : scope };
  }

  /** Whether a file has changed, appeared or gone since we last read or wrote it. */
  hasChanged(file: string): boolean {
    return this.#stamp(file) !== this.#seen.get(file);
  }

  /** Marks a file as one that holds no object: it is not to be written over. */
  markUnreadable(file: string): void {
    this.#unreadable.add(file);
  }

  /** Whether writing the file would lose something that we have not taken in. */
  isInTheWay(file: string): boolean {
    return this.#stamp(file) !== undefined && (this.hasChanged(file) || this.#unreadable.has(file));
  }

  /** The text of a file, which counts as seen now; undefined where it is gone. @throws KubeError `unavailable` */
  read(file: string): string | undefined {
    const stamp = this.#stamp(file);
    this.#forget(file);
    if (stamp === undefined) return undefined;
    this.#seen.set(file, stamp);
    return onFile(file, () => {
      // a link would read and keep what is not in the folder
      if (!lstatSync(join(this.dir, file)).isFile()) throw new KubeError('invalid', `${file} is not a plain file`);
      return readFileSync(join(this.dir, file), 'utf8');
    });
  }

  /** Writes a file, in place of the one that is there. */
  write(file: string, text: string): void {
    onFile(file, () => this.#makeFolders(file));
    this.#replace(join(this.dir, file), text);
    this.#forget(file);
    const stamp = this.#stamp(file);
    if (stamp !== undefined) this.#seen.set(file, stamp);
  }

  /** Removes a file, and folders that it leaves empty. */
  remove(file: string): void {
    onFile(file, () => {
      rmSync(join(this.dir, file), { force: true });
      this.#forget(file);
      for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
        try {
          rmdirSync(join(this.dir, folder));
        } catch (error) {
          if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return;
          if (!hasCode(error, 'ENOENT')) throw error;
        }
      }
    });
  }

  /** Renames a file that cannot be read so that it is in nobody's way. @returns its new path */
  setAside(file: string): string {
    return onFile(file, () => {
      let aside = `${file}.unreadable`;
      for (let number = 2; existsSync(join(this.dir, aside)); number += 1) aside = `${file}.unreadable-${number}`;
      renameSync(join(this.dir, file), join(this.dir, aside));
      this.#forget(file);
      return aside;
    });
  }

  /** Nobody ever sees half a file: it is written beside and moved into place. */
  #replace(path: string, text: string): void {
    onFile(path, () => {
      const draft = this.ownFile('draft');
      writeFileSync(draft, text, { mode: 0o600 });
      renameSync(draft, path);
    });
  }

  #forget(file: string): void {
    this.#seen.delete(file);
    this.#unreadable.delete(file);
  }

  #stamp(file: string): Stamp | undefined {
    const stat = onFile(file, () => lstatSync(join(this.dir, file), { throwIfNoEntry: false }));
    return stat === undefined ? undefined : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
  }

  #makeFolders(file: string): void {
    let path = this.dir;
    for (const name of dirname(file).split(sep)) {
      path = join(path, name);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat === undefined) mkdirSync(path, { mode: 0o700 });
      else if (!stat.isDirectory()) throw new KubeError('invalid', `${path} is not a folder`);
    }
  }

  #entries(folder: string): readonly string[] {
    if (folder !== '' && !this.#isFolder(folder)) return [];
    const names = onFile(folder, () => {
      try {
        return readdirSync(join(this.dir, folder));
      } catch (error) {
        // gone since we looked
        if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
        throw error;
      }
    });
    return names.filter((name) => !name.startsWith('.')).toSorted().map((name) => join(folder, name));
  }

  #isFolder(path: string): boolean {
    return lstatSync(join(this.dir, path), { throwIfNoEntry: false })?.isDirectory() === true;
  }
}

function isObjectFile(file: string): boolean {
  return file.endsWith('.yaml');
}

/**
 * A name as a file's: the same wherever it can be, unambiguous everywhere, and never one that leads out of its folder.
 * Kubernetes' names hold no `%`.
 */
function safeName(name: string): string {
  const safe = name.replace(/^\.|[^A-Za-z0-9._:-]/gu, (character) => Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
  if (safe.length <= longestFileName) return safe;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${safe.slice(0, longestFileName - 17)}%${hash}`;
}
