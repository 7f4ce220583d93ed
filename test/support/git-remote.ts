import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

/** A bare repository as a hosting service keeps one, and a clone that a person pushes from. */
export interface GitRemote {
  /** `file://` address of the bare repository. */
  readonly url: string;
  /** The clone's work tree. */
  readonly folder: string;
  /** Copies a folder to the root of the clone, without committing. */
  readonly copy: (folder: string) => Promise<void>;
  readonly write: (path: string, text: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  /** Commits everything, pushes, and answers the commit's 40 hex digits. */
  readonly push: (message: string) => Promise<string>;
  readonly git: (...args: readonly string[]) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Makes an empty remote with branch `main` in a new temporary folder. */
export async function createGitRemote(): Promise<GitRemote> {
  const root = await mkdtemp(join(tmpdir(), 'prelude-git-'));
  const bare = join(root, 'remote.git');
  const clone = join(root, 'clone');
  const run = async (cwd: string, args: readonly string[]): Promise<string> => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
    const identity = ['-c', 'user.name=Operator', '-c', 'user.email=operator@testnet.example', '-c', 'init.defaultBranch=main'];
    return (await execFileAsync('git', [...identity, ...args], { cwd, env })).stdout.trim();
  };
  await run(root, ['init', '--bare', bare]);
  await run(root, ['clone', bare, clone]);
  return {
    url: `file://${bare}`,
    folder: clone,
    copy: (folder) => cp(folder, clone, { recursive: true }),
    write: async (path, text) => {
      await mkdir(dirname(join(clone, path)), { recursive: true });
      await writeFile(join(clone, path), text);
    },
    remove: (path) => rm(join(clone, path), { recursive: true }),
    push: async (message) => {
      await run(clone, ['add', '--all']);
      await run(clone, ['commit', '--message', message]);
      await run(clone, ['push', 'origin', 'HEAD:main']);
      return run(clone, ['rev-parse', 'HEAD']);
    },
    git: (...args) => run(clone, args),
    close: () => rm(root, { recursive: true, force: true }),
  };
}
