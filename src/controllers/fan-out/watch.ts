import { isDeepStrictEqual } from 'node:util';
import type { ObjectKey, ObjectMeta } from '../../api/object.ts';
import { formatKey } from '../../api/object.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import { controllingParent, isMeant } from '../../secret/namespaced-children.ts';
import type { NamespaceFacts } from '../../secret/store-access.ts';
import type { DeclarationKind } from './declaration-kind.ts';
import type { FanOutCaches } from './observe.ts';

/** Which declarations are to be looked at when something else changes. */
export interface Watching {
  /** `namespace/name` of the objects that the declaration of a name controls. */
  readonly ownedBy: (name: string) => ReadonlySet<string>;
  /** Stops listening. */
  readonly stop: () => void;
}

/** Turns events of the caches into keys of declarations to reconcile. */
export function watchDeclarations<Spec>(caches: FanOutCaches<Spec>, kind: DeclarationKind<Spec>, enqueue: (key: ObjectKey) => void): Watching {
  const byParent = new ReverseIndex();
  const byChildName = new ReverseIndex();
  const enqueueAll = (names: Iterable<string>): void => {
    for (const name of names) enqueue({ name });
  };
  const stops = [
    // children first, so that what is already there is known when the declarations are reported
    caches.children.subscribe(({ key, current, previous }) => {
      const parentOf = (child: typeof current): readonly string[] => (child === undefined ? [] : [controllingParent(child.metadata, kind.kinds.parent)].flatMap((name) => name ?? []));
      byParent.set(formatKey(key), parentOf(current));
      if (previous !== undefined && current !== undefined && !hasNews(previous.metadata, current.metadata)) return;
      enqueueAll(new Set([...parentOf(current), ...parentOf(previous), ...byChildName.itemsOf(key.name)]));
    }),
    caches.declarations.subscribe(({ key, current, previous }) => {
      byChildName.set(key.name, current?.parsed.ok === true ? [current.parsed.value.spec.childName] : []);
      if (current !== undefined && (previous === undefined || hasNews(previous.metadata, current.metadata))) enqueue(key);
    }),
    caches.namespaces.subscribe(({ current, previous }) => {
      if (isDeepStrictEqual(current, previous)) return;
      enqueueAll(concerned(caches, kind, current, previous));
    }),
  ];
  return {
    ownedBy: (name) => byParent.itemsOf(name),
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

/** Statuses are the controllers' own: what counts is what somebody asks for, and whose it is. */
function hasNews(previous: ObjectMeta, current: ObjectMeta): boolean {
  const asked = ({ uid, generation, labels, annotations, ownerReferences, deletionTimestamp }: ObjectMeta): unknown => [uid, generation, labels, annotations, ownerReferences, deletionTimestamp];
  return !isDeepStrictEqual(asked(previous), asked(current));
}

/** The declarations that mean a namespace, or did before it changed, or whose finalizer is on it. */
function concerned<Spec>({ declarations }: FanOutCaches<Spec>, { legacy }: DeclarationKind<Spec>, current: NamespaceFacts | undefined, previous: NamespaceFacts | undefined): ReadonlySet<string> {
  const states = [current, previous].flatMap((facts) => facts ?? []);
  const meaning = [...declarations.values()].flatMap(({ metadata, parsed }) => {
    if (!parsed.ok) return [];
    const { spec } = parsed.value;
    return states.some((facts) => isMeant(spec, facts)) ? [metadata.name] : [];
  });
  const prefix = legacy?.namespacePrefix;
  const holding = prefix === undefined ? [] : (current?.finalizers ?? []).filter((finalizer) => finalizer.startsWith(prefix)).map((finalizer) => finalizer.slice(prefix.length));
  return new Set([...meaning, ...holding]);
}
