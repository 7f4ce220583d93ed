import type { CommitFacts } from './commit-facts.ts';

export interface SourceFile {
  /** Relative to the repository's root, with forward slashes. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

/** What a tree holds and does not read: to follow a link could lead out of the repository, and a submodule is another one. */
export interface LeftOut {
  /** Relative to the repository's root, with forward slashes. */
  readonly path: string;
  readonly kind: 'link' | 'linkedFolder' | 'submodule';
}

/** The files of one repository at one revision, read from the work tree or from a bare clone; never a checkout. */
export interface SourceTree {
  /** The commit's 40 hex digits, or `worktree` for files that are not committed. */
  readonly revision: string;
  /** Regular files at or below `path`, sorted by path; symbolic links and submodules are told by `leftOut`. */
  readonly list: (path: string, signal: AbortSignal) => Promise<readonly SourceFile[]>;
  /** The links and submodules at or below `path`, sorted by path: a file that became one must not look as if it had been deleted. */
  readonly leftOut: (path: string, signal: AbortSignal) => Promise<readonly LeftOut[]>;
  /** SourceError `tooLarge` above the size limit. */
  readonly read: (file: SourceFile, signal: AbortSignal) => Promise<Uint8Array>;
  /**
   * A text that is the same where all at or below `path` is the same, in any commit; undefined where that cannot be told. Absent: it never can.
   */
  readonly fingerprint?: (path: string) => string | undefined;
  /** The commit itself. Absent: what is read is not committed. */
  readonly commit?: (signal: AbortSignal) => Promise<CommitFacts>;
}

/** Finds the tree of a source. */
export interface SourceResolver {
  /**
   * @param repoURL as the Application has it
   * @param targetRevision branch, tag or commit; empty means HEAD
   * @throws SourceError
   */
  readonly resolve: (repoURL: string, targetRevision: string, signal: AbortSignal) => Promise<SourceTree>;
}
