import { sealedSecretReasons } from '../../api/sealed-secret.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { UnsealFailure } from '../../lib/sealed-secrets-metrics.ts';
import { explainError } from '../../runtime/explain-error.ts';
import type { EventNote, Outcome } from '../../runtime/outcome.ts';

type Failure = typeof sealedSecretReasons.notUnsealed | typeof sealedSecretReasons.notUpdated;

/** As upstream's condition after a success: without a word. */
export const unsealed: Outcome = { kind: 'synced', reason: sealedSecretReasons.unsealed, message: '' };

export const unsealedNote: EventNote = { type: 'Normal', reason: sealedSecretReasons.unsealed, message: 'SealedSecret unsealed successfully' };

/** Nothing will come of it before somebody changes the object, a key, or the Secret in its way: each of these wakes it. */
export function stalled(reason: Failure, message: string): Outcome {
  return { kind: 'stalled', reason, message };
}

/** It may go well another time. */
export function failed(reason: Failure, message: string, retryAfter?: number): Outcome {
  return { kind: 'failed', reason, message, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/** Upstream's words. */
export function notManaged(name: string): Outcome {
  return stalled(sealedSecretReasons.notUpdated, `failed update: Resource "${name}" already exists and is not managed by SealedSecret`);
}

/** What upstream says in the event of an outcome; nothing of one that is good. */
export function noteOf({ kind, reason, message }: Outcome): readonly EventNote[] {
  if (kind !== 'failed' && kind !== 'stalled') return [];
  return [{ type: 'Warning', reason, message: reason === sealedSecretReasons.notUnsealed ? `Failed to unseal: ${message}` : message.replace(/^failed update: /, '') }];
}

/** What upstream's metric calls a failure of the SealedSecret of this name; undefined where it is none. */
export function failureOf({ kind, reason, message }: Outcome, name: string): UnsealFailure | undefined {
  if (kind !== 'failed' && kind !== 'stalled') return undefined;
  if (reason === sealedSecretReasons.notUnsealed) return 'unseal';
  return message === notManaged(name).message ? 'unmanaged' : 'update';
}

/** What an error of the API server means: the Secret could not be written. */
export function explainFailure(error: unknown): Outcome {
  const outcome = explainError(error);
  const message = isKubeError(error) ? `failed update: ${outcome.message}` : outcome.message;
  return failed(sealedSecretReasons.notUpdated, message, outcome.kind === 'failed' ? outcome.retryAfter : undefined);
}
