import { SourceError } from './source-error.ts';

/** What a server says it has: full ref names and the commits they stand for. Annotated tags are looked through. */
export type GitRefs = ReadonlyMap<string, string>;

/** Reads the answer of `git ls-remote`: `<oid>\t<ref>` lines. */
export function parseRefs(listing: string): GitRefs {
  const refs = new Map<string, string>();
  for (const line of listing.split('\n')) {
    const match = /^([0-9a-f]{40,64})\t(\S+)$/.exec(line);
    if (match === null) continue;
    const [, oid = '', name = ''] = match;
    // `refs/tags/v1^{}` follows `refs/tags/v1` and is the commit the tag object points to
    refs.set(name.replace(/\^\{\}$/, ''), oid);
  }
  return refs;
}

/** A full commit id: it needs no server to be understood. */
export function isCommitId(revision: string): boolean {
  return /^[0-9a-f]{40}$|^[0-9a-f]{64}$/i.test(revision);
}

/** @throws SourceError `invalid` for what cannot be the name of a branch, tag or ref (git-check-ref-format) */
export function checkRevision(revision: string): void {
  // oxlint-disable-next-line no-control-regex
  const malformed = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/$|^\/|\.$|\.lock$|^-/.test(revision);
  if (revision === '' || revision.length > 256 || malformed) throw new SourceError('invalid', 'targetRevision is not a branch, a tag or a commit');
}

/**
 * The commit a revision stands for: `HEAD`, a full ref name, a branch or a tag.
 * @throws SourceError `absent`, or `invalid` where a branch and a tag of that name disagree
 */
export function findRevision(refs: GitRefs, revision: string): { readonly ref: string; readonly commit: string } {
  const names = revision === 'HEAD' || revision.startsWith('refs/') ? [revision] : [`refs/heads/${revision}`, `refs/tags/${revision}`];
  const found = names.flatMap((ref) => {
    const commit = refs.get(ref);
    return commit === undefined ? [] : [{ ref, commit }];
  });
  const [first, second] = found;
  if (first === undefined) throw new SourceError('absent', `there is no revision ${JSON.stringify(revision)}${hint(revision)}`);
  if (second !== undefined && second.commit !== first.commit) {
    throw new SourceError('invalid', `${JSON.stringify(revision)} is both a branch and a tag; write refs/heads/${revision} or refs/tags/${revision}`);
  }
  return first;
}

function hint(revision: string): string {
  if (revision === 'HEAD') return '; is the repository empty?';
  return /^[0-9a-f]{7,39}$/i.test(revision) ? '; commits are named by all their digits' : '';
}
