import type { Git, GitRun } from './git-command.ts';
import { isSourceError, SourceError } from './source-error.ts';

/** Who made a commit, when, and what they said about it. All of it is other people's text. */
export interface CommitFacts {
  /** All its digits. */
  readonly id: string;
  readonly author: string;
  readonly email: string;
  /** RFC 3339, of the author's clock. */
  readonly date: string;
  /** The first line of the message; empty, as the author is, where it is too long to be read. */
  readonly subject: string;
}

/** Longer texts are cut: whoever may push may write megabytes. */
const longest = 256;

/** Git cuts first, by columns: what has no width stays. */
const cut = `%<(${4 * longest},trunc)`;
const fields = ['%H', `${cut}%an`, `${cut}%ae`, '%aI', `${cut}%s`].join('%x00');
/** Nobody chooses how long these are. */
const boundedFields = ['%H', '', '', '%aI', ''].join('%x00');

// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * Reads one commit of a bare repository.
 * @param commit hex digits, nothing else: it stands among git's arguments
 * @throws SourceError
 */
export async function readCommitFacts(git: Git, commit: string, run: GitRun): Promise<CommitFacts> {
  const read = (format: string): Promise<Buffer> => git(['log', '--max-count=1', '--no-show-signature', '--no-color', '--encoding=UTF-8', `--format=${format}`, commit, '--'], { ...run, stdoutLimit: 1 << 20 });
  const output = await read(fields).catch((error: unknown) => {
    if (isSourceError(error, 'tooLarge')) return read(boundedFields);
    throw error;
  });
  const [id = '', author = '', email = '', date = '', subject = ''] = output.toString('utf8').split('\0').map((text) => text.replaceAll(controls, '').trim().slice(0, longest));
  if (id !== commit) throw new SourceError('unavailable', `commit ${commit} cannot be read from the local copy of the repository`);
  return { id, author, email, date, subject };
}
