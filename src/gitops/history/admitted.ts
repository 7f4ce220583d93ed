import { z } from 'zod';
import type { ApplicationStatus, OperationState } from '../../api/application-status.ts';
import { infoOf, withInfo } from './operation-info.ts';

export const admittedInfo = 'prelude.dev/admitted';

/** The gate of a revision that is being brought in anew: it is the same as none. */
export const anew = 'anew';

/** What the last revision of the history is as it was brought in, or healed last. */
export interface Admitted {
  /** Of the history. */
  readonly id: number;
  /** What its barrier was about (`gateRecord`), or `anew`; absent where nobody has noted it down. */
  readonly gate?: string;
  /** As JSON; absent likewise. */
  readonly destination?: string;
  /** Another revision has begun to be brought in since: what is declared may be that one's. */
  readonly isTouched?: true;
}

const wire = z.object({ id: z.int(), gate: z.string().exactOptional(), destination: z.string().exactOptional(), isTouched: z.literal(true).exactOptional() });

/** What is on record; for a text that cannot be read, that it is not to be counted on. */
function read(text: string, id: number): Admitted {
  try {
    return wire.safeParse(JSON.parse(text)).data ?? { id, gate: anew };
  } catch {
    return { id, gate: anew };
  }
}

/** What is on record of the last revision; undefined where nothing is: Argo CD has brought it in, or nothing was ever brought in. */
export function admittedOf({ history, operationState }: Pick<ApplicationStatus, 'history' | 'operationState'>): Admitted | undefined {
  const [text, id] = [infoOf(operationState, admittedInfo), history?.at(-1)?.id];
  if (text === undefined || id === undefined) return undefined;
  const admitted = read(text, id);
  return admitted.id === id ? admitted : undefined;
}

/** Puts on record what was brought in. */
export function withAdmitted(operation: OperationState, admitted: Admitted): OperationState {
  return withInfo(operation, admittedInfo, JSON.stringify(admitted));
}

/** Puts on record, with an operation that begins, that it declares something for another revision than the last one. */
export function touchAdmitted(operation: OperationState, before: Pick<ApplicationStatus, 'history' | 'operationState'>): OperationState {
  const id = before.history?.at(-1)?.id;
  return id === undefined ? operation : withAdmitted(operation, { id, ...admittedOf(before), isTouched: true });
}

/** Puts on record that what the last revision declares is declared again, and was awaited. */
export function untouchAdmitted(operation: OperationState, status: Pick<ApplicationStatus, 'history' | 'operationState'>): OperationState {
  const admitted = admittedOf(status);
  if (admitted?.isTouched === undefined) return operation;
  const { isTouched: _isTouched, ...rest } = admitted;
  return withAdmitted(operation, rest);
}

/** The record as it stands with one operation, with another. */
export function takeAdmitted(from: OperationState | undefined, to: OperationState): OperationState {
  return withInfo(to, admittedInfo, infoOf(from, admittedInfo));
}

/** Carries the record over to what is written next: another operation begins without it. */
export function keepAdmitted(before: ApplicationStatus, next: ApplicationStatus): ApplicationStatus {
  const { operationState } = next;
  if (operationState === undefined || infoOf(operationState, admittedInfo) !== undefined) return next;
  return { ...next, operationState: takeAdmitted(before.operationState, operationState) };
}
