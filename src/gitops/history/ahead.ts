import type { ApplicationStatus, OperationState } from '../../api/application-status.ts';
import { infoOf, withInfo } from './operation-info.ts';

export const aheadInfo = 'prelude.dev/ahead';

/** Stands where what was ahead is so no more, until that is written: saying nothing would carry it over. */
const nothing = '';

/**
 * The revision that has got past its barrier since the last one of the history was brought in, and is not whole itself: what runs is a part
 * of each, so the last one is no longer what should be put back. Undefined: there is none.
 */
export function aheadOf({ operationState }: Pick<ApplicationStatus, 'operationState'>): string | undefined {
  const ahead = infoOf(operationState, aheadInfo);
  return ahead === nothing ? undefined : ahead;
}

/** Puts on record that a revision gets past its barrier. */
export function withAhead(operation: OperationState, revision: string): OperationState {
  return withInfo(operation, aheadInfo, revision);
}

/** Puts on record that the last revision is whole again: nothing is left of the one that was ahead. */
export function withoutAhead(operation: OperationState): OperationState {
  return infoOf(operation, aheadInfo) === undefined ? operation : withInfo(operation, aheadInfo, nothing);
}

/** Carries the record over to what is written next, another operation, say, until one has brought a revision in, whole. */
export function keepAhead(before: ApplicationStatus, next: ApplicationStatus): ApplicationStatus {
  const { operationState } = next;
  if (operationState === undefined) return next;
  const isOver = infoOf(operationState, aheadInfo) === nothing;
  const isSameHistory = before.history?.at(-1)?.id === next.history?.at(-1)?.id;
  return { ...next, operationState: withInfo(operationState, aheadInfo, isSameHistory && !isOver ? (aheadOf(next) ?? aheadOf(before)) : undefined) };
}
