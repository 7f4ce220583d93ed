import { renderSealed } from '../seal/render-sealed.ts';
import { unsealText } from '../seal/unseal-text.ts';
import type { ExitCode, Io } from './io.ts';
import { readBytes, readKeys } from './seal-files-read.ts';
import type { KeyFlags } from './seal-options.ts';

export interface UnsealOptions extends KeyFlags {
  /** A file, or `-`. */
  readonly path: string;
  readonly output: 'yaml' | 'json';
}

/** `prelude unseal FILE`: prints the Secrets in plain text, with private keys and without a cluster. @throws SealError */
export async function unseal({ path, output, ...keys }: UnsealOptions, io: Io): Promise<ExitCode> {
  const ring = await readKeys(keys, io);
  io.out.write(await unsealText(await readBytes(path, io), { where: path === '-' ? 'the input' : path, format: output, ring, render: renderSealed }));
  return 0;
}
