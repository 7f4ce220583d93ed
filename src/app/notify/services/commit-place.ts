import { normaliseGitUrl } from '../../../gitops/source/git-url.ts';
import type { Message } from '../message.ts';

/** A commit, and the repository that it is of: `group/project`. */
export interface CommitPlace {
  readonly project: string;
  readonly commit: string;
}

/**
 * The commit whose status tells of a message: where the first source of the Application is a repository of that host. Undefined for any other, and for what
 * is no commit, a chart's version for one.
 */
export function commitPlace({ repoURL, revision }: Pick<Message, 'repoURL' | 'revision'>, host: string): CommitPlace | undefined {
  const [commit = ''] = revision.split(',');
  const address = normaliseGitUrl(repoURL);
  if (address === undefined || !/^[0-9a-f]{40}$|^[0-9a-f]{64}$/.test(commit) || !address.startsWith(`${host}/`)) return undefined;
  const project = address.slice(host.length + 1);
  return /^[^/?#\s]+(\/[^/?#\s]+)+$/.test(project) ? { project, commit } : undefined;
}
