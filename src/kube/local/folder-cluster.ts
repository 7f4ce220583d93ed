import { randomUUID } from 'node:crypto';
import { formatKey, type KubeObject, keyOf, type ObjectKey } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import type { ApplyOptions, Cluster, DeleteOptions, Discovery, Page, ResourceType, Selection, WatchEvent, WriteOptions } from '../port.ts';
import { apiVersionOf, namespaceType } from '../resource-types.ts';
import type { Change } from './change-log.ts';
import { type EventExpiry, eventKind } from './event-expiry.ts';
import { frozenCopy } from './frozen-copy.ts';
import type { HandEdits } from './hand-edits.ts';
import type { Lifecycle } from './lifecycle.ts';
import { checkKey } from './names.ts';
import type { ObjectFolder } from './object-folder.ts';
import type { ObjectStore, Ref } from './object-store.ts';
import { selects } from './selectors.ts';
import { kindId, localVersion, type ServedKinds } from './served-kinds.ts';
import { appliedObject, type Birth, checkCurrent, createdObject, statusPatchedObject, updatedObject, type Write } from './written-object.ts';

export interface FolderClusterParts {
  readonly name: string;
  readonly folder: ObjectFolder;
  readonly store: ObjectStore;
  readonly kinds: ServedKinds;
  readonly lifecycle: Lifecycle;
  readonly edits: HandEdits;
  readonly events: EventExpiry;
  /** RFC 3339. */
  readonly now: () => string;
  readonly onClose: () => void;
}

const pageSize = 500;
const bookmarkEvery = 60_000;
/** They exist in every cluster, and cannot be deleted. */
const fixedNamespaces: readonly string[] = ['default', 'kube-system'];
const namespaceKind = kindId(namespaceType);

/** The cluster port over a folder: checks, then the write that was asked for, then what follows from it. */
export class FolderCluster implements Cluster {
  readonly name: string;
  readonly kind = 'recorded';
  readonly #parts: FolderClusterParts;
  #closed = false;

  constructor(parts: FolderClusterParts) {
    this.name = parts.name;
    this.#parts = parts;
    for (const name of fixedNamespaces) this.#ensureNamespace(name);
  }

  async get(type: ResourceType, key: ObjectKey, signal: AbortSignal, options: { readonly metadataOnly?: boolean } = {}): Promise<KubeObject | undefined> {
    this.#begin(signal);
    this.#requireServed(type);
    const object = this.#parts.store.get({ kind: kindId(type), key });
    return object === undefined ? undefined : present(type, object, options);
  }

  async *pages(type: ResourceType, selection: Selection, signal: AbortSignal): AsyncGenerator<Page, void> {
    this.#begin(signal);
    this.#requireServed(type);
    const { store } = this.#parts;
    const resourceVersion = String(store.changes.version);
    // objects never change in place, so this is the list at that version, whatever is written before the last page
    const objects = store.list(kindId(type)).filter(selects(selection));
    for (let start = 0; start === 0 || start < objects.length; start += pageSize) {
      signal.throwIfAborted();
      yield { items: objects.slice(start, start + pageSize).map((object) => present(type, object, selection)), resourceVersion };
    }
  }

  async *watch(type: ResourceType, selection: Selection, resourceVersion: string, signal: AbortSignal): AsyncGenerator<WatchEvent, void> {
    this.#begin(signal);
    this.#requireServed(type);
    const kind = kindId(type);
    const matches = selects(selection);
    if (!/^\d{1,15}$/.test(resourceVersion)) throw new KubeError('invalid', 'a watch needs the resourceVersion of a list or an event');
    for await (const change of this.#parts.store.changes.follow(Number(resourceVersion), bookmarkEvery, signal)) {
      if (change.type === 'quiet') yield { type: 'bookmark', resourceVersion: String(change.version) };
      else if (change.kind === kind) {
        const event = eventOf(change, matches);
        if (event !== undefined) yield { type: event.type, object: present(type, event.object, selection) };
      }
    }
  }

