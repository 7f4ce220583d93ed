import { isKubeError, type KubeError } from '../../../kube/kube-error.ts';
import type { PreparedObject } from './prepared-object.ts';

/** Whether what is sent of an object holds values that nobody may see: from Secrets, or decrypted as it is written. */
export function holdsSecrets({ holdsValues, sops, sopsEntries }: Pick<PreparedObject, 'holdsValues' | 'sops' | 'sopsEntries'>): boolean {
  return holdsValues === true || sops !== undefined || sopsEntries !== undefined;
}

/**
 * Whether a refusal may quote the object: validation does, and so may a webhook or a policy. An API server that is away, is busy, or has not
 * what was asked for did not look at the object; of a webhook that answers as if, `WriteOptions.holdsValues` withholds the text.
 */
export function mayQuote(error: unknown): error is KubeError {
  return isKubeError(error) && !isKubeError(error, 'unavailable', 'throttled', 'absent');
}
