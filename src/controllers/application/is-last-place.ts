import { isDeepStrictEqual } from 'node:util';
import type { ApplicationStatus } from '../../api/application-status.ts';
import { admittedOf } from '../../gitops/history/admitted.ts';
import type { Target } from './decide.ts';

/** Whether the target is the last revision of the history, as far as that is on record. */
export function isLastRevision(status: ApplicationStatus, target: Target): boolean {
  return status.history?.at(-1)?.revision === target.revision && isLastPlace(status, target);
}

/** Whether the last revision of the history came from the target's source, and into its destination, as far as that is on record. */
export function isLastPlace(status: ApplicationStatus, { source, destination }: Target): boolean {
  const last = status.history?.at(-1);
  const own = JSON.stringify(destination);
  return last !== undefined && isDeepStrictEqual(last.source, source) && (admittedOf(status)?.destination ?? own) === own;
}
