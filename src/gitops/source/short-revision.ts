/** A commit by its first digits, for people; of several sources each. What is no commit stands as it is. */
export function shortRevision(revision: string): string {
  return revision.split(',').map((part) => (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(part) ? part.slice(0, 8) : part)).join(',');
}
