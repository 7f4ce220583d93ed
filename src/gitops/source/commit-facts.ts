import type { Git, GitRun } from './git-command.ts';
import { SourceError } from './source-error.ts';

/** Who made a commit, when, and what they said about it. All of it is other people's text. */
export interface CommitFacts {
  /** All its digits. */
  readonly id: string;
  readonly author: string;
  readonly email: string;
  /** RFC 3339, of the author's clock. */
  readonly date: string;
  /** The first line of the message. */
  readonly subject: string;
}

/** Longer texts are cut: whoever may push may write megabytes. */
const longest = 256;

/**
 * Reads one commit of a bare repository.
 * @param commit hex digits, nothing else: it stands among git's arguments
 * @throws SourceError
 */
export async function readCommitFacts(git: Git, commit: string, run: GitRun): Promise<CommitFacts> {
  const output = await git(['log', '--max-count=1', '--no-show-signature', '--no-color', '--encoding=UTF-8', '--format=%H%x00%an%x00%ae%x00%aI%x00%s', commit, '--'], { ...run, stdoutLimit: 1 << 20 });
  const [id = '', author = '', email = '', date = '', subject = ''] = output.toString('utf8').trimEnd().split('\0').map((text) => text.slice(0, longest));
  if (id !== commit) throw new SourceError('unavailable', `commit ${commit} cannot be read from the local copy of the repository`);
  return { id, author, email, date, subject };
}
