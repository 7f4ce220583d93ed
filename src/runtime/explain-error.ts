import { isKubeError, type KubeError, type KubeErrorKind } from '../kube/kube-error.ts';
import type { Outcome } from './outcome.ts';

const reasons: Readonly<Record<KubeErrorKind, string>> = {
  exists: 'Conflict',
  conflict: 'Conflict',
  absent: 'NotFound',
  denied: 'Forbidden',
  invalid: 'Refused',
  expired: 'Expired',
  throttled: 'Throttled',
  unavailable: 'APIServerUnavailable',
  unsupported: 'Unsupported',
};

/**
 * What an error that ended a reconcile means. Messages of KubeErrors hold no values and are passed on; of any other error
 * only the class is, because nobody vouches for its message (the engine's own quote their input): the redacting log has the rest.
 */
export function explainError(error: unknown): Outcome {
  if (isKubeError(error)) return explainKubeError(error);
  const name = error instanceof Error ? error.name : typeof error;
  return { kind: 'failed', reason: 'InternalError', message: `internal error (${name}); the log says more` };
}

function explainKubeError(error: KubeError): Outcome {
  const { kind, message, retryAfter } = error;
  const reason = reasons[kind];
  if (kind === 'unsupported') return { kind: 'stalled', reason, message };
  return { kind: 'failed', reason, message, ...(retryAfter === undefined ? {} : { retryAfter }) };
}
