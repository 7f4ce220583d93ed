import { failureMessage } from '../app/failure-message.ts';
import type { ExitCode, Io } from './io.ts';

/** Tells a person why a command failed. @throws the error, where it is a fault of the program's own */
export function tellFailure(error: unknown, io: Pick<Io, 'err'>): ExitCode {
  const message = failureMessage(error);
  if (message === undefined) throw error;
  io.err.write(`prelude: ${message}\n`);
  return 1;
}
