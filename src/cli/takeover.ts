import { runTakeover, type TakeoverOptions } from '../app/takeover/run-takeover.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import type { ExitCode, Io } from './io.ts';
import { printable } from './printable.ts';
import { takeoverDocument } from './takeover-document.ts';
import { takeoverText } from './takeover-text.ts';
import { tellFailure } from './tell-failure.ts';

export interface TakeoverCommand extends TakeoverOptions {
  readonly output: 'text' | 'json';
}

/**
 * `prelude takeover eso`: what stands in the way of taking over from External Secrets Operator, and with `--apply` doing what can be done.
 * @returns 1 where something is in the way, still
 */
export async function takeover({ output, ...options }: TakeoverCommand, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const log = createLog({ level: 'error', destination: { write: (line) => io.err.write(line) } });
  try {
    // what is done goes to stderr, so that the report alone is on stdout
    const result = await runTakeover(options, { clock: systemClock, log, progress: (line) => io.err.write(`${line}\n`) }, signal);
    io.out.write(output === 'json' ? `${JSON.stringify(takeoverDocument(result), null, 2)}\n` : takeoverText(printable(result), io));
    return result.report.ready ? 0 : 1;
  } catch (error) {
    return tellFailure(error, io);
  }
}
