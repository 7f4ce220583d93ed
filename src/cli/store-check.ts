import type { AdapterOptions, ClusterOptions } from '../app/options.ts';
import { runStoreCheck } from '../app/store-check/run-store-check.ts';
import type { StoreCheck, StoreQuestion } from '../app/store-check/store-check.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import type { ExitCode, Io } from './io.ts';
import { count } from './problem-lines.ts';
import { printable } from './printable.ts';
import { pad, styleFor, wrap } from './style.ts';
import { tellFailure } from './tell-failure.ts';

export interface StoreCheckCommand {
  readonly cluster: ClusterOptions;
  readonly question: StoreQuestion;
  readonly adapters: AdapterOptions;
  readonly output: 'text' | 'json';
}

/**
 * `prelude store check NAME`: whether a store works, and whether it has a key; never the value.
 * @returns 1 where anything is wrong
 */
export async function storeCheck({ output, ...options }: StoreCheckCommand, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const log = createLog({ level: 'error', destination: { write: (line) => io.err.write(line) } });
  try {
    const check = await runStoreCheck(options, { clock: systemClock, log, environment: io.env }, signal);
    const sound = check.parts.every(({ trouble }) => trouble === undefined);
    io.out.write(output === 'json' ? `${JSON.stringify({ sound, ...document(check) }, null, 2)}\n` : storeCheckText(printable(check), io));
    return sound ? 0 : 1;
  } catch (error) {
    return tellFailure(error, io);
  }
}

/** A trouble may be an error, whose message JSON leaves out. */
function document({ parts, ...check }: StoreCheck): Readonly<Record<string, unknown>> {
  return { ...check, parts: parts.map(({ what, answer, trouble }) => ({ what, ...(trouble === undefined ? { answer } : { trouble: { kind: trouble.kind, message: trouble.message } }) })) };
}

const labelWidth = 13;

function storeCheckText({ label, provider, parts, value }: StoreCheck, io: Io): string {
  const style = styleFor(io);
  const columns = io.isTerminal ? io.columns : Number.POSITIVE_INFINITY;
  const title = `${style.bold(label)}${provider === undefined ? '' : `  ${style.dim(`provider ${provider}`)}`}\n`;
  const rows = parts.map(({ what, answer, trouble }) => {
    const text = trouble === undefined ? `${style.green('ok')}  ${answer}` : `${style.red(trouble.kind)}  ${trouble.message}`;
    return wrap(`${style.dim(pad(what, labelWidth))}${text}`, columns);
  });
  if (value === undefined) return title + rows.join('');
  const form = value.properties === undefined ? value.form : `${value.form} with ${value.properties === 1 ? '1 property' : `${value.properties} properties`}`;
  return `${title}${rows.join('')}${style.dim(pad('value', labelWidth))}${count(value.bytes, 'byte')}, ${form}${value.version === undefined ? '' : `, version ${value.version}`}\n`;
}