  async create(type: ResourceType, object: KubeObject, options: WriteOptions, signal: AbortSignal): Promise<KubeObject> {
    const ref = this.#beginWrite(type, keyOf(object), signal);
    this.#requireRoom(type, ref.key);
    if (ref.kind === eventKind) this.#parts.events.sweep();
    if (this.#parts.store.get(ref) !== undefined) throw new KubeError('exists', `${type.kind} ${formatKey(ref.key)} exists already`);
    return this.#keep(type, createdObject(this.#write(type, options, 'Update'), object, this.#birth()), options);
  }

  async update(type: ResourceType, object: KubeObject, options: WriteOptions, signal: AbortSignal): Promise<KubeObject> {
    const live = this.#require(type, this.#beginWrite(type, keyOf(object), signal));
    if (object.metadata.resourceVersion === undefined) throw new KubeError('invalid', `${type.kind} ${object.metadata.name}: an update needs metadata.resourceVersion`);
    return this.#keep(type, updatedObject(this.#write(type, options, 'Update'), live, object), options, live);
  }

  async apply(type: ResourceType, object: KubeObject, options: ApplyOptions, signal: AbortSignal): Promise<KubeObject> {
    const ref = this.#beginWrite(type, keyOf(object), signal);
    const live = this.#parts.store.get(ref);
    if (live === undefined) this.#requireRoom(type, ref.key);
    const applied = appliedObject(this.#write(type, options, 'Apply'), live, object, { force: options.force ?? false, birth: this.#birth() });
    return this.#keep(type, applied, options, live);
  }

  async patchStatus(
    type: ResourceType,
    key: ObjectKey,
    status: Readonly<Record<string, unknown>>,
    options: WriteOptions & { readonly resourceVersion?: string },
    signal: AbortSignal,
  ): Promise<KubeObject> {
    const live = this.#require(type, this.#beginWrite(type, key, signal));
    checkCurrent(type, live, { resourceVersion: options.resourceVersion });
    return this.#keep(type, statusPatchedObject(this.#write(type, options, 'Update'), live, status), options, live);
  }

  async delete(type: ResourceType, key: ObjectKey, options: DeleteOptions, signal: AbortSignal): Promise<boolean> {
    const ref = this.#beginWrite(type, key, signal);
    const live = this.#parts.store.get(ref);
    if (live === undefined) return false;
    checkCurrent(type, live, options);
    if (ref.kind === namespaceKind && fixedNamespaces.includes(key.name)) throw new KubeError('denied', `Namespace ${key.name} cannot be deleted`);
    this.#parts.lifecycle.delete(ref, options.propagation);
    return true;
  }

  async discover(signal: AbortSignal): Promise<Discovery> {
    this.#begin(signal);
    return this.#parts.kinds;
  }

  async version(signal: AbortSignal): Promise<string> {
    this.#begin(signal);
    return localVersion;
  }

  async tokenRequest(): Promise<string> {
    throw new KubeError('unsupported', 'the local cluster issues no service-account tokens; use credentials from a Secret');
  }

  async accessReview(_question: unknown, signal: AbortSignal): Promise<boolean> {
    this.#begin(signal);
    return true;
  }

  async close(): Promise<void> {
    if (!this.#closed) this.#parts.onClose();
    this.#closed = true;
  }

  #begin(signal: AbortSignal): void {
    signal.throwIfAborted();
    if (this.#closed) throw new KubeError('unavailable', `the local cluster ${this.name} is closed`);
  }

  /** Before a write, what somebody may just have done to the file is taken in: nobody's edit is written over unseen. */
  #beginWrite(type: ResourceType, key: ObjectKey, signal: AbortSignal): Ref {
    this.#begin(signal);
    this.#requireServed(type);
    checkKey(type, key);
    const ref = { kind: kindId(type), key };
    this.#parts.edits.take(this.#parts.folder.fileOf(ref.kind, key));
    return ref;
  }

  #requireServed(type: ResourceType): void {
    if (this.#parts.kinds.find(apiVersionOf(type), type.kind) === undefined) throw new KubeError('absent', `the local cluster does not serve ${apiVersionOf(type)} ${type.kind}`);
  }

  #require(type: ResourceType, ref: Ref): KubeObject {
    const live = this.#parts.store.get(ref);
    if (live === undefined) throw new KubeError('absent', `${type.kind} ${formatKey(ref.key)} does not exist`);
    return live;
  }

  /** A new object needs its namespace, and one that is there to stay. */
  #requireRoom(type: ResourceType, { namespace, name }: ObjectKey): void {
    if (namespace === undefined) return;
    const holder = this.#parts.store.get({ kind: namespaceKind, key: { name: namespace } });
    if (holder === undefined) throw new KubeError('absent', `Namespace ${namespace} does not exist`);
    if (holder.metadata.deletionTimestamp !== undefined) throw new KubeError('denied', `${type.kind} ${name} cannot be created: Namespace ${namespace} is being deleted`);
  }

  #keep(type: ResourceType, object: KubeObject, { dryRun = false }: WriteOptions, live?: KubeObject): KubeObject {
    if (object === live) return present(type, live, {});
    if (dryRun) return present(type, frozenCopy(object), {});
    return present(type, this.#parts.lifecycle.keep(kindId(type), object), {});
  }

  #write(type: ResourceType, { fieldManager }: WriteOptions, operation: 'Apply' | 'Update'): Write {
    return { type, writer: { manager: fieldManager, operation, apiVersion: apiVersionOf(type), time: this.#parts.now() } };
  }

  #birth(): Birth {
    return { uid: randomUUID(), time: this.#parts.now() };
  }

  #ensureNamespace(name: string): void {
    if (this.#parts.store.get({ kind: namespaceKind, key: { name } }) !== undefined) return;
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    this.#parts.lifecycle.keep(namespaceKind, createdObject(this.#write(namespaceType, { fieldManager: 'local-cluster' }, 'Update'), namespace, this.#birth()));
  }
}

/** An object as it is answered: in the version that was asked for, and only its metadata where that is wanted. */
function present(type: ResourceType, object: KubeObject, { metadataOnly = false }: Pick<Selection, 'metadataOnly'>): KubeObject {
  const apiVersion = apiVersionOf(type);
  if (metadataOnly) return Object.freeze({ apiVersion, kind: object.kind, metadata: object.metadata });
  return object.apiVersion === apiVersion ? object : Object.freeze({ ...object, apiVersion });
}

/** What a change is to those who watch a selection: an object that enters or leaves it is added or deleted to them. */
function eventOf(change: Change, matches: (object: KubeObject) => boolean): { readonly type: Change['type']; readonly object: KubeObject } | undefined {
  const before = change.previous !== undefined && matches(change.previous);
  const after = change.type !== 'deleted' && matches(change.object);
  if (!before && !after) return undefined;
  return { type: after ? (before ? 'modified' : 'added') : 'deleted', object: change.object };
}
