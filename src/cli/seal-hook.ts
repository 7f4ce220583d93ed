import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SealError } from '../seal/seal-error.ts';
import type { ExitCode, Io } from './io.ts';
import { hooksFolder } from './seal-staged.ts';

const script = `#!/bin/sh
# Refuses to commit Secrets in plain text and SealedSecrets that cannot be opened. Written by: prelude seal --install-hook
exec prelude seal --check --staged
`;

/**
 * `prelude seal --install-hook`: a pre-commit hook that checks what is about to be committed.
 * @throws SealError where there is a hook already: it is left as it is; ExecError outside of a repository
 */
export async function installHook(io: Io, signal: AbortSignal): Promise<ExitCode> {
  const folder = await hooksFolder(signal);
  const path = join(folder, 'pre-commit');
  await mkdir(folder, { recursive: true });
  await writeFile(path, script, { flag: 'wx', mode: 0o755 }).catch((error: unknown) => {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    throw new SealError(`${path} is there already; add this line to it: prelude seal --check --staged || exit 1`);
  });
  io.out.write(`${path}\n`);
  return 0;
}
