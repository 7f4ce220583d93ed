/**
 * Why a source cannot be read; a closed set.
 * - `invalid`: the URL or the revision can never work as written
 * - `unsupported`: a kind of repository that this version does not read
 * - `elsewhere`: another repository than the one at hand, and none may be fetched (offline)
 * - `absent`: there is no such repository, revision or folder
 * - `denied`: credentials are missing or refused
 * - `unavailable`: no connection, deadline passed, or anything else that may heal by itself
 * - `tooLarge`: more files or bytes than allowed
 */
export type SourceErrorKind = 'invalid' | 'unsupported' | 'elsewhere' | 'absent' | 'denied' | 'unavailable' | 'tooLarge';

/** A source that cannot be read. The message holds no credentials. */
export class SourceError extends Error {
  readonly kind: SourceErrorKind;
  /** The field of the Application that names the source: `spec.sources[1].repoURL`. */
  readonly field: string | undefined;

  constructor(kind: SourceErrorKind, message: string, options: { readonly cause?: unknown; readonly field?: string } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'SourceError';
    this.kind = kind;
    this.field = options.field;
  }
}

/** True for a SourceError of one of the given kinds, or of any kind where none is given. */
export function isSourceError(error: unknown, ...kinds: readonly SourceErrorKind[]): error is SourceError {
  return error instanceof SourceError && (kinds.length === 0 || kinds.includes(error.kind));
}
