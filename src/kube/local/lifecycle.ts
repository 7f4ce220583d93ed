import { type KubeObject, keyOf } from '../../api/object.ts';
import type { DeleteOptions } from '../port.ts';
import { customResourceDefinitionType, namespaceType } from '../resource-types.ts';
import type { ObjectStore, Ref } from './object-store.ts';
import { kindId, type ServedKinds, typesOf } from './served-kinds.ts';

const namespaceKind = kindId(namespaceType);
export const definitionKind = kindId(customResourceDefinitionType);

export interface LifecycleOptions {
  readonly store: ObjectStore;
  readonly kinds: ServedKinds;
  /** RFC 3339. */
  readonly now: () => string;
}

/**
 * How objects come to their end, as the API server, the namespace controller and the garbage collector together have it,
 * but at once: finalizers hold an object, a namespace goes with what is in it, a definition with its objects, and what
 * has lost its last owner goes too.
 */
export class Lifecycle {
  readonly #store: ObjectStore;
  readonly #kinds: ServedKinds;
  readonly #now: () => string;

  constructor({ store, kinds, now }: LifecycleOptions) {
    this.#store = store;
    this.#kinds = kinds;
    this.#now = now;
  }

  /** Keeps what a write has made, and does what follows from it. Answers what was kept, even if it goes at once. */
  keep(kind: string, object: KubeObject): KubeObject {
    const kept = this.#store.put(kind, object);
    if (kind === definitionKind) this.#kinds.define(kept);
    this.#settle({ kind, key: keyOf(kept) });
    return kept;
  }

  /** Deletes an object: at once, or when nothing holds it any more. */
  delete(ref: Ref, propagation: DeleteOptions['propagation']): void {
    const object = this.#store.get(ref);
    if (object === undefined) return;
    const dependents = this.#store.dependentsOf(object.metadata.uid ?? '');
    if (propagation === 'Orphan') for (const dependent of dependents) this.#disown(dependent, object.metadata.uid);
    // a dependent that a finalizer holds does not hold its owner here
    if (propagation === 'Foreground') for (const dependent of dependents) this.#collect(dependent, object.metadata.uid);
    if (!this.#isHeld(ref, object)) {
      this.end(ref);
      return;
    }
    if (object.metadata.deletionTimestamp === undefined) this.#store.put(ref.kind, terminating(ref.kind, object, this.#now()));
    // the last of them takes its holder with it
    for (const content of this.#contentsOf(ref)) this.delete(content, 'Background');
  }

  /** Takes an object out, whatever holds it, and does what follows from that. */
  end(ref: Ref): void {
    const object = this.#store.get(ref);
    if (object === undefined) return;
    const contents = this.#contentsOf(ref);
    this.#store.remove(ref);
    if (ref.kind === definitionKind) this.#kinds.undefine(object);
    for (const content of contents) this.delete(content, 'Background');
    for (const dependent of this.#store.dependentsOf(object.metadata.uid ?? '')) this.#collect(dependent, object.metadata.uid);
    this.#settleHolders(ref);
  }

  /** An object on its way out goes when nothing holds it; one that has only owners that are gone goes too. */
  #settle(ref: Ref): void {
    const object = this.#store.get(ref);
    if (object === undefined) return;
    const { deletionTimestamp, ownerReferences = [] } = object.metadata;
    const orphaned = ownerReferences.length > 0 && ownerReferences.every(({ uid }) => this.#store.byUid(uid) === undefined);
    if (deletionTimestamp === undefined && orphaned) this.delete(ref, 'Background');
    if (deletionTimestamp !== undefined && !this.#isHeld(ref, object)) this.end(ref);
  }

  /** Something has left its namespace and its kind, which may have waited for that. */
  #settleHolders({ kind, key }: Ref): void {
    const holders: Ref[] = key.namespace === undefined ? [] : [{ kind: namespaceKind, key: { name: key.namespace } }];
    for (const definition of this.#store.list(definitionKind)) {
      if (typesOf(definition).some((type) => kindId(type) === kind)) holders.push({ kind: definitionKind, key: { name: definition.metadata.name } });
    }
    for (const holder of holders) {
      if (this.#store.get(holder)?.metadata.deletionTimestamp !== undefined) this.#settle(holder);
    }
  }

  #isHeld(ref: Ref, object: KubeObject): boolean {
    return (object.metadata.finalizers ?? []).length > 0 || this.#contentsOf(ref).length > 0;
  }

  #contentsOf({ kind, key }: Ref): readonly Ref[] {
    if (kind === namespaceKind) return this.#store.inNamespace(key.name);
    const definition = kind === definitionKind ? this.#store.get({ kind, key }) : undefined;
    if (definition === undefined) return [];
    const kinds = new Set(typesOf(definition).map(kindId));
    return [...kinds].flatMap((id) => this.#store.list(id).map((object) => ({ kind: id, key: keyOf(object) })));
  }

  /** An owner is gone: the dependent follows if it was the last, else only forgets it. */
  #collect(ref: Ref, owner: string | undefined): void {
    const others = (this.#store.get(ref)?.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner && this.#store.byUid(uid) !== undefined);
    if (others.length === 0) this.delete(ref, 'Background');
    else this.#disown(ref, owner);
  }

  #disown(ref: Ref, owner: string | undefined): void {
    const object = this.#store.get(ref);
    if (object === undefined) return;
    const { ownerReferences = [], ...metadata } = object.metadata;
    const left = ownerReferences.filter(({ uid }) => uid !== owner);
    this.#store.put(ref.kind, { ...object, metadata: left.length === 0 ? metadata : { ...metadata, ownerReferences: left } });
  }
}

function terminating(kind: string, object: KubeObject, time: string): KubeObject {
  const metadata = { ...object.metadata, deletionTimestamp: time };
  return kind === namespaceKind ? { ...object, metadata, status: { phase: 'Terminating' } } : { ...object, metadata };
}
