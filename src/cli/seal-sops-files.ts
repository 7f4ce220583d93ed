import { writeAtomically } from '../lib/write-atomically.ts';
import { SealError } from '../seal/seal-error.ts';
import { SopsError } from '../seal/sops/sops-error.ts';
import type { ExitCode, Io } from './io.ts';
import { readBytes } from './seal-files-read.ts';
import { sealSops } from './seal-sops.ts';

export interface SealSopsFilesOptions {
  /** Files, or `-` alone. */
  readonly paths: readonly string[];
  readonly recipients: readonly string[];
  readonly inPlace: boolean;
}

/**
 * `prelude seal --sops FILE…`: files that sops reads, in place or on standard output.
 * @throws SealError
 */
export async function sealSopsFiles({ paths, recipients, inPlace }: SealSopsFilesOptions, io: Io): Promise<ExitCode> {
  if (paths.length > 1 && !inPlace) throw new SealError('several files have no place on standard output: --in-place encrypts each where it is');
  const sealed = await Promise.all(paths.map(async (path) => ({ path, text: await encrypted(path, recipients, io) })));
  for (const { path, text } of sealed) {
    if (inPlace && path !== '-') await writeAtomically(path, text);
    else io.out.write(text);
  }
  return 0;
}

async function encrypted(path: string, recipients: readonly string[], io: Io): Promise<string> {
  try {
    return await sealSops(await readBytes(path, io), { recipients });
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    throw new SealError(`${path === '-' ? 'the input' : path}: ${error.message}`);
  }
}
