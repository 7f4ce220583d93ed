import { type RollbackOptions as Asked, type RollbackResult, runRollback } from '../app/rollback/run-rollback.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { shortRevision } from '../gitops/source/short-revision.ts';
import type { OutputFormat } from './cluster-options.ts';
import type { ExitCode, Io } from './io.ts';
import { printDocument } from './print-document.ts';
import { printable } from './printable.ts';
import { type Style, styleFor, wrap } from './style.ts';
import { tellFailure } from './tell-failure.ts';

export interface RollbackOptions extends Omit<Asked, 'by'> {
  readonly output: OutputFormat;
}

/** Said with every rollback: who counts on an old password must know that it does not come back. */
const aboutValues = "Values of Secrets are the provider's present ones, unless a manifest of that revision pins a version (remoteRef.version).";

/** `prelude rollback NAME [REVISION]`: asks the controller to go back, or to follow the branch again. */
export async function rollback({ output, ...options }: RollbackOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const log = createLog({ level: 'error', destination: { write: (line) => io.err.write(line) } });
  const by = io.env['USER'] ?? io.env['LOGNAME'];
  try {
    const result = await runRollback({ ...options, ...(by === undefined || by === '' ? {} : { by }) }, { clock: systemClock, log }, signal);
    io.out.write(output === 'text' ? rollbackText(printable(result), io) : printDocument(result.kind === 'pinned' ? { ...result, values: aboutValues } : result, output));
    return 0;
  } catch (error) {
    return tellFailure(error, io);
  }
}

function rollbackText(result: RollbackResult, io: Io): string {
  const style = styleFor(io);
  const columns = io.isTerminal ? io.columns : Number.POSITIVE_INFINITY;
  return sentences(result, style).map((sentence) => wrap(sentence, columns)).join('');
}

function sentences(result: RollbackResult, style: Style): readonly string[] {
  const name = style.bold(result.application);
  if (result.kind === 'released') return [result.pin === undefined ? `${name} is not rolled back; nothing was changed.` : `${name} follows its branch again; it was pinned to ${shortRevision(result.pin.revision)}.`];
  const { pin, entry, warnings, isAutomated } = result;
  const past = entry === undefined ? '' : ` (id ${entry.id}, deployed ${entry.deployedAt})`;
  const instead = pin.replaces === undefined ? '' : ` instead of ${shortRevision(pin.replaces)}`;
  const upkeep = isAutomated ? 'Automation stays on: it is healed and pruned at that revision.' : 'It is synced to that revision once; it is not automated, and nothing is pruned.';
  return [
    `${name} goes back to ${shortRevision(pin.revision)}${past}${instead}.`,
    `${upkeep} A newer commit releases it, and so does: prelude rollback ${result.application} --release`,
    aboutValues,
    ...warnings.map((warning) => `${style.yellow('warning:')} ${warning}`),
  ];
}
