import type { ApplicationStatus, OperationState } from '../../api/application-status.ts';
import { infoOf, withInfo } from './operation-info.ts';

export const aheadInfo = 'prelude.dev/ahead';

/**
 * The revision that has got past its barrier since the last one of the history was brought in, and is not whole itself: what runs is a part
 * of each, so the last one is no longer what should be put back. Undefined: there is none.
 */
export function aheadOf({ operationState }: Pick<ApplicationStatus, 'operationState'>): string | undefined {
  return infoOf(operationState, aheadInfo);
}

/** Puts on record that a revision gets past its barrier. */
export function withAhead(operation: OperationState, revision: string): OperationState {
  return withInfo(operation, aheadInfo, revision);
}

/** Carries the record over to what is written next, another operation, say, until one has brought a revision in, whole. */
export function keepAhead(before: ApplicationStatus, next: ApplicationStatus): ApplicationStatus {
  const { operationState } = next;
  if (operationState === undefined) return next;
  const isSameHistory = before.history?.at(-1)?.id === next.history?.at(-1)?.id;
  return { ...next, operationState: withInfo(operationState, aheadInfo, isSameHistory ? (aheadOf(next) ?? aheadOf(before)) : undefined) };
}
