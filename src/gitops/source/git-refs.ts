import { isTagRange, newestTag } from './tag-range.ts';
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

/** @throws SourceError `invalid` for what can be neither the name of a branch, tag or ref (git-check-ref-format), nor a range of versions */
export function checkRevision(revision: string): void {
  if (isTagRange(revision)) return;
  // oxlint-disable-next-line no-control-regex
  const malformed = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/$|^\/|\.$|\.lock$|^-/.test(revision);
  if (revision === '' || revision.length > 256 || malformed) throw new SourceError('invalid', 'targetRevision is not a branch, a tag, a commit or a range of versions');
}

/**
 * The commit a revision stands for: `HEAD`, a full ref name, a branch or a tag; and where there is none of that name, the newest tag in a
 * range of versions. Branches are in no range, as with Argo CD.
 * @throws SourceError `absent`, or `invalid` where a branch and a tag of that name disagree
 */
export function findRevision(refs: GitRefs, revision: string): { readonly ref: string; readonly commit: string } {
  const names = revision === 'HEAD' || revision.startsWith('refs/') ? [revision] : [`refs/heads/${revision}`, `refs/tags/${revision}`];
  const found = names.flatMap((ref) => {
    const commit = refs.get(ref);
    return commit === undefined ? [] : [{ ref, commit }];
  });
  const [first = inRange(refs, revision), second] = found;
  if (first === undefined) throw new SourceError('absent', `there is no revision ${JSON.stringify(revision)}${hint(revision)}`);
  if (second !== undefined && second.commit !== first.commit) {
    throw new SourceError('invalid', `${JSON.stringify(revision)} is both a branch and a tag; write refs/heads/${revision} or refs/tags/${revision}`);
  }
  return first;
}

const tags = 'refs/tags/';

function inRange(refs: GitRefs, revision: string): { readonly ref: string; readonly commit: string } | undefined {
  if (!isTagRange(revision)) return undefined;
  const tag = newestTag([...refs.keys()].flatMap((ref) => (ref.startsWith(tags) ? [ref.slice(tags.length)] : [])), revision);
  const commit = tag === undefined ? undefined : refs.get(`${tags}${tag}`);
  return commit === undefined ? undefined : { ref: `${tags}${tag}`, commit };
}

function hint(revision: string): string {
  if (isTagRange(revision)) return '; no tag is in that range of versions (prereleases are only in ranges that name one, such as >=1.0.0-0)';
  if (revision === 'HEAD') return '; is the repository empty?';
  return /^[0-9a-f]{7,39}$/i.test(revision) ? '; commits are named by all their digits' : '';
}
