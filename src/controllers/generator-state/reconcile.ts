import { generatorStateReasons } from '../../api/generator-state.ts';
import { keyOf } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { generatorStateType } from '../../kube/resource-types.ts';
import type { GeneratorRunner } from '../../provider/generator-runner.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import type { Outcome, Reconciled } from '../../runtime/outcome.ts';
import { amendState, withFinalizer, withoutFinalizer } from './amend-state.ts';
import type { Decision, StateEntry, Surroundings } from './decide.ts';
import { decide } from './decide.ts';

export interface ReconcileOptions {
  readonly cluster: Pick<Cluster, 'get' | 'update' | 'delete'>;
  readonly runner: Pick<GeneratorRunner, 'cleanup'>;
}

/** Brings one state on its way: held while it is in use, deleted when its time is over, taken back before it goes. */
export async function reconcileState(entry: StateEntry, surroundings: Surroundings, options: ReconcileOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { cluster } = options;
  const decision = decide(entry, surroundings);
  switch (decision.kind) {
    case 'ignore':
      return undefined;
    case 'report':
      return { outcome: decision.outcome };
    case 'hold':
      // what follows is decided when the finalizer is seen
      await amendState(cluster, entry, withFinalizer, signal);
      return undefined;
    case 'delete':
      await cluster.delete(generatorStateType, keyOf(entry), entry.metadata.uid === undefined ? {} : { uid: entry.metadata.uid }, signal);
      return undefined;
    case 'take back':
      return { outcome: await takeBack(entry, decision, options, signal) };
  }
}

async function takeBack(entry: StateEntry, { generator, state }: Decision & { readonly kind: 'take back' }, { cluster, runner }: ReconcileOptions, signal: AbortSignal): Promise<Outcome> {
  try {
    await runner.cleanup(generator, state, signal);
  } catch (error) {
    if (error instanceof ProviderError) return failure(error);
    throw error;
  }
  await amendState(cluster, entry, withoutFinalizer, signal);
  return { kind: 'synced', reason: generatorStateReasons.collected, message: `what ${generator.label} made was taken back` };
}

/** What is in the way may go away, a missing credential too: nothing tells us, so it is tried again. */
function failure({ message, retryAfter }: ProviderError): Outcome {
  return { kind: 'failed', reason: generatorStateReasons.failed, message: `could not be taken back: ${message}`, ...(retryAfter === undefined ? {} : { retryAfter }) };
}
