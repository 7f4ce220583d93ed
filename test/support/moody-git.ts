import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A git for `PATH` that asks some servers in vain: all else is done by the real one. */
export interface MoodyGit {
  /** For `PATH`. */
  readonly path: string;
  /** Commands whose arguments hold `part` fail, saying this; absent: none does any more. */
  readonly fail: (part: string, said: string) => Promise<void>;
  /** How often such a command was run. */
  readonly failures: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Makes one in a new temporary folder. */
export async function createMoodyGit(): Promise<MoodyGit> {
  const root = await mkdtemp(join(tmpdir(), 'moody-git-'));
  const real = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const [part, said, log] = ['part', 'said', 'log'].map((name) => join(root, name));
  if (part === undefined || said === undefined || log === undefined) throw new Error('a folder has three files');
  const script = `#!/bin/sh\ncase " $* " in *"$(cat ${part})"*) echo x >> ${log}; cat ${said} >&2; exit 128;; esac\nexec ${real} "$@"\n`;
  await mkdir(join(root, 'bin'));
  await Promise.all([writeFile(part, '\u0001'), writeFile(log, ''), writeFile(join(root, 'bin/git'), script)]);
  await chmod(join(root, 'bin/git'), 0o755);
  return {
    path: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`,
    fail: async (where, text) => {
      await Promise.all([writeFile(part, where), writeFile(said, text), writeFile(log, '')]);
    },
    failures: async () => (await readFile(log, 'utf8')).split('x').length - 1,
    close: () => rm(root, { recursive: true, force: true }),
  };
}
