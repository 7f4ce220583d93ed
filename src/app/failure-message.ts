import { isSourceError } from '../gitops/source/source-error.ts';
import { isKubeError } from '../kube/kube-error.ts';

/** What to tell a person whose command failed: the message of an error that says where and why; undefined for a bug. */
export function failureMessage(error: unknown): string | undefined {
  return isSourceError(error) || isKubeError(error) ? error.message : undefined;
}
