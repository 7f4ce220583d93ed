import { generatorStateReasons } from '../../api/generator-state.ts';
import type { GeneratorState } from '../../api/generator-state.ts';
import { generatorStateFinalizer } from '../../api/names.ts';
import type { ParsedObject } from '../../api/parsed-object.ts';
import { formatErrors } from '../../api/schema.ts';
import type { GeneratorHandle } from '../../provider/generator-runner.ts';
import type { Outcome } from '../../runtime/outcome.ts';

export type StateEntry = ParsedObject<GeneratorState>;

export type Decision =
  /** Nothing to do, and nothing to tell. */
  | { readonly kind: 'ignore' }
  | { readonly kind: 'report'; readonly outcome: Outcome }
  /** Keep it from going before what it stands for is taken back. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'take back'; readonly generator: GeneratorHandle; readonly state: unknown };

export interface Surroundings {
  /** The kinds of generators that can be run. */
  readonly kinds: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Decides what is to be done for one state. A state of a generator that this version does not run is held as it is, even where its
 * owner is gone: what it stands for is alive somewhere, and to let go of it would be to forget that.
 */
export function decide({ metadata, parsed }: StateEntry, { kinds, now }: Surroundings): Decision {
  const isLeaving = metadata.deletionTimestamp !== undefined;
  const isHeld = metadata.finalizers?.includes(generatorStateFinalizer) === true;
  if (isLeaving && !isHeld) return { kind: 'ignore' };
  if (!parsed.ok) return stalled(generatorStateReasons.invalid, `invalid state: ${formatErrors(parsed.errors)}; correct it, or take back by hand what it stands for and ${release}`);

  const { garbageCollectionDeadline: deadline, resource, state } = parsed.value;
  const isOver = deadline !== undefined && deadline <= now;
  if (!kinds.has(resource.kind)) {
    if (!isLeaving && !isOver) return { kind: 'ignore' };
    return stalled(generatorStateReasons.foreign, `this version of Prelude does not run generators of kind ${resource.kind}; take back by hand what ${nameOf(parsed.value)} made, and ${release}`);
  }
  if (isLeaving) {
    // whatever namespace the snapshot says: what its spec names is looked up where the state is
    const { namespace = '' } = metadata;
    return { kind: 'take back', generator: { label: `${resource.kind} of GeneratorState ${namespace}/${metadata.name}`, kind: resource.kind, spec: resource.spec, namespace }, state };
  }
  if (!isHeld) return { kind: 'hold' };
  if (isOver) return { kind: 'delete' };
  const outcome = { kind: 'synced', reason: generatorStateReasons.kept, message: 'GeneratorState created' } as const;
  return { kind: 'report', outcome: deadline === undefined ? outcome : { ...outcome, requeueAfter: deadline - now } };
}

const release = `remove finalizer ${generatorStateFinalizer}`;

function nameOf({ resource: { kind, name } }: GeneratorState): string {
  return name === undefined ? `the ${kind}` : `${kind} "${name}"`;
}

function stalled(reason: string, message: string): Decision {
  return { kind: 'report', outcome: { kind: 'stalled', reason, message } };
}
