import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '../../lib/exec.ts';
import { ExecError } from '../../lib/exec-error.ts';
import { TestnetError } from './testnet-error.ts';

/** The repository of whoever is at the terminal, with their own git: their name, their signature, their remotes. */
export interface OwnRepository {
  /** Where the folder lies in the repository: empty for its top, else with a slash at its end. */
  readonly prefix: string;
  /** A file of the commit that is checked out, by its path from the folder; undefined where there is none. */
  readonly read: (path: string, signal: AbortSignal) => Promise<string | undefined>;
  /**
   * Commits files to a new branch on top of what is checked out. Neither the work tree nor the index is touched.
   * @returns the commit's digits
   * @throws TestnetError where the branch is there already, or git knows no author
   */
  readonly commit: (change: BranchCommit, signal: AbortSignal) => Promise<string>;
  /** @throws TestnetError */
  readonly push: (remote: string, branch: string, signal: AbortSignal) => Promise<void>;
}

/** A commit to be made. */
export interface BranchCommit {
  readonly branch: string;
  readonly message: string;
  /** New texts, by their paths from the folder. */
  readonly files: ReadonlyMap<string, string>;
}

/** Milliseconds. */
const deadline = 30_000;
const pushDeadline = 120_000;

/** What a person's git goes by. */
const inherit = [
  ...['PATH', 'HOME', 'XDG_CONFIG_HOME', 'GNUPGHOME', 'SSH_AUTH_SOCK', 'LANG', 'GPG_TTY', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'],
  ...['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_AUTHOR_DATE', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL', 'GIT_COMMITTER_DATE', 'GIT_SSH_COMMAND', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_NOSYSTEM'],
];

/** @throws TestnetError where the folder is in no repository, or git is missing */
export async function openOwnRepository(folder: string, signal: AbortSignal): Promise<OwnRepository> {
  const git = async (args: readonly string[], options: { readonly signal: AbortSignal; readonly stdin?: string; readonly index?: string; readonly deadline?: number }): Promise<string> => {
    const { stdin, index } = options;
    const more = { ...(stdin === undefined ? {} : { stdin }), ...(index === undefined ? {} : { env: { GIT_INDEX_FILE: index } }) };
    const output = await exec('git', ['-C', folder, ...args], { signal: options.signal, deadline: options.deadline ?? deadline, inherit, ...more });
    return output.toString('utf8');
  };
  const told = async <T>(work: Promise<T>, what: string): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw error instanceof ExecError ? new TestnetError(`${what}: ${error.message}`) : error;
    }
  };
  const find = async (commit: string, path: string, finding: AbortSignal): Promise<{ readonly mode?: string; readonly oid?: string }> => {
    const listed = await told(git(['ls-tree', '--full-tree', '-z', commit, '--', prefix + path], { signal: finding }), 'the commit that is checked out cannot be read');
    const [, mode, oid] = /^(100(?:644|755)) blob ([0-9a-f]{40,64})\t/.exec(listed) ?? [];
    return mode === undefined || oid === undefined ? {} : { mode, oid };
  };
  const prefix = (await told(git(['rev-parse', '--show-prefix'], { signal }), `${folder} is in no Git repository`)).trimEnd();
  return {
    prefix,
    read: async (path, reading) => {
      const { oid } = await find('HEAD', path, reading);
      return oid === undefined ? undefined : told(git(['cat-file', 'blob', oid], { signal: reading }), `${path} cannot be read`);
    },
    commit: async ({ branch, message, files }, committing) => {
      await told(git(['check-ref-format', '--branch', branch], { signal: committing }), `${JSON.stringify(branch)} cannot be the name of a branch`);
      const index = join(tmpdir(), `prelude-index-${randomUUID()}`);
      const run = { signal: committing, index };
      try {
        const head = (await told(git(['rev-parse', '--verify', 'HEAD^{commit}'], run), 'there is no commit yet')).trim();
        await git(['read-tree', head], run);
        for (const [path, text] of files) {
          const oid = (await git(['hash-object', '-w', '--stdin'], { ...run, stdin: text })).trim();
          const { mode = '100644' } = await find(head, path, committing);
          await git(['update-index', '--add', '--cacheinfo', `${mode},${oid},${prefix}${path}`], run);
        }
        const tree = (await git(['write-tree'], run)).trim();
        const signs = (await git(['config', '--type=bool', '--default=false', 'commit.gpgSign'], run)).trim() === 'true';
        const commit = (await told(git(['commit-tree', ...(signs ? ['-S'] : []), '-p', head, '-F', '-', tree], { ...run, stdin: message }), 'git could not commit')).trim();
        // the empty old value: the branch must not be there
        await told(git(['update-ref', '--create-reflog', '-m', message.split('\n')[0] ?? '', `refs/heads/${branch}`, commit, '0'.repeat(commit.length)], run), `branch ${branch} could not be made; is it there already? Name another one with --branch`);
        return commit;
      } finally {
        await rm(index, { force: true });
      }
    },
    push: async (remote, branch, pushing) => {
      await told(git(['push', '--quiet', '--', remote, `refs/heads/${branch}:refs/heads/${branch}`], { signal: pushing, deadline: pushDeadline }), `branch ${branch} could not be pushed to ${remote}; it is committed here`);
    },
  };
}
