import type { ObjectKey } from '../../api/object.ts';
import { parseKey } from '../../api/object.ts';
import type { Informer } from '../../kube/informer.ts';
import type { Child } from '../../secret/namespaced-children.ts';
import type { NamespaceFacts } from '../../secret/store-access.ts';
import type { ChildEntry, DeclarationEntry, DeclarationKind } from './declaration-kind.ts';

/** The live views a controller of this kind works from. */
export interface FanOutCaches<Spec> {
  readonly declarations: Informer<DeclarationEntry<Spec>>;
  readonly children: Informer<ChildEntry<Spec>>;
  readonly namespaces: Informer<NamespaceFacts>;
}

/** A declaration, or the name of one that is gone and has left something behind. */
export interface FanOutSubject<Spec> {
  readonly name: string;
  readonly entry?: DeclarationEntry<Spec>;
}

/** All that is known about one declaration at one moment. */
export interface Observed<Spec> extends FanOutSubject<Spec> {
  readonly namespaces: readonly NamespaceFacts[];
  /** What the declaration controls, wherever it stands. */
  readonly owned: readonly Child<Spec>[];
  readonly find: (key: ObjectKey) => Child<Spec> | undefined;
  /** Names of Namespaces with a finalizer that External Secrets put there for the declaration. */
  readonly held: readonly string[];
}

export interface ObserveOptions<Spec> {
  readonly kind: DeclarationKind<Spec>;
  readonly caches: FanOutCaches<Spec>;
  /** `namespace/name` of the objects that the declaration of a name controls. */
  readonly ownedBy: (name: string) => Iterable<string>;
}

/** Gathers what is known from the caches; asks nobody. */
export function observe<Spec>(subject: FanOutSubject<Spec>, { kind, caches, ownedBy }: ObserveOptions<Spec>): Observed<Spec> {
  const find = (key: ObjectKey): Child<Spec> | undefined => {
    const entry = caches.children.get(key);
    return entry === undefined ? undefined : childOf(entry);
  };
  const namespaces = [...caches.namespaces.values()];
  return {
    ...subject,
    namespaces,
    owned: [...ownedBy(subject.name)].toSorted().flatMap((key) => find(parseKey(key)) ?? []),
    find,
    held: heldBy(subject.name, kind, namespaces),
  };
}

/** What is kept of a child. */
export function childOf<Spec>({ metadata, parsed }: Pick<ChildEntry<Spec>, 'metadata' | 'parsed'>): Child<Spec> {
  return { metadata, ...(parsed.ok ? { spec: parsed.value.spec } : {}) };
}

/** The Namespaces that External Secrets' finalizer for a declaration holds. */
export function heldBy<Spec>(name: string, { legacy }: DeclarationKind<Spec>, namespaces: Iterable<NamespaceFacts>): readonly string[] {
  if (legacy?.namespacePrefix === undefined) return [];
  const finalizer = `${legacy.namespacePrefix}${name}`;
  return [...namespaces].filter(({ finalizers }) => finalizers?.includes(finalizer) === true).map((namespace) => namespace.name);
}
