import { runSealedTakeover, type SealedTakeoverOptions, type SealedTakeoverResult } from '../app/takeover/run-sealed-takeover.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import type { ExitCode, Io } from './io.ts';
import { printable } from './printable.ts';
import { count } from './problem-lines.ts';
import { styleFor, table, wrap } from './style.ts';
import { tellFailure } from './tell-failure.ts';

/**
 * `prelude takeover sealed-secrets`: what stands in the way of taking over from Sealed Secrets, and with `--apply --scale-down` stopping it.
 * @returns 1 where something is in the way, still
 */
export async function sealedTakeover(options: SealedTakeoverOptions, output: 'text' | 'json', io: Io, signal: AbortSignal): Promise<ExitCode> {
  const log = createLog({ level: 'error', destination: { write: (line) => io.err.write(line) } });
  try {
    const result = await runSealedTakeover(options, { clock: systemClock, log, progress: (line) => io.err.write(`${printable(line)}\n`) }, signal);
    io.out.write(output === 'json' ? `${JSON.stringify(documentOf(result), null, 2)}\n` : textOf(printable(result), io));
    return result.report.ready ? 0 : 1;
  } catch (error) {
    return tellFailure(error, io);
  }
}

function documentOf({ cluster, facts, report }: SealedTakeoverResult): Readonly<Record<string, unknown>> {
  return {
    ready: report.ready,
    cluster,
    steps: report.steps.map(({ scalesDown, ...step }) => ({ ...step, appliable: scalesDown !== undefined })),
    notes: report.notes,
    deployments: facts.deployments.map(({ flags, uid: _uid, ...one }) => ({ ...one, flags: Object.fromEntries(flags) })),
    keys: Object.fromEntries(facts.keys),
    objects: facts.objects,
  };
}

function textOf({ cluster, facts, report }: SealedTakeoverResult, io: Io): string {
  const style = styleFor(io);
  const columns = io.isTerminal ? io.columns : Number.POSITIVE_INFINITY;
  const rows = [
    ...facts.deployments.map(({ namespace, name, running, replicas }) => ['controller', `${namespace}/${name}`, `${running} of ${count(replicas, 'pod')}`]),
    ...[...facts.keys].map(([namespace, number]) => ['keys', namespace, count(number, 'active key')]),
    ['objects', 'SealedSecret', `${facts.objects.all}, ${facts.objects.synced} in sync`],
  ];
  const steps = report.steps.map(({ title, why, commands, scalesDown }, index) => {
    const marked = scalesDown === undefined ? '' : ` ${style.cyan('(--apply --scale-down)')}`;
    return `${wrap(`${style.bold(`${index + 1}. ${title}`)}${marked}`, columns)}${wrap(why, columns, '   ')}${commands.map((command) => `   $ ${command}\n`).join('')}`;
  });
  const blocks = [
    `${style.bold('Takeover from Sealed Secrets')}  ${style.dim(cluster)}\n`,
    table(['WHAT', 'NAME', 'STATE'].map(style.dim), rows, columns),
    steps.join('\n'),
    report.notes.map((note) => wrap(`note: ${note}`, columns)).join(''),
    report.ready ? `${style.green('nothing is in the way')}\n` : `${style.red(`${count(report.steps.length, 'thing')} in the way`)}\n`,
  ];
  return blocks.filter((block) => block !== '').join('\n');
}
