import { isDeepStrictEqual } from 'node:util';
import { parseGeneratorState } from '../../api/generator-state.ts';
import type { ObjectKey, ObjectMeta } from '../../api/object.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import type { Informer, InformerOptions } from '../../kube/informer.ts';
import { generatorStateType } from '../../kube/resource-types.ts';
import type { StateEntry } from './decide.ts';

/** All states: what this controller works from. */
export const generatorStateInformer: InformerOptions<StateEntry> = { type: generatorStateType, selection: {}, project: (object) => parsedObject(object, parseGeneratorState) };

/** Turns events of states into keys to reconcile. Answers how to stop. */
export function watchStates(states: Pick<Informer<StateEntry>, 'subscribe'>, enqueue: (key: ObjectKey) => void): () => void {
  return states.subscribe(({ key, current, previous }) => {
    if (current !== undefined && (previous === undefined || hasNews(previous, current))) enqueue(key);
  });
}

function hasNews(previous: StateEntry, current: StateEntry): boolean {
  return !isDeepStrictEqual(asked(previous), asked(current));
}

/** The generation will not do: without a status subresource it counts labels and statuses of others too. */
function asked({ metadata, parsed }: StateEntry): unknown {
  const { uid, finalizers, deletionTimestamp }: ObjectMeta = metadata;
  const said = parsed.ok ? [parsed.value.garbageCollectionDeadline, parsed.value.resource, parsed.value.state] : parsed.errors;
  return [uid, finalizers, deletionTimestamp, said];
}
