import { exec } from '../lib/exec.ts';

/** Milliseconds for a call of git, which reads one file of its index at most. */
const deadline = 30_000;
const inherit = ['PATH', 'HOME', 'GIT_DIR', 'GIT_INDEX_FILE', 'GIT_WORK_TREE'];

/** The files that the next commit adds or changes. @throws ExecError */
export async function stagedPaths(signal: AbortSignal): Promise<readonly string[]> {
  const output = await exec('git', ['diff', '--cached', '--name-only', '--diff-filter=ACMR', '-z', '--no-renames', '--relative'], { signal, deadline, inherit });
  return output.toString('utf8').split('\0').filter((path) => path !== '');
}

/** A file as the next commit has it: what is on the disk may be something else. @throws ExecError */
export async function stagedText(path: string, signal: AbortSignal): Promise<Uint8Array> {
  return await exec('git', ['show', `:./${path}`], { signal, deadline, inherit });
}

/** Where hooks of the repository stand that this folder is in. @throws ExecError */
export async function hooksFolder(signal: AbortSignal): Promise<string> {
  return (await exec('git', ['rev-parse', '--git-path', 'hooks'], { signal, deadline, inherit })).toString('utf8').trimEnd();
}
