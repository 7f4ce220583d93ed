import type { ApplicationName } from '../app/applications/application-name.ts';
import type { ClusterOptions } from '../app/options.ts';
import type { SourcePlaces } from '../app/status/read-desired.ts';
import { listStatus, reportStatus } from '../app/status/run-status.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { applicationText } from './application-text.ts';
import type { OutputFormat } from './cluster-options.ts';
import type { ExitCode, Io } from './io.ts';
import { printDocument } from './print-document.ts';
import { printable } from './printable.ts';
import { statusText } from './status-text.ts';
import { tellFailure } from './tell-failure.ts';

interface Shown {
  readonly cluster: ClusterOptions;
  readonly output: OutputFormat;
}

function surroundings(io: Io): { readonly clock: typeof systemClock; readonly log: ReturnType<typeof createLog> } {
  return { clock: systemClock, log: createLog({ level: 'error', destination: { write: (line) => io.err.write(line) } }) };
}

/** `prelude status`: every Application, from what its controller has put on record. */
export async function status({ output, ...options }: Shown & { readonly namespace?: string }, io: Io, signal: AbortSignal): Promise<ExitCode> {
  try {
    const applications = await listStatus(options, surroundings(io), signal);
    io.out.write(output === 'text' ? statusText(printable(applications), systemClock.now(), io) : printDocument({ applications }, output));
    return 0;
  } catch (error) {
    return tellFailure(error, io);
  }
}

/** `prelude status NAME`: one Application's objects, as Git wants them and as the cluster has them. */
export async function statusOf({ output, ...options }: Shown & { readonly application: ApplicationName; readonly places: SourcePlaces }, io: Io, signal: AbortSignal): Promise<ExitCode> {
  try {
    const report = await reportStatus(options, { ...surroundings(io), environment: io.env }, signal);
    io.out.write(output === 'text' ? applicationText(printable(report), systemClock.now(), io) : printDocument(report, output));
    return 0;
  } catch (error) {
    return tellFailure(error, io);
  }
}
