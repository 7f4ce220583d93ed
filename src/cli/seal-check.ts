import { checkText, type CheckProblem, type CheckResult } from '../seal/check-text.ts';
import { findManifestFiles, isManifestFile } from '../seal/find-manifests.ts';
import { certificateProblem } from '../seal/usable-certificate.ts';
import type { ExitCode, Io } from './io.ts';
import { printable } from './printable.ts';
import { count } from './problem-lines.ts';
import { readBytes, readCertificates, readKeys } from './seal-files-read.ts';
import type { KeyFlags } from './seal-options.ts';
import { styleFor, table } from './style.ts';

export interface SealCheckOptions extends KeyFlags {
  readonly paths: readonly string[];
  readonly certificates: readonly string[];
  readonly output: 'text' | 'json';
  /** Look at what Git would commit instead of at files. */
  readonly staged?: boolean;
  /** Say of each item which key sealed it. */
  readonly listItems?: boolean;
}

/**
 * `prelude seal --check PATH…` and `prelude verify PATH…`: problems as a compiler prints them, `file:line: error: …`.
 * @returns 1 where there is an error; warnings alone are 0
 * @throws SealError where a path, a certificate or a key cannot be read; the signal's reason
 */
export async function sealCheck(options: SealCheckOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const certificates = options.certificates.length === 0 ? undefined : await readCertificates(options.certificates, io, signal);
  const ring = options.keys.length === 0 ? undefined : await readKeys(options, io);
  const means = { ...(certificates === undefined ? {} : { certificates: certificates.map(({ certificate }) => certificate) }), ...(ring === undefined ? {} : { ring }) };
  const results: CheckResult[] = [];
  for await (const { path, text } of options.staged === true ? stagedFiles(signal) : files(options.paths, io)) results.push(await checkText(text, path, means));
  const expired = (certificates ?? []).flatMap(({ certificate }, index): readonly CheckProblem[] => {
    const message = certificateProblem(certificate, Date.now());
    return message === undefined ? [] : [{ severity: 'error', reason: 'stale-key', file: options.certificates[index] ?? '', line: 1, message }];
  });
  const result = { problems: [...expired, ...results.flatMap(({ problems }) => problems)], items: results.flatMap(({ items }) => items) };
  const errors = result.problems.filter(({ severity }) => severity === 'error').length;
  if (options.output === 'json') io.out.write(`${JSON.stringify({ ...result, errors }, null, 2)}\n`);
  else print(result, options, io);
  return errors === 0 ? 0 : 1;
}

async function* files(paths: readonly string[], io: Io): AsyncGenerator<{ readonly path: string; readonly text: Uint8Array }> {
  for (const path of await findManifestFiles(paths)) yield { path, text: await readBytes(path, io) };
}

async function* stagedFiles(signal: AbortSignal): AsyncGenerator<{ readonly path: string; readonly text: Uint8Array }> {
  const { stagedPaths, stagedText } = await import('./seal-staged.ts');
  for (const path of await stagedPaths(signal)) if (isManifestFile(path)) yield { path, text: await stagedText(path, signal) };
}

function print({ problems, items }: CheckResult, { listItems = false, keys }: SealCheckOptions, io: Io): void {
  const style = styleFor(io);
  if (listItems && items.length > 0) {
    const rows = items.map(({ file, line, namespace, name, key, sealedWith, bits }) => [`${file}:${line}`, `${namespace}/${name}`, key, sealedWith?.slice(0, 16) ?? `? (${bits} bits)`]);
    io.out.write(table(['PLACE', 'SEALEDSECRET', 'ITEM', 'SEALED WITH'], rows.map((row) => row.map((cell) => printable(cell))), io.columns));
    if (keys.length === 0) io.out.write('Which key sealed a value is not written in it: only private keys tell (--keys).\n');
  }
  for (const { file, line, severity, message } of problems) {
    const label = severity === 'error' ? style.red('error') : style.yellow('warning');
    io.err.write(`${style.bold(`${printable(file)}:${line}:`)} ${label}: ${printable(message)}\n`);
  }
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  io.err.write(`${count(items.length, 'sealed value')}, ${count(errors, 'error')}, ${count(problems.length - errors, 'warning')}\n`);
}
