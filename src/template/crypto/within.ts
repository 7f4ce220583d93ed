import { FunctionError } from '../template-error.ts';
import { DerError } from './der.ts';

/** Does something, and says what it was where it fails. @throws FunctionError */
export function within<T>(what: string, act: () => T): T {
  try {
    return readingDer(what, act);
  } catch (error) {
    if (!(error instanceof FunctionError) || error.message.startsWith(`${what}: `)) throw error;
    throw error.within(what);
  }
}

/** Does something, and says what was malformed where DER is. @throws FunctionError */
export function readingDer<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof DerError) throw new FunctionError(`${what}: ${error.message}`);
    throw error;
  }
}
