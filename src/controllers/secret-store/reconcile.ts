import { ProviderError } from '../../provider/provider-error.ts';
import type { StoreReader } from '../../provider/store-reader.ts';
import type { Outcome, Reconciled } from '../../runtime/outcome.ts';
import type { Decision, StoreEntry } from './decide.ts';
import { decide, judge, judgeFailure } from './decide.ts';

export interface ReconcileOptions {
  readonly reader: Pick<StoreReader, 'validate'>;
  readonly controllerClass: string;
}

/** What this version can do with any store. */
const capabilities = 'ReadOnly';

/** Validates one store through the reader. Undefined: not ours, nothing to report. */
export async function reconcileStore(entry: StoreEntry, { reader, controllerClass }: ReconcileOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const decision = decide(entry, controllerClass);
  if (decision.kind === 'ignore') return undefined;
  if (decision.kind === 'report') return { outcome: decision.outcome };

  const outcome = await validate(reader, decision, signal);
  if (outcome.kind !== 'synced') return { outcome };
  // told once, not every five minutes
  const events = wasReady(entry) ? [] : [{ type: 'Normal', reason: outcome.reason, message: outcome.message } as const];
  return { outcome, status: { capabilities }, events };
}

async function validate(reader: ReconcileOptions['reader'], { store, interval }: Decision & { readonly kind: 'validate' }, signal: AbortSignal): Promise<Outcome> {
  try {
    return judge(await reader.validate(store, signal), interval);
  } catch (error) {
    if (error instanceof ProviderError) return judgeFailure(error);
    throw error;
  }
}

function wasReady({ parsed }: StoreEntry): boolean {
  return parsed.ok && parsed.value.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
