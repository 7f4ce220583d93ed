import { formatKey, keyOf, type KubeObject, type ObjectKey } from '../../api/object.ts';
import type { Informer } from '../../kube/informer.ts';
import type { ResourceType } from '../../kube/port.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import type { StartInformer } from './live-index.ts';

/** An object that an Application refers to, or without a name all objects of a kind, in its namespace where the kind has one. */
export interface Reference {
  readonly type: ResourceType;
  readonly namespace?: string;
  readonly name?: string;
}

/** Tells of changes of objects that Applications refer to and do not own, whoever makes them. */
export interface ReferenceWatch {
  /**
   * Replaces what an Application refers to. Metadata only, one stream for each kind however many Applications refer to its objects, and of it
   * only what somebody refers to is kept. What was not seen before it is told once more.
   * @param part what the references are for; each part of an Application has its own
   */
  readonly watch: (application: string, part: string, references: readonly Reference[]) => void;
  /** The resourceVersion of an object as last seen; undefined where nothing of it was seen since somebody refers to it. */
  readonly versionOf: (type: ResourceType, key: ObjectKey) => string | undefined;
  /** Whether a change of it would be seen. */
  readonly isWatched: (type: ResourceType, key: ObjectKey) => boolean;
}

export interface ReferenceWatchOptions {
  readonly startInformer: StartInformer;
  readonly onChange: (application: string, part: string) => void;
  /** Ends the watches. */
  readonly signal: AbortSignal;
}

interface Watched {
  readonly informer: Informer<string>;
  readonly stop: AbortController;
  /** Who refers to objects of the kind. */
  readonly users: Set<string>;
}

const everything = '*';

export function createReferenceWatch({ startInformer, onChange, signal }: ReferenceWatchOptions): ReferenceWatch {
  const references = new ReverseIndex();
  const wishes = new Map<string, string>();
  const watched = new Map<string, Watched>();

  const concerned = (type: ResourceType, { namespace, name }: ObjectKey): ReadonlySet<string> => {
    const home = namespace === undefined ? {} : { namespace };
    return new Set([...references.itemsOf(termOf({ type, ...home, name })), ...references.itemsOf(termOf({ type, ...home }))]);
  };

  function start(type: ResourceType): Watched {
    const stop = new AbortController();
    const project = (object: KubeObject): string | undefined => (concerned(type, keyOf(object)).size > 0 ? object.metadata.resourceVersion : undefined);
    const tellOf = (key: ObjectKey): void => {
      for (const user of concerned(type, key)) tell(user);
    };
    // what was passed over before somebody referred to it is not kept, and its end is news all the same
    const informer = startInformer({ type, selection: { metadataOnly: true }, project, onStrangerGone: tellOf }, AbortSignal.any([signal, stop.signal]));
    informer.synced.catch(() => {});
    informer.subscribe(({ key }) => tellOf(key));
    return { informer, stop, users: new Set() };
  }

  function tell(user: string): void {
    const [application = '', part = ''] = user.split(' ');
    onChange(application, part);
  }

  /** Lets go of kinds that nobody refers to any more. */
  function leave(user: string, kinds: ReadonlyMap<string, ResourceType>): void {
    for (const [kind, { users, stop }] of watched) {
      if (kinds.has(kind) || !users.delete(user) || users.size > 0) continue;
      stop.abort(new DOMException('nobody refers to this kind any more', 'AbortError'));
      watched.delete(kind);
    }
  }

  return {
    watch: (application, part, wanted) => {
      // keys hold no spaces
      const user = `${application} ${part}`;
      const terms = [...new Set(wanted.map(termOf))].toSorted();
      const wish = terms.join(' ');
      if ((wishes.get(user) ?? '') === wish) return;
      if (wish === '') wishes.delete(user);
      else wishes.set(user, wish);
      references.set(user, terms);
      const kinds = new Map(wanted.map(({ type }) => [kindOf(type), type]));
      leave(user, kinds);
      // a watch that stood already has passed over what came before it knew of the reference: look once more
      const stood = [...kinds.keys()].some((kind) => watched.has(kind));
      for (const [kind, type] of kinds) {
        const known = watched.get(kind) ?? start(type);
        known.users.add(user);
        watched.set(kind, known);
      }
      if (stood) onChange(application, part);
    },
    versionOf: (type, key) => watched.get(kindOf(type))?.informer.get(key),
    isWatched: (type, key) => concerned(type, key).size > 0,
  };
}

function kindOf({ group, kind }: ResourceType): string {
  return `${group}/${kind}`;
}

function termOf({ type, namespace, name = everything }: Reference): string {
  return `${kindOf(type)}/${formatKey({ name, ...(namespace === undefined ? {} : { namespace }) })}`;
}
