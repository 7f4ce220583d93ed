import type { OperationState } from '../../api/application-status.ts';
import { listAt, textAt } from '../health/live-field.ts';

/** What is noted down with an operation under a name: `operation.info` is Argo CD's place for what one wants to add. */
export function infoOf(state: Pick<OperationState, 'operation'> | undefined, name: string): string | undefined {
  return textAt(listAt(state?.operation, 'info').find((entry) => textAt(entry, 'name') === name), 'value');
}

/** Notes something down, at the end, or takes it away. */
export function withInfo(state: OperationState, name: string, value: string | undefined): OperationState {
  if (infoOf(state, name) === value) return state;
  const others = listAt(state.operation, 'info').filter((entry) => textAt(entry, 'name') !== name);
  return { ...state, operation: { ...state.operation, info: [...others, ...(value === undefined ? [] : [{ name, value }])] } };
}
