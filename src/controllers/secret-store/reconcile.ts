import { storeReasons } from '../../api/names.ts';
import type { Cluster, ResourceType } from '../../kube/port.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import type { StoreReader } from '../../provider/store-reader.ts';
import type { Outcome, Reconciled } from '../../runtime/outcome.ts';
import type { StoreHolds } from '../../secret/push/store-holds.ts';
import type { Decision, StoreEntry } from './decide.ts';
import { decide, judge, judgeFailure } from './decide.ts';
import { amendFinalizer, finalizerChange } from './finalizer.ts';

export interface ReconcileOptions {
  readonly cluster: Pick<Cluster, 'get' | 'update'>;
  readonly type: ResourceType;
  readonly reader: Pick<StoreReader, 'validate' | 'capabilities'>;
  readonly holds: Pick<StoreHolds, 'isHeld'>;
  /** Whether finalizers come off that nobody seems to need. */
  readonly mayRelease: boolean;
  readonly controllerClass: string;
  /** Milliseconds between validations of a store that does not say. */
  readonly requeueInterval: number;
}

/** Holds or lets go one store, and validates it through the reader. Undefined: not ours, nothing to report. */
export async function reconcileStore(entry: StoreEntry, options: ReconcileOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { cluster, type, reader, holds } = options;
  const decision = decide(entry, options);
  const change = finalizerChange(entry, options.controllerClass, entry.parsed.ok && holds.isHeld(entry.parsed.value), options.mayRelease);
  if (change !== undefined) await amendFinalizer(cluster, type, { metadata: entry.metadata, change }, signal);
  if (decision.kind === 'ignore') return undefined;
  if (decision.kind === 'report') return { outcome: decision.outcome };

  const outcome = await validate(reader, decision, signal);
  if (outcome.kind !== 'synced') return { outcome };
  // told when it changes, not every five minutes
  const events = readyReason(entry) === outcome.reason ? [] : [{ type: 'Normal', reason: outcome.reason, message: outcome.message } as const];
  // what can be done with a store that could not be checked is not claimed, as upstream has it
  const status = outcome.reason === storeReasons.valid ? { capabilities: reader.capabilities(decision.store) } : {};
  return { outcome, status, events };
}

async function validate(reader: ReconcileOptions['reader'], { store, interval }: Decision & { readonly kind: 'validate' }, signal: AbortSignal): Promise<Outcome> {
  try {
    return judge(await reader.validate(store, signal), interval);
  } catch (error) {
    if (error instanceof ProviderError) return judgeFailure(error);
    throw error;
  }
}

/** The reason for which a store is ready; undefined where it is not. */
function readyReason({ parsed }: StoreEntry): string | undefined {
  return parsed.ok ? parsed.value.status.conditions.find(({ type, status }) => type === 'Ready' && status === 'True')?.reason : undefined;
}
