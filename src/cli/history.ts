import type { ApplicationName } from '../app/applications/application-name.ts';
import type { ClusterOptions } from '../app/options.ts';
import { readHistory } from '../app/rollback/read-history.ts';
import type { RevisionEntry } from '../app/rollback/revision-entries.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { shortRevision } from '../gitops/source/short-revision.ts';
import { spanText } from './age-text.ts';
import type { OutputFormat } from './cluster-options.ts';
import type { ExitCode, Io } from './io.ts';
import { printDocument } from './print-document.ts';
import { printable } from './printable.ts';
import { type Style, styleFor, table } from './style.ts';
import { tellFailure } from './tell-failure.ts';

export interface HistoryOptions {
  readonly cluster: ClusterOptions;
  readonly application: ApplicationName;
  readonly output: OutputFormat;
}

/** `prelude history NAME`: what an Application has been at. */
export async function history({ output, ...options }: HistoryOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const log = createLog({ level: 'error', destination: { write: (line) => io.err.write(line) } });
  try {
    const { application, revisions } = await readHistory(options, { clock: systemClock, log }, signal);
    io.out.write(output === 'text' ? historyText(printable(revisions), io) : printDocument({ application, revisions }, output));
    return 0;
  } catch (error) {
    return tellFailure(error, io);
  }
}

function historyText(revisions: readonly RevisionEntry[], io: Io): string {
  const style = styleFor(io);
  if (revisions.length === 0) return style.dim('Nothing has been brought in yet.\n');
  const rows = revisions.map((entry) => [
    entry.id === undefined ? '' : String(entry.id),
    shortRevision(entry.revision),
    entry.endedAt ?? entry.startedAt ?? '',
    entry.initiatedBy,
    entry.took === undefined ? '' : spanText(entry.took / 1000),
    secretsText(entry),
    resultText(entry, style),
  ]);
  return table(['ID', 'REVISION', 'WHEN', 'BY', 'TOOK', 'SECRETS', 'RESULT'].map(style.dim), rows, io.isTerminal ? io.columns : Number.POSITIVE_INFINITY);
}

/** How many it waited for; which, `-o json` says. */
function secretsText({ evidence }: RevisionEntry): string {
  if (evidence === undefined) return '';
  return `${new Set(evidence.secrets.map(({ secret }) => secret)).size + (evidence.more ?? 0)} current`;
}

function resultText({ result, message, current, wentBack, verdict }: RevisionEntry, style: Style): string {
  if (result !== 'synced') return `${(result === 'failed' ? style.red : style.cyan)(result)}${message === undefined ? '' : `: ${message.split('\n')[0] ?? ''}`}`;
  const notes = [...(current === true ? ['current'] : []), ...(wentBack === true ? ['went back'] : []), ...(verdict === undefined ? [] : [verdict])];
  return `${style.green(result)}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}
