import { generatorStateKind, stateOwnerLabel } from '../api/generator-state.ts';
import { generatorStateFinalizer } from '../api/names.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { generatorsApiVersion } from '../api/source-reference.ts';
import type { Random } from '../lib/random.ts';
import { formatTimestamp } from '../lib/timestamp.ts';
import type { GeneratorHandle } from '../provider/generator-runner.ts';
import { textHash } from './object-hash.ts';

/** The object that a generator ran for: an ExternalSecret or a PushSecret. */
export interface StateOwner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** What one run of a generator has left behind. */
export interface LeftState {
  /** Which of the owner's generators it was: the place in `dataFrom`, from 0, or `pushSecretStateKey`. */
  readonly key: string;
  /** The generator as it was when it ran. */
  readonly handle: GeneratorHandle;
  /** What the generator needs to take back what it made. Runs that gave none have left nothing. */
  readonly state: unknown;
}

/** The state key of the one generator that a PushSecret may have. */
export const pushSecretStateKey = '__pushsecret';

/** The port through which controllers keep account of what generators have made outside of the cluster. */
export interface GeneratorStates {
  /**
   * After the values have been written: keeps what their runs have left, and gives what earlier runs for the same owner have left
   * some time until it is taken back, so that whoever still has the old values can change over. `left` is everything that is in
   * use; it may be empty, which costs nothing where nothing was kept.
   * @throws KubeError
   */
  readonly commit: (owner: StateOwner, left: readonly LeftState[], signal: AbortSignal) => Promise<void>;
  /**
   * After the values could not be written: takes back what their runs have left. What cannot be taken back now is kept, to be taken
   * back later.
   * @throws KubeError where that could not be kept either
   */
  readonly rollback: (owner: StateOwner, left: readonly LeftState[], signal: AbortSignal) => Promise<void>;
}

/** The value of the label by which External Secrets finds the states of an owner's generator. */
export function stateOwnerKey({ kind, metadata: { namespace = '', name } }: StateOwner, key: string): string {
  return textHash([kind, namespace, name, key].join('-'));
}

/** Milliseconds between a state's replacement and its end, External Secrets' default. */
export const stateGracePeriod = 120_000;

export interface NewState {
  readonly owner: StateOwner;
  readonly left: LeftState;
  /** When it is to be taken back, in milliseconds since the epoch. Absent: it is in use. */
  readonly deadline?: number;
}

/** The GeneratorState for what a run has left. It goes with its owner, and not before what it stands for is taken back. */
export function stateObject({ owner, left, deadline }: NewState, random: Random): KubeObject {
  const { apiVersion, kind, metadata } = owner;
  const { handle, key, state } = left;
  const { namespace } = metadata;
  return {
    apiVersion: generatorsApiVersion,
    kind: generatorStateKind,
    metadata: {
      name: stateName(owner, random),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [stateOwnerLabel]: stateOwnerKey(owner, key) },
      finalizers: [generatorStateFinalizer],
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' }],
    },
    spec: {
      ...(deadline === undefined ? {} : { garbageCollectionDeadline: formatTimestamp(deadline) }),
      resource: { apiVersion: generatorsApiVersion, kind: handle.kind, spec: handle.spec },
      state,
    },
  };
}

/** The letters of Kubernetes' own generated names: no vowels, so that no words come about. */
const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
/** The longest prefix that Kubernetes leaves in a generated name. */
const longestPrefix = 58;

function stateName({ kind, metadata }: StateOwner, random: Random): string {
  const suffix = Array.from({ length: suffixLength }, () => suffixLetters.charAt(Math.floor(random() * suffixLetters.length))).join('');
  return `gen-${kind.toLowerCase()}-${metadata.name}-`.slice(0, longestPrefix) + suffix;
}
