import { untilCalled } from '../lib/until-called.ts';
import type { CallKind, Pacer } from './pacer.ts';

/**
 * Waits until the next call may begin, which then has to.
 * @throws the signal's reason as soon as the signal aborts
 */
export function nextTurn(pacer: Pacer, kind: CallKind, signal: AbortSignal): Promise<void> {
  return untilCalled((begin) => pacer.turn(() => {
    begin();
    return true;
  }, { kind }), signal);
}
