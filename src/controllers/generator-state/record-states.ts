import { statusFieldManager } from '../../api/names.ts';
import type { Informer } from '../../kube/informer.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { generatorStateType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import type { GeneratorRunner } from '../../provider/generator-runner.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import { type GeneratorStates, type LeftState, type NewState, stateGracePeriod, stateObject, type StateOwner } from '../../secret/generator-states.ts';
import { amendState, withDeadline } from './amend-state.ts';
import type { StateEntry } from './decide.ts';

export interface GeneratorStatesOptions {
  readonly cluster: Pick<Cluster, 'create' | 'get' | 'update'>;
  /** Made of `generatorStateInformer`. */
  readonly states: Pick<Informer<StateEntry>, 'values'>;
  readonly runner: Pick<GeneratorRunner, 'cleanup'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds; External Secrets' default unless told. */
  readonly gracePeriod?: number;
}

/** Makes the account of what generators have made: one GeneratorState for each run that left something behind. */
export function createGeneratorStates(options: GeneratorStatesOptions): GeneratorStates {
  const { cluster, states, runner, clock, gracePeriod = stateGracePeriod } = options;
  return {
    commit: async (owner, left, signal) => {
      // from before the new ones are made, so that none of those can be among them
      const earlier = [...states.values()].filter((entry) => isInUse(entry, owner));
      for (const each of withState(left)) await createState(options, { owner, left: each }, signal);
      for (const entry of earlier) await amendState(cluster, entry, withDeadline(clock.now() + gracePeriod), signal);
    },
    rollback: async (owner, left, signal) => {
      for (const each of withState(left)) {
        try {
          await runner.cleanup(each.handle, each.state, signal);
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
          await createState(options, { owner, left: each, deadline: clock.now() }, signal);
        }
      }
    },
  };
}

function withState(left: readonly LeftState[]): readonly LeftState[] {
  return left.filter(({ state }) => state !== undefined);
}

/** A state of this very owner, not of an earlier one of the same name, that nobody has given an end yet. */
function isInUse({ metadata, parsed }: StateEntry, owner: StateOwner): boolean {
  const isOwners = metadata.namespace === owner.metadata.namespace && metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) === true;
  return isOwners && metadata.deletionTimestamp === undefined && parsed.ok && parsed.value.garbageCollectionDeadline === undefined;
}

/** A name that is taken five times in a row is no chance any more. */
const mostTries = 5;

async function createState({ cluster, random }: GeneratorStatesOptions, state: NewState, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await cluster.create(generatorStateType, stateObject(state, random), { fieldManager: statusFieldManager, holdsValues: true }, signal);
      return;
    } catch (error) {
      if (tries === mostTries || !isKubeError(error, 'exists')) throw error;
    }
  }
}
