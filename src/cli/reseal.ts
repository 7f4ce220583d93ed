import { randomBytes } from 'node:crypto';
import { writeAtomically } from '../lib/write-atomically.ts';
import { findManifestFiles } from '../seal/find-manifests.ts';
import { resealText } from '../seal/reseal-text.ts';
import { SealError } from '../seal/seal-error.ts';
import { usableCertificate } from '../seal/usable-certificate.ts';
import type { ExitCode, Io } from './io.ts';
import { count } from './problem-lines.ts';
import { readBytes, readCertificates, readKeys } from './seal-files-read.ts';
import type { KeyFlags } from './seal-options.ts';

export interface ResealOptions extends KeyFlags {
  readonly paths: readonly string[];
  readonly certificate: string;
  /** Also what the new key has sealed already. */
  readonly all: boolean;
  /** Say what would be done. */
  readonly dryRun: boolean;
}

/**
 * `prelude reseal PATH…`: seals every value anew for another key, without a cluster. Only ciphertexts change; nothing is written where
 * one of them does not open.
 * @throws SealError; the signal's reason
 */
export async function reseal({ paths, certificate: source, all, dryRun, ...keys }: ResealOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const [named] = await readCertificates([source], io, signal);
  if (named === undefined) throw new SealError('there is no certificate to seal with');
  const certificate = usableCertificate(named.certificate, Date.now());
  const ring = await readKeys(keys, io);
  const problems: string[] = [];
  const changed: { readonly path: string; readonly text: string; readonly items: number }[] = [];
  let current = 0;
  for (const path of await findManifestFiles(paths)) {
    signal.throwIfAborted();
    const text = (await readBytes(path, io)).toString('utf8');
    if (!text.includes('SealedSecret')) continue;
    try {
      const result = await resealText(text, { where: path, ring, all, certificate, randomBytes });
      current += result.current;
      if (result.items > 0) changed.push({ path, ...result });
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new SealError(`nothing was written: ${count(problems.length, 'file')} cannot be resealed\n${problems.join('\n')}`);
  for (const { path, text, items } of changed) {
    if (!dryRun) await writeAtomically(path, text);
    io.out.write(`${path}: ${count(items, 'value')}\n`);
  }
  io.err.write(`${dryRun ? 'would be resealed' : 'resealed'}: ${count(changed.reduce((sum, { items }) => sum + items, 0), 'value')} in ${count(changed.length, 'file')}; sealed with that key already: ${current}\n`);
  return 0;
}
