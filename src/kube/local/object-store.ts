import { readFileSync } from 'node:fs';
import { formatKey, type KubeObject, keyOf, type ObjectKey } from '../../api/object.ts';
import type { Clock } from '../../lib/clock.ts';
import { KubeError } from '../kube-error.ts';
import { type Change, ChangeLog } from './change-log.ts';
import { frozenCopy } from './frozen-copy.ts';
import { hasCode, onFile } from './file-error.ts';
import { printObjectFile } from './object-file.ts';
import type { ObjectFolder } from './object-folder.ts';

/** Names one object in a local cluster. */
export interface Ref {
  /** The id of its kind. */
  readonly kind: string;
  readonly key: ObjectKey;
}

/** What the API server takes in one request. */
const mostBytes = 3 << 20;
/** resourceVersions are reserved in blocks, so that the counter is not written with every object. */
const versionBlock = 1000;

export interface StoreOptions {
  readonly clock: Clock;
  /** How many changes are kept for those who watch. */
  readonly history: number;
  readonly onSetAside: (file: string, movedTo: string) => void;
}

/** The objects of a local cluster, in memory and in the folder; both change in the same turn, the folder first. */
export class ObjectStore {
  readonly changes: ChangeLog;
  readonly #folder: ObjectFolder;
  readonly #options: StoreOptions;
  readonly #tables = new Map<string, Map<string, KubeObject>>();
  readonly #byUid = new Map<string, Ref>();
  readonly #byFile = new Map<string, Ref>();
  /** The objects that name a uid as their owner. */
  readonly #dependents = new Map<string, Map<string, Ref>>();
  #reserved: number;

  constructor(folder: ObjectFolder, options: StoreOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#reserved = readReserved(folder);
    // nothing from before is kept: whoever watched then lists again, unless nothing has happened since
    this.changes = new ChangeLog(this.#reserved, { clock: options.clock, limit: options.history });
  }

  get({ kind, key }: Ref): KubeObject | undefined {
    return this.#tables.get(kind)?.get(formatKey(key));
  }

  /** The objects of a kind by namespace and name, as an API server lists them. */
  list(kind: string): readonly KubeObject[] {
    const entries = [...(this.#tables.get(kind) ?? [])];
    return entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  byUid(uid: string): Ref | undefined {
    return this.#byUid.get(uid);
  }

  byFile(file: string): Ref | undefined {
    return this.#byFile.get(file);
  }

  /** The files of all objects. */
  files(): IterableIterator<string> {
    return this.#byFile.keys();
  }

  dependentsOf(uid: string): readonly Ref[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  inNamespace(namespace: string): readonly Ref[] {
    return [...this.#tables].flatMap(([kind, table]) => [...table.values()].map(keyOf).filter((key) => key.namespace === namespace).map((key) => ({ kind, key })));
  }

  /** Keeps an object in its next version. @throws KubeError `invalid` where it is too large, `unavailable` where it cannot be written */
  put(kind: string, object: KubeObject): KubeObject {
    const ref = { kind, key: keyOf(object) };
    const previous = this.get(ref);
    const kept = frozenCopy(inVersion(object, this.#nextVersion()));
    const text = printObjectFile(kept);
    if (Buffer.byteLength(text) > mostBytes) throw new KubeError('invalid', `${kind} ${formatKey(ref.key)} is larger than ${mostBytes} bytes`);
    const file = this.#folder.fileOf(kind, ref.key);
    this.#clearTheWay(file);
    this.#folder.write(file, text);
    this.#index(ref, previous, kept);
    this.changes.append(previous === undefined ? { type: 'added', kind, object: kept } : { type: 'modified', kind, object: kept, previous });
    return kept;
  }

  /** Takes an object out. */
  remove(ref: Ref): void {
    const previous = this.get(ref);
    if (previous === undefined) return;
    const file = this.#folder.fileOf(ref.kind, ref.key);
    this.#clearTheWay(file);
    this.#folder.remove(file);
    this.#index(ref, previous, undefined);
    this.changes.append({ type: 'deleted', kind: ref.kind, object: frozenCopy(inVersion(previous, this.#nextVersion())), previous } satisfies Omit<Change, 'version'>);
  }

  /** Takes an object over that the folder holds in just this form. Nobody is told: it has always been there. */
  load(kind: string, object: KubeObject): void {
    this.#index({ kind, key: keyOf(object) }, undefined, frozenCopy(object));
  }

  /** Writes the counter exactly, so that the next start goes on from here. */
  close(): void {
    this.#reserve(this.changes.version);
    this.changes.close();
  }

  #nextVersion(): number {
    const next = this.changes.version + 1;
    if (next > this.#reserved) this.#reserve(next + versionBlock);
    return next;
  }

  #reserve(version: number): void {
    this.#folder.writeOwn('version', `${version}\n`);
    this.#reserved = version;
  }

  /** A file that somebody has edited into something unreadable is kept beside the one that takes its place. */
  #clearTheWay(file: string): void {
    if (this.#folder.isInTheWay(file)) this.#options.onSetAside(file, this.#folder.setAside(file));
  }

  #index(ref: Ref, previous: KubeObject | undefined, current: KubeObject | undefined): void {
    const { kind, key } = ref;
    const name = formatKey(key);
    const table = this.#tables.get(kind) ?? new Map<string, KubeObject>();
    if (current === undefined) table.delete(name);
    else this.#tables.set(kind, table.set(name, current));
    if (table.size === 0) this.#tables.delete(kind);

    const file = this.#folder.fileOf(kind, key);
    if (current === undefined) this.#byFile.delete(file);
    else this.#byFile.set(file, ref);

    if (previous?.metadata.uid !== undefined) this.#byUid.delete(previous.metadata.uid);
    if (current?.metadata.uid !== undefined) this.#byUid.set(current.metadata.uid, ref);
    for (const { uid } of previous?.metadata.ownerReferences ?? []) this.#unlink(uid, ref);
    for (const { uid } of current?.metadata.ownerReferences ?? []) this.#link(uid, ref);
  }

  #link(owner: string, ref: Ref): void {
    const refs = this.#dependents.get(owner) ?? new Map<string, Ref>();
    this.#dependents.set(owner, refs.set(`${ref.kind} ${formatKey(ref.key)}`, ref));
  }

  #unlink(owner: string, ref: Ref): void {
    const refs = this.#dependents.get(owner);
    refs?.delete(`${ref.kind} ${formatKey(ref.key)}`);
    if (refs?.size === 0) this.#dependents.delete(owner);
  }
}

function inVersion(object: KubeObject, version: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
}

/** The version that no object of an earlier run can be beyond; 1 in a new folder. */
function readReserved(folder: ObjectFolder): number {
  const file = folder.ownFile('version');
  try {
    const version = Number(readFileSync(file, 'utf8'));
    if (Number.isSafeInteger(version) && version > 0) return version;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 1;
    onFile(file, () => {
      throw error;
    });
  }
  throw new KubeError('unavailable', `${file} does not hold a resourceVersion`);
}
