import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type KubeObject, keyOf } from '../../api/object.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { KubeError } from '../kube-error.ts';
import type { ResourceType } from '../port.ts';
import { namespaceType } from '../resource-types.ts';
import type { Writer } from './field-managers.ts';
import { definitionKind, type Lifecycle } from './lifecycle.ts';
import { NotAnObject, parseObjectFile } from './object-file.ts';
import type { ObjectFolder } from './object-folder.ts';
import type { ObjectStore, Ref } from './object-store.ts';
import { kindId, type ServedKinds } from './served-kinds.ts';
import { createdObject, updatedObject } from './written-object.ts';

/** Something about a file that a person should know. */
export interface FolderProblem {
  /** Relative to the cluster's folder. */
  readonly file: string;
  /** Never quotes the file. */
  readonly problem: string;
}

export interface HandEditsOptions {
  readonly folder: ObjectFolder;
  readonly store: ObjectStore;
  readonly kinds: ServedKinds;
  readonly lifecycle: Lifecycle;
  /** RFC 3339. */
  readonly now: () => string;
  readonly onProblem: (problem: FolderProblem) => void;
}

/** Who owns what somebody has written into a file. */
const handEditor = 'hand-edit';

/**
 * Takes what others do to the files into the cluster: an edit is an update, a new file a creation, a removed one a deletion
 * that no finalizer holds up. A file that cannot be taken is reported and left alone; the object stays as it was.
 */
export class HandEdits {
  readonly #options: HandEditsOptions;

  constructor(options: HandEditsOptions) {
    this.#options = options;
  }

  /** Takes all files in, or those in one folder: definitions first, then namespaces, because the others need them. */
  takeAll(under = ''): void {
    const { folder, store } = this.#options;
    const known = [...store.files()].filter((file) => under === '' || file.startsWith(`${under}/`));
    const files = [...new Set([...folder.files(under), ...known])];
    const rank = (file: string): number => ranks.get(folder.placeOf(file)?.kind ?? '') ?? ranks.size;
    for (const file of files.toSorted((a, b) => rank(a) - rank(b))) this.take(file);
  }

  /** Takes in what has happened to a file since it was last read or written. */
  take(file: string): void {
    const { folder, onProblem } = this.#options;
    try {
      if (folder.hasChanged(file)) this.#takeChange(file);
    } catch (error) {
      if (!(error instanceof NotAnObject || error instanceof YamlError || error instanceof KubeError)) throw error;
      folder.markUnreadable(file);
      onProblem({ file, problem: error.message });
    }
  }

  #takeChange(file: string): void {
    const { folder, store, lifecycle } = this.#options;
    const text = folder.read(file);
    const gone = store.byFile(file);
    if (text === undefined) {
      if (gone !== undefined) lifecycle.end(gone);
      return;
    }
    const { object, edited } = parseObjectFile(text);
    const { ref, type } = this.#locate(file, object);
    const live = store.get(ref);
    if (!edited && live !== undefined && live.metadata.resourceVersion === object.metadata.resourceVersion) return;
    if (!edited && live === undefined && this.#isFromHere(object)) this.#load(ref, object);
    else lifecycle.keep(ref.kind, live === undefined ? this.#created(type, object) : this.#updated(type, live, object));
  }

  /** @throws NotAnObject where the file is not where the object belongs */
  #locate(file: string, object: KubeObject): { readonly ref: Ref; readonly type: ResourceType } {
    const { folder, store, kinds } = this.#options;
    const type = kinds.find(object.apiVersion, object.kind);
    if (type === undefined) throw new NotAnObject('its apiVersion and kind are not served by this cluster');
    const ref = { kind: kindId(type), key: keyOf(object) };
    if (folder.fileOf(ref.kind, ref.key) !== file) throw new NotAnObject(`belongs into ${folder.fileOf(ref.kind, ref.key)}`);
    const { namespace } = ref.key;
    if (namespace !== undefined && store.get(ref) === undefined && store.get({ kind: kindId(namespaceType), key: { name: namespace } }) === undefined) {
      throw new NotAnObject('its namespace does not exist');
    }
    return { ref, type };
  }

  /** Whether the cluster can have written the object itself, in an earlier run. */
  #isFromHere({ metadata }: KubeObject): boolean {
    const { uid, resourceVersion } = metadata;
    const { store } = this.#options;
    return uid !== undefined && store.byUid(uid) === undefined && resourceVersion !== undefined && Number(resourceVersion) <= store.changes.version;
  }

  #load(ref: Ref, object: KubeObject): void {
    const { store, kinds } = this.#options;
    store.load(ref.kind, object);
    if (ref.kind === definitionKind) kinds.define(object);
  }

  #updated(type: ResourceType, live: KubeObject, object: KubeObject): KubeObject {
    const { uid: _, resourceVersion: __, ...metadata } = object.metadata;
    const next = updatedObject({ type, writer: this.#writer(object) }, live, { ...object, metadata });
    return isDeepStrictEqual(next['status'], object['status']) ? next : { ...next, status: object['status'] };
  }

  /** An object that is new to us, or that was edited while no cluster ran: then it keeps its identity and its managers. */
  #created(type: ResourceType, object: KubeObject): KubeObject {
    const { uid, creationTimestamp, generation, managedFields, deletionTimestamp } = object.metadata;
    const known = uid !== undefined && this.#options.store.byUid(uid) === undefined;
    const birth = { uid: known ? uid : randomUUID(), time: known && creationTimestamp !== undefined ? creationTimestamp : this.#options.now() };
    const created = createdObject({ type, writer: this.#writer(object) }, object, birth);
    const metadata = {
      ...created.metadata,
      ...(created.metadata.generation === undefined ? {} : { generation: (generation ?? 0) + 1 }),
      ...(known && managedFields !== undefined ? { managedFields } : {}),
      ...(known && deletionTimestamp !== undefined ? { deletionTimestamp } : {}),
    };
    return object['status'] === undefined ? { ...created, metadata } : { ...created, metadata, status: object['status'] };
  }

  #writer({ apiVersion }: KubeObject): Writer {
    return { manager: handEditor, operation: 'Update', apiVersion, time: this.#options.now() };
  }
}

const ranks: ReadonlyMap<string, number> = new Map([
  [definitionKind, 0],
  [kindId(namespaceType), 1],
]);
